/** What each kind of element in Open vSwitch's database can do: look at the database, and say what to edit. */

import type { OvsdbEdit, OvsdbView, OvsInterface, OvsMap, OvsPort } from '../../host-contract/ovsdb.ts';
import type { Drift } from '../elements/verbs.ts';

/** The verbs of one kind. They change nothing themselves: the edits of all elements of a VIF go into one transaction. */
export interface OvsVerbs<E> {
  /** Throws LinkValueError for what could never be. */
  validate(element: E): void;
  /** The edits that make the database agree with the element; none where it does already. */
  ensure(element: E, view: OvsdbView, owner: string): OvsdbEdit[];
  /** The edits that remove what is the owner's; none where it is gone. */
  remove(element: E, view: OvsdbView, owner: string): OvsdbEdit[];
  /** Where the database differs from the element. */
  inspect(element: E, view: OvsdbView, owner: string): Drift[];
  /** Ports that must work before a plug is done. */
  awaited?(element: E): string[];
}

/**
 * Key in the external_ids of the ports and bridges that are made: the id of the VIF, as a device has in its alias.
 * It tells ours from the ports that a hypervisor adds with the same `iface-id`.
 */
const OWNER_KEY = 'os-vif';

export function ownerMark(owner: string): OvsMap {
  return { [OWNER_KEY]: owner };
}

/** The id of the VIF that a port or bridge was made for, or undefined when others made it. */
export function ownerMarked(row: { readonly externalIds: OvsMap }): string | undefined {
  return row.externalIds[OWNER_KEY];
}

/** Why a port is not this VIF's, or undefined when it is, or is nobody's. */
export function portConflict(
  port: OvsPort,
  found: OvsInterface | undefined,
  owner: string,
  ifaceId?: string,
): string | undefined {
  const marked = ownerMarked(port);
  if (marked === owner) return undefined;
  if (marked !== undefined) return `port ${port.name} was made for VIF ${marked}`;
  const theirs = found?.externalIds['iface-id'];
  if (theirs === undefined || theirs === ifaceId) return undefined;
  return `port ${port.name} is that of another VIF (iface-id "${theirs}"); remove it with \`ovs-vsctl del-port ${port.name}\` if it is not`;
}
