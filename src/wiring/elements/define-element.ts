/**
 * Defines a kind of element: what the engine does with it.
 * Elements of this library and of plugins use the same function.
 */

import { KindDefinitionError, UnknownElementError } from '../../errors/kinds.ts';
import type { Link } from '../../host-contract/links.ts';
import { describeValue } from '../../text/describe-value.ts';
import type { Drawing } from '../drawing.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

/** The kinds of this library that are no rows of Open vSwitch's database. */
export const KERNEL_KINDS = [
  'tap',
  'bridge',
  'veth',
  'macvtap',
  'vlan',
  'port',
  'virtual-function',
  'forward-rule',
  'source-mac-filter',
  'existing-link',
] as const;
/** One of KERNEL_KINDS. */
export type KernelKind = (typeof KERNEL_KINDS)[number];

/**
 * The kind of an element of a plugin: a prefix of the plugin's own, a colon and a name, such as
 * `example:vxlan`. The colon lets TypeScript tell these kinds from the built-in kinds, so that `element.kind
 * === 'tap'` still narrows an Element.
 */
export type CustomKind = `${string}:${string}`;

/** An element of a plugin: plain JSON data. Its kind decides which further properties it has. */
export interface CustomElement {
  readonly kind: CustomKind;
  /** The name of the device or of the other thing. Messages name an element by its kind and its name. */
  readonly name: string;
  /**
   * Several VIFs use it. Plugs that share an element wait for each other; its `remove` keeps it.
   * Default: false.
   */
  readonly shared?: boolean;
}

/** What every element has, whatever its kind. */
export interface ElementData {
  readonly kind: KernelKind | CustomKind;
  readonly name: string;
  readonly shared?: boolean;
}

/** What the engine does with the elements of one kind. */
export interface ElementDefinition<E extends ElementData> {
  readonly kind: E['kind'];
  /** Throws LinkValueError for values that no host can have. Asks the host nothing. */
  validate(element: E): void;
  /**
   * Throws where `ensure` would refuse the host as it is.
   * A plug calls it for all elements before the first change. Changes nothing. Default: no check.
   */
  precheck?(element: E, context: ElementContext): Promise<void>;
  /**
   * Makes the host agree with the element. Changes nothing on a host that agrees already. Notes each change
   * with `context.undoable`.
   */
  ensure(element: E, context: UndoContext): Promise<void>;
  /**
   * Removes what `ensure` made for this owner. A missing resource is no error, and neither is one that
   * belongs to another VIF by now. A shared element stays. `validate` is not called before: an unplug does
   * not fail by a value that it does not need.
   */
  remove(element: E, context: ElementContext): Promise<void>;
  /**
   * Lists where the host differs from the element.
   * Returns an empty list exactly when `ensure` would change nothing.
   */
  inspect(element: E, context: ElementContext): Promise<Drift[]>;
  /**
   * The devices without an owner that are this element's but for the tag.
   * `adopt` gives them the tag of the VIF. Default: none.
   */
  adoptable?(element: E, context: ElementContext): Promise<Link[]>;
  /** How messages name the element. Default: kind and name. */
  label?(element: E): string;
  /** What diagrams show of the element. Default: a node with the label. */
  draw?(element: E): Drawing;
}

/** A kind of element that is defined. */
export interface ElementKind<E extends ElementData> extends ElementDefinition<E> {
  /** Makes an element of this kind, for a Wiring. */
  element(properties: Omit<E, 'kind'>): E;
}

const customKinds = new Map<string, ElementDefinition<ElementData>>();

/**
 * Adds a kind of element to this process, so that wirings may have elements of this kind. A kind is defined
 * once, when its module is imported. The kind has a prefix (`example:vxlan`); kinds without a prefix are
 * those of this library.
 *
 * @throws KindDefinitionError for a kind that is already defined, and for a kind without a prefix
 */
export function defineElement<E extends ElementData>(definition: ElementDefinition<E>): ElementKind<E>;
export function defineElement(definition: ElementDefinition<ElementData>): ElementKind<ElementData> {
  const { kind } = definition;
  const element = (properties: Omit<ElementData, 'kind'>): ElementData => ({ ...properties, kind });
  register(definition);
  return { ...definition, element };
}

/** The names of the kinds that are defined, built-in kernel kinds included. */
const defined = new Set<string>();

function register(definition: ElementDefinition<ElementData>): void {
  const { kind } = definition;
  if (defined.has(kind))
    throw new KindDefinitionError(
      `the kind ${describeValue(kind)} of elements is already defined: define each kind in one module only`,
    );
  if (!isKernelKind(kind)) {
    if (!/^[\w.@/-]+:[\w.-]+$/.test(kind))
      throw new KindDefinitionError(
        `${describeValue(kind)} can't name a kind of elements: expected a prefix, a colon and a name, such as example:vxlan`,
      );
    customKinds.set(kind, definition);
  }
  defined.add(kind);
}

export function isKernelKind(kind: string): kind is KernelKind {
  return KERNEL_KINDS.some((known) => known === kind);
}

/** The definition of a plugin's kind, if a module of this process has defined it. */
export function findCustomElement(kind: string): ElementDefinition<ElementData> | undefined {
  return customKinds.get(kind);
}

/** @throws UnknownElementError for a kind that no module of this process has defined */
export function customElement(kind: string): ElementDefinition<ElementData> {
  const definition = findCustomElement(kind);
  if (definition === undefined) throw new UnknownElementError(kind, [...KERNEL_KINDS, ...customKinds.keys()]);
  return definition;
}
