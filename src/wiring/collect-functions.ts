/** Restores the settings of virtual functions whose VIFs no longer exist. */

import { functionRecords, isRecordOf } from '../host-contract/device-records.ts';
import type { Host } from '../host-contract/host.ts';
import { restoreFunction } from './devices/function-owner.ts';
import type { Garbage } from './garbage.ts';
import { eachInRounds } from './timing.ts';

/**
 * Restores the virtual functions of all other VIFs, and reports them.
 *
 * @param owners ids of the valid VIFs
 */
export async function collectFunctions(host: Host, owners: ReadonlySet<string>, dryRun: boolean): Promise<Garbage[]> {
  const garbage: Garbage[] = [];
  await eachInRounds(await host.links.list(), async (link) => {
    for (const record of functionRecords(link)) {
      if ([...owners].some((owner) => isRecordOf(record, owner))) continue;
      if (!dryRun) await restoreFunction(link, record, host);
      garbage.push({ kind: 'virtual-function', name: `${link.name} vf ${record.number}`, owner: record.owner });
    }
  });
  return garbage;
}
