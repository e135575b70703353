/** `os-vif unplug`: takes away what plug made. */

import type { Command } from 'commander';
import type { Attachments } from '../attachments.ts';
import type { Removal } from '../dry-run.ts';
import { printJson, printsJson, printText } from '../output.ts';
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

export function addUnplug(program: Command): void {
  const verb = addVerb(program, {
    name: 'unplug',
    summary: 'take away what plug made',
    more: 'What is gone already is fine, what other VIFs share stays. Exits 1 when any failed.',
    examples: ['unplug vif.json', 'unplug vifs.yaml --dry-run'],
  })
    .argument(FILES, FILES_HELP)
    .option('--dry-run', 'tell what would be removed');
  addHostOptions(addInstanceOptions(verb)).action(unplugFiles);
}

type UnplugOptions = CommonOptions & HostOptions & InstanceOptions & { readonly dryRun?: boolean };

async function unplugFiles(files: string[], options: UnplugOptions): Promise<void> {
  const { readAttachments } = await import('../attachments.ts');
  const read = await readAttachments(files, options);
  if (options.dryRun) return tellRemovals(read, options);
  const { attachments, isList } = read;
  const { outcomesOf, reportOutcomes } = await import('../outcomes.ts');
  const { withProgress } = await import('../progress.ts');
  const { withOsVif } = await import('../session.ts');
  const outcomes = await withOsVif(options, ({ osVif, call }) =>
    outcomesOf(attachments, () =>
      withProgress('unplugging', 'os-vif:unplug', attachments.length, () => osVif.unplugAll(attachments, call)),
    ),
  );
  await reportOutcomes(outcomes, 'unplugged', { ...options, isList });
}

interface Removals {
  readonly id: string | undefined;
  readonly removals: readonly Removal[];
}

/** Unplugs one after the other from a host that only notes what it is asked. */
async function tellRemovals({ attachments, isList }: Attachments, options: UnplugOptions): Promise<void> {
  const { dryRunHost } = await import('../dry-run.ts');
  const { withOsVif } = await import('../session.ts');
  let noted: Removal[] = [];
  const told = await withOsVif(
    options,
    async ({ osVif, call }) => {
      const told: Removals[] = [];
      for (const { vif, instance } of attachments) {
        noted = [];
        await osVif.unplug(vif, instance, call);
        told.push({ id: vif.id, removals: noted });
      }
      return told;
    },
    (host) => dryRunHost(host, (removal) => noted.push(removal)),
  );
  if (printsJson(options)) printJson(isList ? told : told[0]);
  else {
    const rows = told.flatMap(({ id, removals }) => removals.map(({ kind, name }) => [kind, name, id]));
    printText(rows.length === 0 ? 'nothing to remove' : await tableOf(['would remove', 'name', 'VIF'], rows));
  }
}
