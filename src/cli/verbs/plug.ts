/** `os-vif plug`: creates the host side of VIFs. */

import type { Command } from 'commander';
import { addWiringVerb, type WiringOptions } from '../verb.ts';
import { planFiles } from './plan.ts';

/** Adds the verb `plug` to the command. */
export function addPlug(program: Command): void {
  addWiringVerb(program, {
    name: 'plug',
    summary: 'create the host side of VIFs',
    more: 'A plug is idempotent. A plug that fails or is interrupted rolls back its changes. Exits with 1 if a plug failed.',
    examples: ['plug vif.json --instance instance.json', 'plug vifs.yaml --dry-run'],
  })
    .option('--dry-run', 'print the steps, as plan does')
    .action(plugFiles);
}

async function plugFiles(files: string[], options: WiringOptions & { readonly dryRun?: boolean }): Promise<void> {
  if (options.dryRun) return planFiles(files, options);
  const { readAttachments } = await import('../input/attachments.ts');
  const { outcomesOf, reportOutcomes } = await import('../output/outcomes.ts');
  const { withProgress } = await import('../output/progress.ts');
  const { withOsVif } = await import('../session.ts');
  const given = await readAttachments(files, options);
  const outcomes = await withOsVif(options, ({ osVif, call }) =>
    outcomesOf(given, 'plugged', (attachments) =>
      withProgress('plugging', 'os-vif:plug', attachments.length, () => osVif.plugAll(attachments, call)),
    ),
  );
  await reportOutcomes(outcomes, { ...options, isList: given.isList });
}
