/** `os-vif plan`: what a plug would do now. */

import type { Command } from 'commander';
import type { Attachment } from '../../os-vif.ts';
import type { PlannedStep } from '../../wiring/check.ts';
import { EXIT } from '../exit.ts';
import { type Color, colored, printJson, printsJson, printText, shown } from '../output.ts';
import { tableOf } from '../table.ts';
import {
  addHostOptions,
  addInstanceOptions,
  addVerb,
  type CommonOptions,
  FILES,
  FILES_HELP,
  type HostOptions,
  type InstanceOptions,
} from '../verb.ts';

export function addPlan(program: Command): void {
  const verb = addVerb(program, {
    name: 'plan',
    summary: 'tell what a plug would do now, and do nothing',
    more: 'Exits 1 when a plug would fail.',
    examples: ['plan vif.json', 'plan vif.json --memory'],
  }).argument(FILES, FILES_HELP);
  addHostOptions(addInstanceOptions(verb)).action(planFiles);
}

/** Of any verb that plans. */
export type PlanOptions = CommonOptions & HostOptions & InstanceOptions;

/** What a plug of one VIF would do. */
interface Plan {
  readonly id: string | undefined;
  readonly steps: readonly PlannedStep[];
}

export async function planFiles(files: string[], options: PlanOptions): Promise<void> {
  const { readAttachments } = await import('../attachments.ts');
  const { withOsVif } = await import('../session.ts');
  const { attachments, isList } = await readAttachments(files, options);
  const plans = await withOsVif(options, async ({ osVif, call }) => {
    const plans: Plan[] = [];
    for (const { vif, instance } of attachments)
      plans.push({ id: vif.id, steps: await osVif.plan(vif, instance, call) });
    return plans;
  });
  if (plans.some(({ steps }) => steps.some(({ action }) => action === 'refuse'))) process.exitCode = EXIT.no;
  if (printsJson(options)) printJson(isList ? plans : plans[0]);
  else
    for (const [i, attachment] of attachments.entries()) printText(await described(attachment, plans[i]?.steps ?? []));
}

const COLORS: Readonly<Record<PlannedStep['action'], Color>> = { create: 'green', change: 'yellow', refuse: 'red' };

async function described({ vif }: Attachment, steps: readonly PlannedStep[]): Promise<string> {
  const title = colored('bold', `${vif.type} ${shown(vif.id)}`);
  if (steps.length === 0) return `${title}: nothing to do\n`;
  const rows = steps.map((step) => [
    { styled: colored(COLORS[step.action], step.action) },
    step.element,
    { styled: detailsOf(step) },
  ]);
  return `${title}\n${await tableOf(['action', 'element', ''], rows)}`;
}

function detailsOf(step: PlannedStep): string {
  const on = step.element.endsWith(` ${step.on}`) ? '' : `${shown(step.on)} `;
  if (step.action === 'create') return on;
  if (step.action === 'refuse') return shown(step.reason);
  return `${on}${shown(step.property)}: ${shown(step.from)} -> ${shown(step.to)}`;
}
