/** A wiring: what a plugged VIF is made of, as plain JSON data. */

import { type BridgeElement, bridge } from './elements/bridge.ts';
import { type TapElement, tap } from './elements/tap.ts';
import type { Verbs } from './elements/verbs.ts';
import { type VethElement, veth } from './elements/veth.ts';

/** What a VIF is made of, in the order in which it is made; taken apart in reverse. */
export type Wiring = readonly Element[];

/** One thing on the host. `kind` tells which. */
export type Element = TapElement | BridgeElement | VethElement;

type ElementOf<K extends Element['kind']> = Extract<Element, { kind: K }>;

const VERBS: { readonly [K in Element['kind']]: Verbs<ElementOf<K>> } = { tap, bridge, veth };

/** The verbs of this element's kind. */
export function verbsOf<K extends Element['kind']>(element: { readonly kind: K }): Verbs<ElementOf<K>> {
  return VERBS[element.kind];
}

/** How messages name an element: `tap tap1a2b3c4d-5e`. */
export function labelOf(element: Element): string {
  return `${element.kind} ${element.name}`;
}
