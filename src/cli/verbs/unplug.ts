/** `os-vif unplug`: removes the host side of VIFs. */

import type { Command } from 'commander';
import type { Removal } from '../dry-run.ts';
import { printsJson, printText } from '../output/output.ts';
import { tableOf } from '../output/table.ts';
import { addWiringVerb, type WiringOptions } from '../verb.ts';

/** Adds the verb `unplug` to the command. */
export function addUnplug(program: Command): void {
  addWiringVerb(program, {
    name: 'unplug',
    summary: 'remove the devices and rows that plug created',
    more: [
      'A missing device is no error. Shared devices stay. Exits with 1 if an unplug failed. ' +
        'After SIGINT (Ctrl-C) or SIGTERM the output tells the state of each VIF.',
    ],
    examples: ['unplug vif.json', 'unplug vifs.yaml --dry-run'],
  })
    .option('--dry-run', 'print the devices and rows that would be removed')
    .action(unplugFiles);
}

async function unplugFiles(files: string[], options: WiringOptions & { readonly dryRun?: boolean }): Promise<void> {
  if (options.dryRun) return tellRemovals(files, options);
  const { plugEachVif } = await import('../plug-each-vif.ts');
  await plugEachVif('unplug', files, options);
}

/** Prints the removals: unplugs the VIFs from a host for dry runs, which only records deletions. */
async function tellRemovals(files: readonly string[], options: WiringOptions): Promise<void> {
  const { dryRunHost } = await import('../dry-run.ts');
  const { askEachVif } = await import('../each-vif.ts');
  const { printResults, reportFailures } = await import('../output/failures.ts');
  let noted: Removal[] = [];
  const told = await askEachVif(
    files,
    options,
    async ({ osVif, call }, { vif, instance }) => {
      noted = [];
      await osVif.unplug(vif, instance, call);
      return noted;
    },
    { seenAs: (host) => dryRunHost(host, (removal) => noted.push(removal)) },
  );
  const answers = reportFailures(told);
  if (printsJson(options)) return printResults(told, ({ answer }, { where, id }) => ({ where, id, removals: answer }));
  const rows = answers.flatMap(({ attachment, answer }) =>
    answer.map(({ kind, name }) => [kind, name, attachment.vif.id]),
  );
  printText(rows.length === 0 ? 'nothing to remove' : tableOf(['would remove', 'name', 'VIF'], rows));
}
