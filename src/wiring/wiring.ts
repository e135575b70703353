/** A wiring: the elements of a plugged VIF, as plain JSON data. */

import type { Drawing } from './drawing.ts';
import { type BridgeElement, bridge } from './elements/bridge.ts';
import {
  type CustomElement,
  customElement,
  type ElementData,
  type ElementDefinition,
  findCustomElement,
  isKernelKind,
  type KernelKind,
} from './elements/define-element.ts';
import { type EmbeddedSwitchElement, embeddedSwitch } from './elements/embedded-switch.ts';
import { type ExistingLinkElement, existingLink } from './elements/existing-link.ts';
import { type ForwardRuleElement, forwardRule } from './elements/forward-rule.ts';
import { type MacvtapElement, macvtap } from './elements/macvtap.ts';
import { type PortElement, port } from './elements/port.ts';
import { type SourceGuardElement, sourceGuard } from './elements/source-guard.ts';
import { type SourceMacFilterElement, sourceMacFilter } from './elements/source-mac-filter.ts';
import { type TapElement, tap } from './elements/tap.ts';
import { type VethElement, veth } from './elements/veth.ts';
import { type VirtualFunctionElement, virtualFunction } from './elements/virtual-function.ts';
import { type VlanElement, vlan } from './elements/vlan.ts';
import { type OvsBridgeElement, ovsBridge } from './ovs/ovs-bridge.ts';
import { type OvsPart, ovsPart } from './ovs/ovs-part.ts';
import { type OvsPatchElement, ovsPatch } from './ovs/ovs-patch.ts';
import { type OvsPortElement, ovsPort } from './ovs/ovs-port.ts';
import { type OvsQosElement, ovsQos } from './ovs/ovs-qos.ts';
import type { OvsVerbs } from './ovs/ovs-verbs.ts';

/** The elements of a VIF. A plug makes them in this order, and an unplug removes them in reverse order. */
export type Wiring = readonly Element[];

/** A resource on the host. `kind` tells its type. Plugins add kinds with `defineElement`. */
export type Element = KernelElement | OvsElement | CustomElement;

/** A built-in element outside the database of Open vSwitch. */
export type KernelElement =
  | TapElement
  | BridgeElement
  | VethElement
  | MacvtapElement
  | VlanElement
  | PortElement
  | VirtualFunctionElement
  | ForwardRuleElement
  | SourceMacFilterElement
  | SourceGuardElement
  | ExistingLinkElement
  | EmbeddedSwitchElement;

/**
 * A built-in element that has rows in the database of Open vSwitch. Adjacent elements share one transaction.
 */
export type OvsElement = OvsBridgeElement | OvsPortElement | OvsPatchElement | OvsQosElement;

/** An element outside the database of Open vSwitch. The engine handles these elements one at a time. */
export type SingleElement = KernelElement | CustomElement;

type ElementOf<K extends Element['kind']> = Extract<KernelElement | OvsElement, { kind: K }>;

/** The definitions of the built-in kinds outside the database of Open vSwitch. */
const KERNEL_ELEMENTS: { readonly [K in KernelKind]: ElementDefinition<ElementOf<K>> } = {
  tap,
  bridge,
  veth,
  'existing-link': existingLink,
  macvtap,
  vlan,
  port,
  'virtual-function': virtualFunction,
  'forward-rule': forwardRule,
  'source-mac-filter': sourceMacFilter,
  'source-guard': sourceGuard,
  'embedded-switch': embeddedSwitch,
};

/** The definitions of the kinds that have rows in the database of Open vSwitch. */
const OVS_ELEMENTS: { readonly [K in OvsElement['kind']]: OvsVerbs<ElementOf<K>> } = {
  'ovs-bridge': ovsBridge,
  'ovs-port': ovsPort,
  'ovs-patch': ovsPatch,
  'ovs-qos': ovsQos,
};

/** Whether the element has rows in the database of Open vSwitch. */
export function isOvsElement(element: Element): element is OvsElement {
  return Object.hasOwn(OVS_ELEMENTS, element.kind);
}

/** Returns the element with the functions of its kind, for a transaction of Open vSwitch's database. */
export function ovsPartOf(element: OvsElement): OvsPart {
  return ovsPart<OvsElement>(OVS_ELEMENTS[element.kind], element);
}

/**
 * Returns the functions that the engine calls for elements of this kind.
 *
 * @throws UnknownElementError for a kind that no module of this process has defined
 */
export function definitionOf(element: SingleElement): ElementDefinition<ElementData> {
  return isKernelElement(element) ? KERNEL_ELEMENTS[element.kind] : customElement(element.kind);
}

/** Returns the name of an element in messages, such as `tap tap1a2b3c4d-5e`. */
export function labelOf(element: Element): string {
  const label = isOvsElement(element) ? undefined : findDefinition(element)?.label?.(element);
  return label ?? `${element.kind} ${element.name}`;
}

/** Returns the drawing of an element. Undefined if its kind has no drawing. */
export function drawingOf(element: SingleElement): Drawing | undefined {
  return findDefinition(element)?.draw?.(element);
}

/** Returns the definition of the kind. Undefined for a kind of a plugin that this process has not loaded. */
function findDefinition(element: SingleElement): ElementDefinition<ElementData> | undefined {
  return isKernelElement(element) ? KERNEL_ELEMENTS[element.kind] : findCustomElement(element.kind);
}

function isKernelElement(element: SingleElement): element is KernelElement {
  return isKernelKind(element.kind);
}
