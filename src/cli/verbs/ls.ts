/** `os-vif ls`: lists the devices and rows of this library on the host, by their VIFs. */

import type { Command } from 'commander';
import type { OwnedResource, OwnedResources } from '../../wiring/list-resources.ts';
import { printJson, printsJson, printText } from '../output/output.ts';
import { tableOf } from '../output/table.ts';
import { addHostOptions, addVerb, type CommonOptions, type HostOptions } from '../verb.ts';

/** Adds the verb `ls` to the command. */
export function addLs(program: Command): void {
  const verb = addVerb(program, {
    name: 'ls',
    summary: 'list the devices and rows of os-vif on this host, by VIF',
    more: [
      'They are the devices, the rows of Open vSwitch and the filters that have a tag of os-vif. Those of other programs ' +
        'are not in the list. A source guard has the number of frames that it dropped. Parts that this user may not read are left out, with a warning.',
    ],
    examples: ['ls', 'ls --json'],
  });
  addHostOptions(verb).action(list);
}

async function list(options: CommonOptions & HostOptions): Promise<void> {
  const [{ withOsVif }, { skipUnreadable, warnOfUnread }, { warnOfMissingDatabase }] = await Promise.all([
    import('../session.ts'),
    import('../skip-unreadable.ts'),
    import('../input/database.ts'),
  ]);
  await warnOfMissingDatabase(options);
  const unread = new Map<string, unknown>();
  const skip = skipUnreadable((what, error) => unread.set(what, error), { rows: true });
  const owned = await withOsVif(options, ({ osVif, call }) => osVif.list(call), skip);
  warnOfUnread(unread);
  if (printsJson(options)) printJson(owned);
  else printText(described(owned));
}

function described(owned: readonly OwnedResources[]): string {
  if (owned.length === 0) return 'nothing of os-vif is on this host';
  const hasGuard = owned.some(({ resources }) => resources.some(({ mode }) => mode !== undefined));
  const rows = owned.flatMap(({ owner = 'shared', resources }) =>
    resources.map((resource, i) => {
      const { kind, name } = resource;
      return [i === 0 ? owner : '', kind, name, ...(hasGuard ? [guardFacts(resource)] : [])];
    }),
  );
  return tableOf(['VIF', 'kind', 'name', ...(hasGuard ? ['guard'] : [])], rows);
}

/** The mode of a source guard, and the number of dropped frames. */
function guardFacts({ mode, drops = 0 }: OwnedResource): string {
  return mode === undefined ? '' : `${mode}, ${drops} dropped`;
}
