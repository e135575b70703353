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
  return {
    label: `${element.kind} ${element.name}`,
    names: verbs.names(element),
    ifaceId: verbs.ifaceId?.(element),
    validate: () => verbs.validate(element),
    ensure: (view, owner, before) => verbs.ensure(element, view, owner, before),
    rows: (view, owner) => verbs.rows(element, view, owner),
    inspect: (view, owner) => verbs.inspect(element, view, owner),
    adopt: (view, owner) => verbs.adopt?.(element, view, owner) ?? [],
    awaited: () => verbs.awaited?.(element) ?? {},
  };
}
