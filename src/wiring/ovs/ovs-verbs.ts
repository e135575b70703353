/**
 * The verbs of each kind of element in Open vSwitch's database. Each verb reads the database and returns
 * edits.
 */

import type { OvsdbEdit, OvsdbView } from '../../host-contract/ovsdb.ts';
import type { Drift } from '../elements/verbs.ts';

/** The VIF that owns rows. */
export interface OvsOwner {
  readonly id: string;
  /** The names of the ports and bridges in the wiring of the VIF. */
  readonly names: ReadonlySet<string>;
  /** The `iface-id`s of the interfaces in the wiring of the VIF. */
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

/** The rows that a plug can wait for. */
export interface AwaitedRows {
  /** A port that the VIF uses. */
  readonly port?: string | undefined;
  /** A bridge, if this plug adds it. */
  readonly newBridge?: string | undefined;
  /** A port whose flows ovn-controller installs. */
  readonly boundPort?: string | undefined;
}

/**
 * The verbs of one kind of element.
 * The verbs change nothing themselves. The edits of all elements of a VIF form one transaction.
 */
export interface OvsVerbs<E> {
  /** Throws LinkValueError for values that no host can have. */
  validate(element: E): void;
  /** The names of the ports and bridges that the element describes. */
  names(element: E): string[];
  /** The `iface-id` of the interface that the element describes. */
  ifaceId?(element: E): string | undefined;
  /**
   * Returns the edits that make the database agree with the element. The list is empty if the database
   * already agrees.
   * @param before the edits of earlier elements in the same transaction
   */
  ensure(element: E, view: OvsdbView, owner: OvsOwner, before: readonly OvsdbEdit[]): OvsdbEdit[];
  /** Lists the rows of the element that the owner has. Rows of other owners are left out. */
  rows(element: E, view: OvsdbView, owner: OvsOwner): OvsRows;
  /** Lists the differences between the database and the element. */
  inspect(element: E, view: OvsdbView, owner: OvsOwner): Drift[];
  /**
   * Returns the edits that tag the rows of the element. These rows have no owner, and all their other
   * properties are right.
   * Default: none.
   */
  adopt?(element: E, view: OvsdbView, owner: OvsOwner): TagEdit[];
  /** Returns the rows that must work before a plug ends. */
  awaited?(element: E): AwaitedRows;
}
