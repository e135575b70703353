/** Removes the source MAC filters of VIFs that no longer exist. */

import { MissingCommandError } from '../errors/host.ts';
import { isKernelError } from '../errors/kernel.ts';
import type { SourceMacDropState } from '../host-contract/filters/packet-filters.ts';
import type { Host } from '../host-contract/host.ts';
import type { Garbage } from './garbage.ts';

/**
 * Removes the filters of all other VIFs, and reports them.
 *
 * @param owners ids of the valid VIFs
 */
export async function collectMacDrops(host: Host, owners: ReadonlySet<string>, dryRun: boolean): Promise<Garbage[]> {
  const abandoned = (await dropsOn(host)).filter(({ owner }) => !owners.has(owner));
  if (!dryRun) for (const drop of abandoned) await host.ingress.delete(drop);
  return abandoned.map(({ mac, owner }) => ({ kind: 'source-mac-filter', name: mac, owner }));
}

/** Lists the filters on the host, of every owner. */
export async function dropsOn({ ingress }: Host): Promise<SourceMacDropState[]> {
  try {
    return await ingress.list();
  } catch (error) {
    // Without the nft command, or without nftables in the kernel, the host has no such filter.
    if (error instanceof MissingCommandError || isKernelError(error, 'EOPNOTSUPP')) return [];
    throw error;
  }
}
