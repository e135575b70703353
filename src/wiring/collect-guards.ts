/**
 * Removes the source guards of VIFs that no longer exist, and guards whose device has lost its
 * name.
 */

import { isKernelError } from '../errors/kernel.ts';
import type { ListedGuard } from '../host-contract/guards/source-guards.ts';
import type { Host } from '../host-contract/host.ts';
import type { Garbage } from './garbage.ts';

/**
 * Removes the guards of all other VIFs, and guards that check no frame, or the frames of another
 * device that got the name. A plug sets the guard of an existing VIF again.
 *
 * @param owners ids of the valid VIFs
 */
export async function collectGuards(host: Host, owners: ReadonlySet<string>, dryRun: boolean): Promise<Garbage[]> {
  const abandoned = (await guardsOn(host)).filter(({ owner, bound }) => !owners.has(owner) || !bound);
  if (!dryRun) for (const guard of abandoned) await host.guards.delete(guard);
  return abandoned.map(({ device, owner }) => ({ kind: 'source-guard', name: device, owner }));
}

/** Lists the guards on the host, of every owner. */
export async function guardsOn({ guards }: Host): Promise<ListedGuard[]> {
  try {
    return await guards.list();
  } catch (error) {
    // Without nftables in the kernel, the host has no guard.
    if (isKernelError(error, 'EOPNOTSUPP', 'EPROTONOSUPPORT')) return [];
    throw error;
  }
}
