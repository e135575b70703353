/** `os-vif gc`: garbage collection of devices and rows of VIFs that no longer exist. */

import type { Command } from 'commander';
import type { Garbage } from '../../wiring/garbage.ts';
import { printJson, printsJson, printText } from '../output/output.ts';
import { tableOf } from '../output/table.ts';
import { addHostOptions, addVerb, type CommonOptions, type HostOptions } from '../verb.ts';

/** Adds the verb `gc` to the command. */
export function addGc(program: Command): void {
  const verb = addVerb(program, {
    name: 'gc',
    summary: 'remove devices and rows of VIFs that no longer exist',
    more: 'The input must be all VIFs that still exist on this host: [] for none. Devices and rows of other programs stay.',
    examples: ['gc vifs.yaml --dry-run', 'gc vifs.yaml'],
  })
    .argument('[file...]', 'all VIFs that still exist, in JSON or YAML; - for standard input (default: -)')
    .option('--dry-run', 'print the devices and rows that would be removed');
  addHostOptions(verb).action(collect);
}

async function collect(
  files: string[],
  options: CommonOptions & HostOptions & { readonly dryRun?: boolean },
): Promise<void> {
  const { readAllVifs } = await import('../input/attachments.ts');
  const { withProgress } = await import('../output/progress.ts');
  const { withOsVif } = await import('../session.ts');
  const vifs = await readAllVifs(files);
  const { dryRun = false } = options;
  const garbage = await withOsVif(options, async ({ osVif, call }) => {
    // The progress bar needs the total, so a dry run counts the garbage first.
    const look = { ...call, dryRun: true };
    const total = process.stderr.isTTY && !dryRun ? (await osVif.collectGarbage(vifs, look)).length : 0;
    return withProgress('removing', 'os-vif:netlink', total, () => osVif.collectGarbage(vifs, { ...call, dryRun }));
  });
  if (printsJson(options)) printJson(garbage);
  else printText(await described(garbage, dryRun));
}

async function described(garbage: readonly Garbage[], dryRun: boolean): Promise<string> {
  if (garbage.length === 0) return 'nothing to remove\n';
  const rows = garbage.map(({ kind, name, owner }) => [kind, name, owner ?? 'shared']);
  return tableOf([dryRun ? 'would remove' : 'removed', 'name', 'VIF'], rows);
}
