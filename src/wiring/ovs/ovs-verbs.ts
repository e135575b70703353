/**
 * What each kind of element in Open vSwitch's database can do: look at the database, and say what to edit.
 */

import type { OvsdbEdit, OvsdbView } from '../../host-contract/ovsdb.ts';
import type { Drift } from '../elements/verbs.ts';

/** The VIF that rows belong to. */
export interface OvsOwner {
  readonly id: string;
  /** The names of the ports and bridges of its wiring. */
  readonly names: ReadonlySet<string>;
  /** The `iface-id`s of the interfaces of its wiring. */
  readonly ifaceIds: ReadonlySet<string>;
}

/** Rows of the database: names of ports and bridges, and UUIDs of QoS rows. */
export interface OvsRows {
  readonly ports?: readonly string[];
  readonly bridges?: readonly string[];
  readonly qos?: readonly string[];
}

/** An edit that only tags a row. */
export type TagEdit = Extract<OvsdbEdit, { readonly edit: 'set-bridge' | 'set-port' }>;

/** What ovs-vswitchd must have opened before a plug is done. */
export interface AwaitedRows {
  /** A port that the VIF uses. */
  readonly port?: string | undefined;
  /** A bridge, if this plug adds it. */
  readonly newBridge?: string | undefined;
}

/**
 * The verbs of one kind.
 * They change nothing themselves: the edits of all elements of a VIF go into one transaction.
 */
export interface OvsVerbs<E> {
  /** Throws LinkValueError for what could never be. */
  validate(element: E): void;
  /** The names of the ports and bridges that the element describes. */
  names(element: E): string[];
  /** The `iface-id` of the interface that the element describes. */
  ifaceId?(element: E): string | undefined;
  /**
   * The edits that make the database agree with the element; none where it does already.
   * @param before the edits of earlier elements in the same transaction
   */
  ensure(element: E, view: OvsdbView, owner: OvsOwner, before: readonly OvsdbEdit[]): OvsdbEdit[];
  /** The rows of the element that the owner has. Rows of other owners are left out. */
  rows(element: E, view: OvsdbView, owner: OvsOwner): OvsRows;
  /** Where the database differs from the element. */
  inspect(element: E, view: OvsdbView, owner: OvsOwner): Drift[];
  /**
   * The edits that tag the rows of the element that have no owner and are right but for the tag.
   * Default: none.
   */
  adopt?(element: E, view: OvsdbView, owner: OvsOwner): TagEdit[];
  /** What must work before a plug is done. */
  awaited?(element: E): AwaitedRows;
}
