/** Removes the packet filters of bridges that are no more. */

import { MissingCommandError } from '../errors/host.ts';
import { bridgesWithChain, chainOf } from '../host-contract/filter-chains.ts';
import type { Host } from '../host-contract/host.ts';
import type { Link } from '../host-contract/links.ts';
import type { Garbage, InUse } from './garbage.ts';

export interface Collected {
  /** Every device of the host, as they were before the collection. */
  readonly links: readonly Link[];
  /** Those of them that go, by index. */
  readonly garbage: ReadonlyMap<number, Link>;
  readonly dryRun: boolean;
}

/**
 * The chain of a bridge goes with it.
 * One whose bridge others deleted, or a collection that was killed, is garbage of its own, and told.
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
    // No iptables, no chain.
    if (error instanceof MissingCommandError) return [];
    throw error;
  }
}
