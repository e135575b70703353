/** `os-vif plug`: creates the host side of VIFs. */

import type { Command } from 'commander';
import { addWiringVerb, type WiringOptions } from '../verb.ts';
import { planFiles } from './plan.ts';

/** Adds the verb `plug` to the command. */
export function addPlug(program: Command): void {
  addWiringVerb(program, {
    name: 'plug',
    summary: 'create the host side of VIFs',
    more: [
      'A plug is idempotent. A plug that fails rolls back its changes. Exits with 1 if a plug failed. ' +
        'SIGINT (Ctrl-C) and SIGTERM roll back the plugs under way; finished plugs stay. The output tells the state of each VIF.',
    ],
    examples: ['plug vif.json --instance instance.json', 'plug vifs.yaml --dry-run'],
  })
    .option('--dry-run', 'print the steps, as plan does')
    .action(plugFiles);
}

async function plugFiles(files: string[], options: WiringOptions & { readonly dryRun?: boolean }): Promise<void> {
  if (options.dryRun) return planFiles(files, options);
  const { plugEachVif } = await import('../plug-each-vif.ts');
  await plugEachVif('plug', files, options);
}
