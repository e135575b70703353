/** `os-vif plug`: makes the host side of VIFs. */

import type { Command } from 'commander';
import { addWiringVerb, type WiringOptions } from '../verb.ts';
import { planFiles } from './plan.ts';

export function addPlug(program: Command): void {
  addWiringVerb(program, {
    name: 'plug',
    summary: 'make the host side of VIFs',
    more: 'A plug that repeats changes nothing; one that fails, or is interrupted, takes back what it did. Exits 1 when any failed.',
    examples: ['plug vif.json --instance instance.json', 'plug vifs.yaml --dry-run'],
  })
    .option('--dry-run', 'tell what would be done, as plan does')
    .action(plugFiles);
}

async function plugFiles(files: string[], options: WiringOptions & { readonly dryRun?: boolean }): Promise<void> {
  if (options.dryRun) return planFiles(files, options);
  const { readAttachments } = await import('../input/attachments.ts');
  const { outcomesOf, reportOutcomes } = await import('../output/outcomes.ts');
  const { withProgress } = await import('../output/progress.ts');
  const { withOsVif } = await import('../session.ts');
  const { attachments, isList } = await readAttachments(files, options);
  const outcomes = await withOsVif(options, ({ osVif, call }) =>
    outcomesOf(attachments, () =>
      withProgress('plugging', 'os-vif:plug', attachments.length, () => osVif.plugAll(attachments, call)),
    ),
  );
  await reportOutcomes(outcomes, 'plugged', { ...options, isList });
}
