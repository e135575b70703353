/** The names of the chains of iptables that this library creates. */

import type { Filter } from './packet-filters.ts';

const PREFIX = 'os-vif-';

/** The name of the chain of a bridge. The kernel accepts names of up to 28 characters. */
export function chainOf(bridge: string): string {
  return `${PREFIX}${bridge}`;
}

/** The bridge whose chain has this name. */
export function bridgeOf(chain: string): string {
  return chain.startsWith(PREFIX) ? chain.slice(PREFIX.length) : '';
}

/** The bridges that have a chain, whether they are there or not. */
export async function bridgesWithChain(filter: Filter): Promise<string[]> {
  const chains = await filter.list();
  return chains.filter((chain) => chain.startsWith(PREFIX)).map(bridgeOf);
}
