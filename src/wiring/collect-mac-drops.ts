/** Removes what devices refuse for VIFs that are no more. */

import { MissingCommandError } from '../errors/host.ts';
import { isKernelError } from '../errors/kernel.ts';
import type { Host } from '../host-contract/host.ts';
import type { SourceMacDropState } from '../host-contract/packet-filters.ts';
import type { Garbage } from './garbage.ts';

/** @param owners ids of the VIFs that are */
export async function collectMacDrops(host: Host, owners: ReadonlySet<string>, dryRun: boolean): Promise<Garbage[]> {
  const abandoned = (await dropsOn(host)).filter(({ owner }) => !owners.has(owner));
  if (!dryRun) for (const drop of abandoned) await host.ingress.delete(drop);
  return abandoned.map(({ mac, owner }) => ({ kind: 'source-mac-filter', name: mac, owner }));
}

async function dropsOn({ ingress }: Host): Promise<SourceMacDropState[]> {
  try {
    return await ingress.list();
  } catch (error) {
    // Without nft, or without nftables in the kernel, nobody can have made any.
    if (error instanceof MissingCommandError || isKernelError(error, 'EOPNOTSUPP')) return [];
    throw error;
  }
}
