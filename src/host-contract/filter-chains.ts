/** The names of the chains of iptables that this library creates. */

import type { Filter } from './packet-filters.ts';

const PREFIX = 'os-vif-';

/** The name of the chain of a bridge. The kernel accepts names of up to 28 characters. */
export function chainOf(bridge: string): string {
  return `${PREFIX}${bridge}`;
}

/** The names of the bridges that have a chain. The bridges themselves may be missing. */
export async function bridgesWithChain(filter: Filter): Promise<string[]> {
  const chains = await filter.list();
  return chains.filter((chain) => chain.startsWith(PREFIX)).map((chain) => chain.slice(PREFIX.length));
}
