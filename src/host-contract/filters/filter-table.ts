/** How a chain takes effect in the filter table: its rules, the jump to it, and the rules before the jump. */

import { bridgeOf } from './filter-chains.ts';
import type { FilterChain } from './packet-filters.ts';

/** The chains of a filter table, each with its rules as `iptables -S` prints them, without `-A chain`. */
export type FilterTable = ReadonlyMap<string, readonly string[]>;

/** The filter table of each IP version of the host. */
export type FilterTables = ReadonlyMap<'IPv4' | 'IPv6', FilterTable>;

/** A rule of iptables, in its parts. */
interface Rule {
  /** The conditions: each option with its value. Empty: the rule is about every packet. */
  readonly conditions: readonly string[];
  readonly target: string;
  /** The packet does not come back from the target chain (`-g`). */
  readonly isGoto: boolean;
}

/** Targets that decide about a packet (iptables(8), iptables-extensions(8)). */
const VERDICTS: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'REJECT', 'QUEUE', 'NFQUEUE']);

/** The rule of FORWARD that sends every packet to the chain. */
export function jumpTo(chain: string): string {
  return `-j ${chain}`;
}

/** The rules of FORWARD that lead to the chain, whatever their conditions. */
export function jumpsIn(table: FilterTable, chain: string): string[] {
  return forwardRules(table).filter((rule) => parse(rule)?.target === chain);
}

/** The state of the chain of a bridge in all tables; undefined if no table has the chain. */
export function chainState(tables: FilterTables, chain: string): FilterChain | undefined {
  const rules = [...tables.values()].map((table) => table.get(chain)).find((found) => found !== undefined);
  if (rules === undefined) return undefined;
  const faults = [...tables].flatMap(([version, table]) => {
    const fault = faultOf(table, chain, rules);
    return fault === undefined ? [] : [`${version}: ${fault}`];
  });
  return { rules, jumpedTo: faults.length === 0, ...(faults.length > 0 && { faults }) };
}

/** Why the chain does not take effect in one table. */
function faultOf(table: FilterTable, chain: string, rules: readonly string[]): string | undefined {
  const own = table.get(chain);
  if (own === undefined) return 'the chain is missing';
  if (own.join('\n') !== rules.join('\n')) return `the chain has other rules: ${own.join('; ') || 'none'}`;
  const jumps = jumpsIn(table, chain);
  if (jumps.length !== 1 || jumps[0] !== jumpTo(chain))
    return `FORWARD has ${jumps.length === 0 ? 'no jump to the chain' : `the jumps ${jumps.join('; ')}, expected one: ${jumpTo(chain)}`}`;
  const before = forwardRules(table).slice(0, forwardRules(table).indexOf(jumpTo(chain)));
  const obstacle = before.find((rule) => leavesForward(rule, table, bridgeOf(chain)));
  return obstacle && `no packet gets to the jump, because the rule ${obstacle} of FORWARD is before it`;
}

function forwardRules(table: FilterTable): readonly string[] {
  return table.get('FORWARD') ?? [];
}

/** Whether packets of the bridge that come to a rule of FORWARD never get to the next rule. */
function leavesForward(text: string, table: FilterTable, bridge: string): boolean {
  const rule = parse(text);
  if (rule === undefined || !isAbout(bridge, rule)) return false;
  return rule.isGoto || rule.target === 'RETURN' || isFinal(rule, table, bridge, new Set());
}

/**
 * Whether the rule decides about all packets of the bridge, by itself or through the chains
 * to which it leads.
 */
function isFinal(rule: Rule, table: FilterTable, bridge: string, visited: ReadonlySet<string>): boolean {
  const { target } = rule;
  if (!isAbout(bridge, rule)) return false;
  if (VERDICTS.has(target)) return true;
  if (visited.has(target)) return false;
  for (const text of table.get(target) ?? []) {
    const next = parse(text);
    if (next === undefined) continue;
    if (isFinal(next, table, bridge, new Set([...visited, target]))) return true;
    // Some packets may come back from here.
    if (next.target === 'RETURN' || next.isGoto) return false;
  }
  return false;
}

/** Whether the rule is about every packet, or about every packet that comes from the bridge or goes there. */
function isAbout(bridge: string, { conditions }: Rule): boolean {
  const [first, ...others] = conditions;
  if (first === undefined) return true;
  const [, not, pattern = ''] = /^(! )?-[io] (.*)$/.exec(first) ?? [];
  if (pattern === '' || others.length > 0) return false;
  return isNameIn(bridge, pattern) === (not === undefined);
}

/** iptables(8): a name that ends in `+` stands for every name that begins so. */
function isNameIn(name: string, pattern: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The parts of a rule; undefined for a rule without a target, which only counts. */
function parse(text: string): Rule | undefined {
  // Text in quotes may contain anything, also what looks like an option.
  const bare = text.replace(/"(\\.|[^"\\])*"/g, '""').replace(/(^| )-m comment --comment \S+/g, '');
  const [, before = '', jump, target] = /^(.*?)(?:^| )-([jg]) (\S+)/.exec(bare) ?? [];
  if (target === undefined) return undefined;
  return { conditions: conditionsIn(before), target, isGoto: jump === 'g' };
}

/** The options with their values: `! -i eth0 -p tcp` is `! -i eth0` and `-p tcp`. */
function conditionsIn(text: string): string[] {
  return text
    .trim()
    .split(/ (?=! -|(?<!! )-)/)
    .map((condition) => condition.trim())
    .filter((condition) => condition !== '');
}
