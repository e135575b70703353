/** `os-vif adopt`: tags devices and rows that another program created for VIFs. */

import type { Command } from 'commander';
import type { VIFBase } from '../../objects/vif.ts';
import type { Adoption } from '../../wiring/adopt.ts';
import { driftRows } from '../output/drift-rows.ts';
import { EXIT, raiseExitCode } from '../output/exit.ts';
import { colored, printsJson, printText, titleOf } from '../output/output.ts';
import { type Cell, tableOf } from '../output/table.ts';
import { addWiringVerb, type WiringOptions } from '../verb.ts';

/** Adds the verb `adopt` to the command. */
export function addAdopt(program: Command): void {
  addWiringVerb(program, {
    name: 'adopt',
    summary: 'take over devices and rows of VIFs that Python os-vif or another program created',
    more: [
      'Tags devices and rows of Open vSwitch that have the names of a VIF, the right kind and no owner. Changes nothing else. ' +
        'Then prints the drift, as check does. Exits with 1 if a plug would fail.',
    ],
    examples: ['adopt vifs.yaml --dry-run', 'adopt vifs.yaml'],
  })
    .option('--dry-run', 'print the devices and rows that would be tagged')
    .action(adoptFiles);
}

type AdoptOptions = WiringOptions & { readonly dryRun?: boolean };

async function adoptFiles(files: string[], options: AdoptOptions): Promise<void> {
  const { askEachVif } = await import('../each-vif.ts');
  const { printResults, reportFailures } = await import('../output/failures.ts');
  const { dryRun = false } = options;
  const adoptions = await askEachVif(files, options, ({ osVif, call }, { vif, instance }) =>
    osVif.adopt(vif, instance, { ...call, dryRun }),
  );
  const answers = reportFailures(adoptions);
  if (answers.some(({ answer }) => answer.drifts.some(isObstacle))) raiseExitCode(EXIT.no);
  if (printsJson(options)) printResults(adoptions, ({ answer }, { where, id }) => ({ where, id, ...answer }));
  else for (const { attachment, answer } of answers) printText(described(attachment.vif, answer, dryRun));
}

/** Whether a plug fails because of this drift. */
function isObstacle(drift: Adoption['drifts'][number]): boolean {
  return drift.type === 'conflict' || (drift.type === 'missing' && drift.reason !== undefined);
}

function described(vif: VIFBase, { adopted, drifts }: Adoption, dryRun: boolean): string {
  const title = titleOf(vif);
  if (adopted.length + drifts.length === 0) return `${title}: ${colored('green', 'nothing to take over')}\n`;
  const tagged = dryRun ? 'would tag' : 'tagged';
  const rows = [
    ...adopted.map(({ element, on }): Cell[] => [{ word: tagged, color: 'green' }, element, on, '', '', '']),
    ...driftRows(drifts),
  ];
  return `${title}\n${tableOf(['what', 'element', 'on', 'property', 'want', 'have'], rows)}`;
}
