/** `os-vif plan`: prints the steps that a plug would take now. */

import type { Command } from 'commander';
import type { VIFBase } from '../../objects/vif.ts';
import type { PlannedStep } from '../../wiring/check.ts';
import { EXIT, raiseExitCode } from '../output/exit.ts';
import { type Color, printsJson, printText, shown, titleOf } from '../output/output.ts';
import { tableOf } from '../output/table.ts';
import { addWiringVerb, type WiringOptions } from '../verb.ts';

/** Adds the verb `plan` to the command. */
export function addPlan(program: Command): void {
  addWiringVerb(program, {
    name: 'plan',
    summary: 'print the steps that a plug would take now, and change nothing',
    more: ['Exits with 1 if a plug would fail.'],
    examples: ['plan vif.json', 'plan vif.json --memory'],
  }).action(planFiles);
}

/** Prints the plan. `plug --dry-run` calls it too. */
export async function planFiles(files: string[], options: WiringOptions): Promise<void> {
  const { askEachVif } = await import('../each-vif.ts');
  const { printResults, reportFailures } = await import('../output/failures.ts');
  const plans = await askEachVif(files, options, ({ osVif, call }, { vif, instance }) =>
    osVif.plan(vif, instance, call),
  );
  const answers = reportFailures(plans);
  if (answers.some(({ answer }) => answer.some(({ action }) => action === 'refuse'))) raiseExitCode(EXIT.no);
  if (printsJson(options)) printResults(plans, ({ answer }, { where, id }) => ({ where, id, steps: answer }));
  else for (const { attachment, answer } of answers) printText(described(attachment.vif, answer));
}

const COLORS: Readonly<Record<PlannedStep['action'], Color>> = { create: 'green', change: 'yellow', refuse: 'red' };

function described(vif: VIFBase, steps: readonly PlannedStep[]): string {
  const title = titleOf(vif);
  if (steps.length === 0) return `${title}: nothing to do\n`;
  const rows = steps.map((step) => [{ word: step.action, color: COLORS[step.action] }, step.element, detailsOf(step)]);
  return `${title}\n${tableOf(['action', 'element', ''], rows)}`;
}

function detailsOf(step: PlannedStep): string {
  const on = step.element.endsWith(` ${step.on}`) ? '' : `${shown(step.on)} `;
  if (step.action === 'create') return on;
  if (step.action === 'refuse') return shown(step.reason);
  return `${on}${shown(step.property)}: ${shown(step.from)} -> ${shown(step.to)}`;
}
