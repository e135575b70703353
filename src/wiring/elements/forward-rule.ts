/**
 * iptables rules that accept IPv4 and IPv6 packets of one bridge in the FORWARD chain of the host
 * (iptables(8)), for hosts on which no other program filters these packets.
 */

import { LinkValueError } from '../../errors/link.ts';
import { chainOf } from '../../host-contract/filters/filter-chains.ts';
import type { FilterChain } from '../../host-contract/filters/packet-filters.ts';
import { requireFilterableName } from '../../host-contract/link-values.ts';
import { type DrawnNode, groupOf } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { Drift } from './verbs.ts';

/** Rules that accept the packets of a bridge in the FORWARD chain of the host. */
export interface ForwardRuleElement {
  readonly kind: 'forward-rule';
  /** Name of the bridge. */
  readonly name: string;
  /** Devices to and from which the bridge may forward packets. `all`: every device. */
  readonly interfaces: readonly string[];
  /** The iptables target for all other packets: `DROP`, `REJECT` or a chain. */
  readonly dropAction: string;
  /** Used by several VIFs, so an unplug keeps the rules. */
  readonly shared?: boolean;
}

export const forwardRule = defineElement<ForwardRuleElement>({
  kind: 'forward-rule',

  validate({ name, interfaces, dropAction }) {
    for (const device of [name, ...interfaces]) requireFilterableName(device);
    if (!/^[\w.-]{1,28}$/.test(dropAction))
      throw new LinkValueError(
        `${JSON.stringify(dropAction)} cannot be a target of iptables: expected a name such as DROP`,
      );
  },

  async ensure(element, { host: { filter }, undoable }) {
    const chain = chainOf(element.name);
    const before = await filter.get(chain);
    if (isRight(before, element)) return;
    undoable(() => (before === undefined ? filter.delete(chain) : filter.set(chain, before.rules)));
    try {
      await filter.set(chain, rulesOf(element));
    } catch (error) {
      // The error is ignored if another process made the same chain in the meantime.
      if (!isRight(await filter.get(chain), element)) throw error;
    }
  },

  async remove(element, { host: { filter } }) {
    const chain = chainOf(element.name);
    if (!element.shared && (await filter.get(chain)) !== undefined) await filter.delete(chain);
  },

  async inspect(element, { host: { filter } }): Promise<Drift[]> {
    const chain = chainOf(element.name);
    const have = await filter.get(chain);
    if (have === undefined) return [{ type: 'missing', on: chain }];
    const drifts: Drift[] = [];
    if (!hasRules(have, element))
      drifts.push({ type: 'differs', on: chain, property: 'rules', want: rulesOf(element), have: have.rules });
    if (!have.jumpedTo)
      drifts.push({ type: 'differs', on: chain, property: 'effect', want: [], have: have.faults ?? [] });
    return drifts;
  },

  draw({ name, interfaces, dropAction, shared }) {
    const facts = [`forwards to ${interfaces.includes('all') ? 'all' : interfaces.join(', ')}`, `else ${dropAction}`];
    const rule: DrawnNode = { place: 'filter', name: chainOf(name), group: groupOf(shared), facts };
    return { nodes: [rule], edges: [{ from: { place: 'bridge', name }, to: rule, kind: 'governs' }] };
  },
});

/** Returns the rules in the order and the format of `iptables -S`. */
function rulesOf({ name, interfaces, dropAction }: ForwardRuleElement): string[] {
  if (interfaces.includes('all'))
    return [`-i ${name} -j ACCEPT`, `-o ${name} -j ACCEPT`, `-o ${name} -j ${dropAction}`];
  return [
    ...interfaces.flatMap((other) => [`-i ${name} -o ${other} -j ACCEPT`, `-i ${other} -o ${name} -j ACCEPT`]),
    `-i ${name} -o ${name} -j ACCEPT`,
    `-i ${name} -j ${dropAction}`,
    `-o ${name} -j ${dropAction}`,
  ];
}

function isRight(have: FilterChain | undefined, element: ForwardRuleElement): boolean {
  return have?.jumpedTo === true && hasRules(have, element);
}

function hasRules({ rules }: FilterChain, element: ForwardRuleElement): boolean {
  return rules.join('\n') === rulesOf(element).join('\n');
}
