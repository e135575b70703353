/**
 * Lets packets of IPv4 and IPv6 through the host's FORWARD chain for one bridge, where
 * nobody else filters (iptables(8)).
 */

import { LinkValueError } from '../../errors/link.ts';
import { chainOf } from '../../host-contract/filter-chains.ts';
import { requireFilterableName } from '../../host-contract/link-values.ts';
import type { FilterChain } from '../../host-contract/packet-filters.ts';
import { type DrawnNode, groupOf } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { Drift } from './verbs.ts';

/** Rules that let a bridge's packets through the host's FORWARD chain. */
export interface ForwardRuleElement {
  readonly kind: 'forward-rule';
  /** The bridge. */
  readonly name: string;
  /** Devices that the bridge may forward to and from; `all`: to and from anywhere. */
  readonly interfaces: readonly string[];
  /** The iptables target for everything else: `DROP`, `REJECT` or a chain. */
  readonly dropAction: string;
  /** Used by several VIFs: it stays when a VIF goes. */
  readonly shared?: boolean;
}

export const forwardRule = defineElement<ForwardRuleElement>({
  kind: 'forward-rule',

  validate({ name, interfaces, dropAction }) {
    for (const device of [name, ...interfaces]) requireFilterableName(device);
    if (!/^[\w.-]{1,28}$/.test(dropAction))
      throw new LinkValueError(
        `${JSON.stringify(dropAction)} can't be a target of iptables: expected a name such as DROP`,
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
      // Another process made the chain in the meantime, as it should be.
      if (!isRight(await filter.get(chain), element)) throw error;
    }
  },

  async remove(element, { host: { filter } }) {
    if (!element.shared) await filter.delete(chainOf(element.name));
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

/** In the order and the words of `iptables -S`. */
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
