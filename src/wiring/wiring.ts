/** A wiring: what a plugged VIF is made of, as plain JSON data. */

import { type BridgeElement, bridge } from './elements/bridge.ts';
import { type ExistingLinkElement, existingLink } from './elements/existing-link.ts';
import { type ForwardRuleElement, forwardRule } from './elements/forward-rule.ts';
import { type MacvtapElement, macvtap } from './elements/macvtap.ts';
import { type PortElement, port } from './elements/port.ts';
import { type ReflectionFilterElement, reflectionFilter } from './elements/reflection-filter.ts';
import { type TapElement, tap } from './elements/tap.ts';
import type { Verbs } from './elements/verbs.ts';
import { type VethElement, veth } from './elements/veth.ts';
import { type VirtualFunctionElement, virtualFunction } from './elements/virtual-function.ts';
import { type VlanElement, vlan } from './elements/vlan.ts';
import { type OvsBridgeElement, ovsBridge } from './ovs/ovs-bridge.ts';
import { type OvsPatchElement, ovsPatch } from './ovs/ovs-patch.ts';
import { type OvsPortElement, ovsPort } from './ovs/ovs-port.ts';
import { type OvsQosElement, ovsQos } from './ovs/ovs-qos.ts';
import { type OvsPart, ovsAlone, ovsPart } from './ovs/transaction.ts';

/** What a VIF is made of, in the order in which it is made; taken apart in reverse. */
export type Wiring = readonly Element[];

/** One thing on the host. `kind` tells which. */
export type Element =
  | TapElement
  | BridgeElement
  | VethElement
  | MacvtapElement
  | VlanElement
  | PortElement
  | VirtualFunctionElement
  | ForwardRuleElement
  | ReflectionFilterElement
  | ExistingLinkElement
  | OvsElement;

/** A row, or some, of Open vSwitch's database. Neighbours of this kind are worked on in one transaction. */
export type OvsElement = OvsBridgeElement | OvsPortElement | OvsPatchElement | OvsQosElement;

type ElementOf<K extends Element['kind']> = Extract<Element, { kind: K }>;

const VERBS: { readonly [K in Element['kind']]: Verbs<ElementOf<K>> } = {
  tap,
  bridge,
  veth,
  'existing-link': existingLink,
  macvtap,
  vlan,
  port,
  'virtual-function': virtualFunction,
  'forward-rule': forwardRule,
  'reflection-filter': reflectionFilter,
  'ovs-bridge': ovsAlone(ovsBridge),
  'ovs-port': ovsAlone(ovsPort),
  'ovs-patch': ovsAlone(ovsPatch),
  'ovs-qos': ovsAlone(ovsQos),
};

/** The verbs of this element's kind. */
export function verbsOf<K extends Element['kind']>(element: { readonly kind: K }): Verbs<ElementOf<K>> {
  return VERBS[element.kind];
}

/** How messages name an element: `tap tap1a2b3c4d-5e`. */
export function labelOf(element: Element): string {
  return `${element.kind} ${element.name}`;
}

/** The element's part in a transaction of Open vSwitch's database; undefined where it has none. */
export function ovsPartOf(element: Element): OvsPart | undefined {
  if (element.kind === 'ovs-bridge') return ovsPart(ovsBridge, element);
  if (element.kind === 'ovs-port') return ovsPart(ovsPort, element);
  if (element.kind === 'ovs-patch') return ovsPart(ovsPatch, element);
  if (element.kind === 'ovs-qos') return ovsPart(ovsQos, element);
  return undefined;
}
