/**
 * Defines a kind of element: the functions that the engine calls for elements of the kind.
 * Built-in elements and elements of plugins use the same function.
 */

import { requireArgument } from '../../errors/argument.ts';
import { KindDefinitionError, UnknownElementError } from '../../errors/kinds.ts';
import { objectWith } from '../../errors/value-kinds.ts';
import type { Link } from '../../host-contract/links.ts';
import { describeValue } from '../../text/describe-value.ts';
import type { Drawing } from '../drawing.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

/** The built-in kinds outside the database of Open vSwitch. */
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
  'source-guard',
  'existing-link',
  'embedded-switch',
] as const;
/** One of KERNEL_KINDS. */
export type KernelKind = (typeof KERNEL_KINDS)[number];

/**
 * The kind of an element of a plugin: a prefix of the plugin, a colon and a name, such as `example:vxlan`.
 * The colon lets TypeScript distinguish these kinds from the built-in kinds. `element.kind === 'tap'`
 * therefore still narrows an Element.
 */
export type CustomKind = `${string}:${string}`;

/** An element of a plugin, as plain JSON data. Its kind defines its further properties. */
export interface CustomElement {
  readonly kind: CustomKind;
  /** The name of the device or of another resource. Messages name an element by its kind and its name. */
  readonly name: string;
  /**
   * Several VIFs use the element. Plugs that share an element wait for each other. `remove` keeps a shared
   * element.
   * Default: false.
   */
  readonly shared?: boolean;
}

/** The properties that every element has. */
export interface ElementData {
  readonly kind: KernelKind | CustomKind;
  readonly name: string;
  readonly shared?: boolean;
}

/** The functions that the engine calls for the elements of one kind. */
export interface ElementDefinition<E extends ElementData> {
  readonly kind: E['kind'];
  /** Throws LinkValueError for values that no host can have. Sends no request to the host. */
  validate(element: E): void;
  /**
   * Throws if `ensure` would refuse the present state of the host. Changes nothing.
   * A plug calls this function for all elements before the first change. Default: no check.
   */
  precheck?(element: E, context: ElementContext): Promise<void>;
  /**
   * Makes the host agree with the element. Changes nothing on a host that already agrees. Notes the undo of
   * each change with `context.undoable`.
   */
  ensure(element: E, context: UndoContext): Promise<void>;
  /**
   * Removes the resources that `ensure` made for this owner. A missing resource is ignored. A resource that
   * now belongs to another VIF is ignored too. A shared element stays. The engine does not call `validate`
   * first: an invalid value that the removal does not need must not stop an unplug.
   */
  remove(element: E, context: ElementContext): Promise<void>;
  /**
   * Lists the differences between the host and the element.
   * The list is empty exactly when `ensure` would change nothing.
   */
  inspect(element: E, context: ElementContext): Promise<Drift[]>;
  /**
   * Lists the devices that agree with the element and have no owner.
   * `adopt` gives these devices the tag of the VIF. Default: none.
   */
  adoptable?(element: E, context: ElementContext): Promise<Link[]>;
  /** Returns facts that a check tells beside the drift. Default: none. */
  notes?(element: E): readonly string[];
  /** Returns the name of the element in messages. Default: kind and name. */
  label?(element: E): string;
  /** Returns the drawing of the element. Default: a node with the label. */
  draw?(element: E): Drawing;
}

/** A defined kind of element. */
export interface ElementKind<E extends ElementData> extends ElementDefinition<E> {
  /** Makes an element of this kind for a Wiring. */
  element(properties: Omit<E, 'kind'>): E;
}

const BUILT_IN: ReadonlySet<string> = new Set(KERNEL_KINDS);
const customKinds = new Map<string, ElementDefinition<ElementData>>();

/**
 * Adds a kind of element to this process, so that wirings may have elements of this kind. A module defines
 * its kind once, when the module is imported. The kind of a plugin has a prefix (`example:vxlan`). Built-in
 * kinds have no prefix.
 *
 * @throws KindDefinitionError for a kind that is already defined, and for a kind without a prefix
 */
export function defineElement<E extends ElementData>(definition: ElementDefinition<E>): ElementKind<E>;
export function defineElement(definition: ElementDefinition<ElementData>): ElementKind<ElementData> {
  requireArgument('defineElement', definition, DEFINITION);
  const { kind } = definition;
  const element = (properties: Omit<ElementData, 'kind'>): ElementData => ({ ...properties, kind });
  register(definition);
  return { ...definition, element };
}

const DEFINITION = objectWith(
  'an object with kind, validate, ensure, remove and inspect',
  'validate',
  'ensure',
  'remove',
  'inspect',
);

/** The defined kinds, built-in kernel kinds included. */
const defined = new Set<string>();

function register(definition: ElementDefinition<ElementData>): void {
  const { kind } = definition;
  if (defined.has(kind))
    throw new KindDefinitionError(
      `the kind ${describeValue(kind)} of elements is already defined: define each kind in one module only`,
    );
  if (!isKernelKind(kind)) {
    if (typeof kind !== 'string' || !/^[\w.@/-]+:[\w.-]+$/.test(kind))
      throw new KindDefinitionError(
        `${describeValue(kind)} cannot name a kind of elements: expected a prefix, a colon and a name, such as example:vxlan`,
      );
    customKinds.set(kind, definition);
  }
  defined.add(kind);
}

export function isKernelKind(kind: string): kind is KernelKind {
  return BUILT_IN.has(kind);
}

/** Returns the definition of a plugin's kind. Undefined if no module of this process has defined the kind. */
export function findCustomElement(kind: string): ElementDefinition<ElementData> | undefined {
  return customKinds.get(kind);
}

/**
 * Returns the definition of a plugin's kind.
 *
 * @throws UnknownElementError for a kind that no module of this process has defined
 */
export function customElement(kind: string): ElementDefinition<ElementData> {
  const definition = findCustomElement(kind);
  if (definition === undefined) throw new UnknownElementError(kind, [...KERNEL_KINDS, ...customKinds.keys()]);
  return definition;
}
