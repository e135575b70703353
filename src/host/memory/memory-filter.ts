/** The filter tables of IPv4 and IPv6, in memory. */

import { chainState, jumpsIn, jumpTo } from '../../host-contract/filters/filter-table.ts';
import type { Filter, FilterChain } from '../../host-contract/filters/packet-filters.ts';
import { requireChainName, requireFilterText } from '../../host-contract/link-values.ts';

/** The packet filters of a MemoryHost. */
export class MemoryFilter implements Filter {
  readonly #requireOpen: () => void;
  /** The chains of each IP version with their rules. Other programs change them too. */
  readonly tables: ReadonlyMap<'IPv4' | 'IPv6', Map<string, string[]>> = new Map([
    ['IPv4', new Map([['FORWARD', []]])],
    ['IPv6', new Map([['FORWARD', []]])],
  ]);

  constructor(requireOpen: () => void) {
    this.#requireOpen = requireOpen;
  }

  async list(): Promise<string[]> {
    this.#requireOpen();
    const names = [...this.tables.values()].flatMap((table) => [...table.keys()]);
    return [...new Set(names)].filter((name) => name !== 'FORWARD');
  }

  async get(chain: string): Promise<FilterChain | undefined> {
    this.#requireOpen();
    return chainState(this.tables, chain);
  }

  async set(chain: string, rules: readonly string[]): Promise<void> {
    this.#requireOpen();
    requireChainName(chain);
    for (const rule of rules) requireFilterText(rule);
    for (const [version, table] of this.tables) {
      table.set(chain, [...rules]);
      if (chainState(new Map([[version, table]]), chain)?.jumpedTo) continue;
      table.set('FORWARD', [jumpTo(chain), ...withoutJumps(table, chain)]);
    }
  }

  async delete(chain: string): Promise<void> {
    this.#requireOpen();
    requireChainName(chain);
    for (const table of this.tables.values()) {
      if (!table.delete(chain)) continue;
      table.set('FORWARD', withoutJumps(table, chain));
    }
  }
}

function withoutJumps(table: ReadonlyMap<string, string[]>, chain: string): string[] {
  const jumps = new Set(jumpsIn(table, chain));
  return (table.get('FORWARD') ?? []).filter((rule) => !jumps.has(rule));
}
