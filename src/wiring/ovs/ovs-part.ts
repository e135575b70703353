/**
 * An element of Open vSwitch's database with its verbs. One transaction can handle parts of different kinds.
 */

import type { OvsdbEdit, OvsdbView } from '../../host-contract/ovsdb.ts';
import type { Drift } from '../elements/verbs.ts';
import type { AwaitedRows, OvsOwner, OvsRows, OvsVerbs, TagEdit } from './ovs-verbs.ts';

/** An element and the verbs of its kind. */
export interface OvsPart {
  /** Kind and name of the element, such as `ovs-port tap1a2b3c4d-5e`. */
  readonly label: string;
  readonly names: readonly string[];
  readonly ifaceId: string | undefined;
  validate(): void;
  ensure(view: OvsdbView, owner: OvsOwner, before: readonly OvsdbEdit[]): OvsdbEdit[];
  rows(view: OvsdbView, owner: OvsOwner): OvsRows;
  inspect(view: OvsdbView, owner: OvsOwner): Drift[];
  adopt(view: OvsdbView, owner: OvsOwner): TagEdit[];
  awaited(): AwaitedRows;
}

export function ovsPart<E extends { readonly kind: string; readonly name: string }>(
  verbs: OvsVerbs<E>,
  element: E,
): OvsPart {
  return new ElementPart(verbs, element);
}

/** A class, because each check of a VIF makes its parts anew. */
class ElementPart<E extends { readonly kind: string; readonly name: string }> implements OvsPart {
  readonly names: readonly string[];
  readonly ifaceId: string | undefined;
  readonly #verbs: OvsVerbs<E>;
  readonly #element: E;

  constructor(verbs: OvsVerbs<E>, element: E) {
    this.#verbs = verbs;
    this.#element = element;
    this.names = verbs.names(element);
    this.ifaceId = verbs.ifaceId?.(element);
  }

  get label(): string {
    return `${this.#element.kind} ${this.#element.name}`;
  }

  validate(): void {
    this.#verbs.validate(this.#element);
  }

  ensure(view: OvsdbView, owner: OvsOwner, before: readonly OvsdbEdit[]): OvsdbEdit[] {
    return this.#verbs.ensure(this.#element, view, owner, before);
  }

  rows(view: OvsdbView, owner: OvsOwner): OvsRows {
    return this.#verbs.rows(this.#element, view, owner);
  }

  inspect(view: OvsdbView, owner: OvsOwner): Drift[] {
    return this.#verbs.inspect(this.#element, view, owner);
  }

  adopt(view: OvsdbView, owner: OvsOwner): TagEdit[] {
    return this.#verbs.adopt?.(this.#element, view, owner) ?? [];
  }

  awaited(): AwaitedRows {
    return this.#verbs.awaited?.(this.#element) ?? {};
  }
}
