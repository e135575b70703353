/** Deletes the iptables chains of bridges that no longer exist. */

import { MissingCommandError } from '../errors/host.ts';
import { bridgesWithChain, chainOf } from '../host-contract/filters/filter-chains.ts';
import type { Host } from '../host-contract/host.ts';
import type { Link } from '../host-contract/links.ts';
import type { Garbage, InUse } from './garbage.ts';

export interface Collected {
  /** All devices of the host before the collection. */
  readonly links: readonly Link[];
  /** The devices that the collection deletes, by index. */
  readonly garbage: ReadonlyMap<number, Link>;
  readonly dryRun: boolean;
}

/**
 * Deletes the chain of each bridge that the collection deletes, and each chain whose bridge no longer exists.
 * Only a chain without a bridge is reported. Such a chain is left if another program deletes the bridge, or
 * if an earlier collection was killed.
 */
export async function collectChains(
  { filter }: Host,
  { names }: InUse,
  { links, garbage, dryRun }: Collected,
): Promise<Garbage[]> {
  const stay = new Set(links.flatMap(({ index, name }) => (garbage.has(index) ? [] : [name])));
  const gone = new Set([...garbage.values()].map(({ name }) => name));
  try {
    const bridges = (await bridgesWithChain(filter)).filter((bridge) => !stay.has(bridge) && !names.has(bridge));
    if (!dryRun) for (const bridge of bridges) await filter.delete(chainOf(bridge));
    return bridges.filter((bridge) => !gone.has(bridge)).map((name) => ({ kind: 'forward-rule', name }));
  } catch (error) {
    // Without the iptables command, the host has no chain.
    if (error instanceof MissingCommandError) return [];
    throw error;
  }
}
