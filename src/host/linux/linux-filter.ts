/** Chains in the filter tables of IPv4 and IPv6, through iptables-restore and ip6tables-restore. */

import { existsSync } from 'node:fs';
import { chainState, type FilterTable, jumpsIn, jumpTo } from '../../host-contract/filters/filter-table.ts';
import type { Filter, FilterChain } from '../../host-contract/filters/packet-filters.ts';
import { requireChainName, requireFilterText } from '../../host-contract/link-values.ts';
import { runCommand } from './command.ts';
import type { NetworkNamespace } from './network-namespace.ts';

/** Seconds to wait for other programs that change the tables. */
const WAIT = '5';
/**
 * Maximum number of attempts of a change. A change starts again if another process changed the table at the
 * same time.
 */
const ATTEMPTS = 5;

type IpVersion = 'IPv4' | 'IPv6';
const COMMANDS: Readonly<Record<IpVersion, string>> = { IPv4: 'iptables', IPv6: 'ip6tables' };

export class LinuxFilter implements Filter {
  readonly #namespace: NetworkNamespace;

  constructor(namespace: NetworkNamespace) {
    this.#namespace = namespace;
  }

  async list(): Promise<string[]> {
    const chains = new Set<string>();
    // One program after the other: the start of a program holds the event loop, the longer the larger
    // this process is.
    for (const version of versions()) for (const chain of (await this.#read(version)).keys()) chains.add(chain);
    return [...chains];
  }

  async get(chain: string): Promise<FilterChain | undefined> {
    const tables = await Promise.all(versions().map(async (version) => [version, await this.#read(version)] as const));
    return chainState(new Map(tables), chain);
  }

  async set(chain: string, rules: readonly string[]): Promise<void> {
    requireChainName(chain);
    for (const version of versions()) await this.#setIn(version, chain, rules);
  }

  async delete(chain: string): Promise<void> {
    requireChainName(chain);
    for (const version of versions()) {
      const table = await this.#read(version);
      if (!table.has(chain)) continue;
      await this.#restore(version, [...deletionsOfJumps(table, chain), `-F ${chain}`, `-X ${chain}`]);
    }
  }

  async #setIn(version: IpVersion, chain: string, rules: readonly string[]): Promise<void> {
    let table = await this.#read(version);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const before = table;
      const refusal = await this.#restore(version, changesFor(version, table, chain, rules)).catch(
        (error: unknown) => error,
      );
      // -N has succeeded, so no other process can have added a jump.
      if (refusal === undefined && !before.has(chain)) return;
      table = await this.#read(version);
      // Two processes that repair the jump at the same time can both add a jump.
      if (refusal === undefined && takesEffect(version, table, chain)) return;
      const isLast = attempt === ATTEMPTS || !hasOtherJumps(table, before, chain);
      if (refusal !== undefined && isLast) throw refusal;
    }
  }

  async #read(version: IpVersion): Promise<FilterTable> {
    return tableIn(await this.#run([`${COMMANDS[version]}-save`, '-t', 'filter']));
  }

  async #restore(version: IpVersion, lines: readonly string[]): Promise<void> {
    for (const line of lines) requireFilterText(line);
    const command = [`${COMMANDS[version]}-restore`, '--noflush', '--wait', WAIT];
    await this.#run(command, ['*filter', ...lines, 'COMMIT', ''].join('\n'));
  }

  #run(command: readonly string[], input = ''): Promise<string> {
    return runCommand(this.#namespace, command, { input, debianPackage: 'iptables' });
  }
}

/**
 * Lists the IP versions of the kernel. With `ipv6.disable=1`, the kernel has no IPv6 and no directory of its
 * sysctls.
 */
function versions(): IpVersion[] {
  return existsSync('/proc/sys/net/ipv6') ? ['IPv4', 'IPv6'] : ['IPv4'];
}

/** Returns the lines for iptables-restore that set the rules and repair the jump. */
function changesFor(version: IpVersion, table: FilterTable, chain: string, rules: readonly string[]): string[] {
  const isNew = !table.has(chain);
  const jump =
    !isNew && takesEffect(version, table, chain)
      ? []
      : [...deletionsOfJumps(table, chain), `-I FORWARD 1 ${jumpTo(chain)}`];
  // -N fails if the chain exists, so only one of several processes adds the jump.
  return [isNew ? `-N ${chain}` : `-F ${chain}`, ...rules.map((rule) => `-A ${chain} ${rule}`), ...jump];
}

function takesEffect(version: IpVersion, table: FilterTable, chain: string): boolean {
  return chainState(new Map([[version, table]]), chain)?.jumpedTo === true;
}

/** Whether another process has created or deleted the chain or a jump to it in the meantime. */
function hasOtherJumps(table: FilterTable, before: FilterTable, chain: string): boolean {
  const [now, then] = [table, before].map((each) => [each.has(chain), ...jumpsIn(each, chain)].join('\n'));
  return now !== then;
}

function deletionsOfJumps(table: FilterTable, chain: string): string[] {
  return jumpsIn(table, chain).map((rule) => `-D FORWARD ${rule}`);
}

/** Reads the output of iptables-save(8). */
function tableIn(text: string): FilterTable {
  const table = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, chain] = /^:(\S+) /.exec(line) ?? [];
    if (chain !== undefined) table.set(chain, []);
    const [, owner = '', rule = ''] = /^-A (\S+) (.*)$/.exec(line) ?? [];
    table.get(owner)?.push(withoutDefault(rule));
  }
  return table;
}

/**
 * Removes the default option of REJECT, which iptables adds. IPv4 and IPv6 have different default options.
 */
function withoutDefault(rule: string): string {
  return rule.replace(/ --reject-with icmp6?-port-unreachable$/, '');
}
