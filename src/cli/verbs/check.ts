/** `os-vif check`: prints the drift of VIFs. */

import type { Command } from 'commander';
import type { VIFBase } from '../../objects/vif.ts';
import type { CheckNote, ElementDrift } from '../../wiring/elements/verbs.ts';
import { driftRows } from '../output/drift-rows.ts';
import { EXIT, raiseExitCode } from '../output/exit.ts';
import { colored, printsJson, printText, titleOf } from '../output/output.ts';
import { tableOf } from '../output/table.ts';
import { addWiringVerb, type WiringOptions } from '../verb.ts';

/** Adds the verb `check` to the command. */
export function addCheck(program: Command): void {
  addWiringVerb(program, {
    name: 'check',
    summary: 'print the drift: the differences between the host and the state that a plug creates',
    more: [
      'Exits with 1 if there is drift. A note is no drift: for example, a source guard compares the MAC address only, ' +
        'because the VIF has no IP addresses. Changes nothing.',
    ],
    examples: ['check vif.json', 'check vifs.yaml --json'],
  }).action(checkFiles);
}

async function checkFiles(files: string[], options: WiringOptions): Promise<void> {
  const { askEachVif } = await import('../each-vif.ts');
  const { printResults, reportFailures } = await import('../output/failures.ts');
  const checks = await askEachVif(files, options, async ({ osVif, call }, { vif, instance }): Promise<Check> => {
    const notes: Note[] = [];
    const onNote = ({ element, note }: CheckNote) => notes.push({ element, note });
    const drifts = await osVif.check(vif, instance, { ...call, onNote });
    return { drifts, ...(notes.length > 0 && { notes }) };
  });
  const answers = reportFailures(checks);
  if (answers.some(({ answer }) => answer.drifts.length > 0)) raiseExitCode(EXIT.no);
  if (printsJson(options)) printResults(checks, ({ answer }, { where, id }) => ({ where, id, ...answer }));
  else for (const { attachment, answer } of answers) printText(described(attachment.vif, answer));
}

type Note = Omit<CheckNote, 'vif'>;

/** The drift of a VIF, and the facts that are no drift. */
interface Check {
  readonly drifts: readonly ElementDrift[];
  readonly notes?: readonly Note[];
}

function described(vif: VIFBase, { drifts, notes = [] }: Check): string {
  const title = titleOf(vif);
  const facts = notes.map(({ element, note }) => `note: ${element} ${note}\n`).join('');
  if (drifts.length === 0) return `${title}: ${colored('green', 'as it should be')}\n${facts}`;
  return `${title}\n${tableOf(['drift', 'element', 'on', 'what', 'want', 'have'], driftRows(drifts))}${facts}`;
}
