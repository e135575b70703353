/** `os-vif gc`: garbage collection of devices and rows of VIFs that no longer exist. */

import type { Command } from 'commander';
import { addHostOptions, addVerb, type CommonOptions, type HostOptions } from '../verb.ts';

/** Adds the verb `gc` to the command. */
export function addGc(program: Command): void {
  const verb = addVerb(program, {
    name: 'gc',
    summary: 'remove devices and rows of VIFs that no longer exist',
    more: [
      'The input must be all VIFs that still exist on this host: [] for none. Devices and rows of other programs stay. ' +
        'SIGINT (Ctrl-C) and SIGTERM end the collection: the output tells what was removed.',
    ],
    examples: ['gc vifs.yaml --dry-run', 'gc vifs.yaml'],
  })
    .argument('[file...]', 'all VIFs that still exist, in JSON or YAML; - for standard input (default: -)')
    .option('--dry-run', 'print the devices and rows that would be removed');
  addHostOptions(verb).action(collect);
}

async function collect(files: string[], options: CommonOptions & HostOptions & { readonly dryRun?: boolean }) {
  const { collectGarbage } = await import('../collect-garbage.ts');
  await collectGarbage(files, options);
}
