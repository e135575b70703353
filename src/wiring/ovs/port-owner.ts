/** Decides which VIF owns a port of Open vSwitch. */

import type { OvsdbView, OvsPort } from '../../host-contract/ovsdb.ts';
import { functionOfRow, ifaceIdOfRow, ownerOfRow } from '../../host-contract/ownership.ts';
import type { OvsOwner } from './ovs-verbs.ts';

/** A port that a VIF wants to use. */
export interface WantedPort {
  readonly name: string;
  /** The port is the representor of this virtual function. */
  readonly pciAddress?: string;
  /** The hypervisor adds the port. If a port without owner exists, the hypervisor replaces it. */
  readonly external?: boolean;
}

/**
 * Whether the port belongs to this VIF: os-vif tagged the port, or another program added the port with an
 * `iface-id` of the VIF. A hypervisor replaces the port of a VIF by its own port without a tag.
 */
export function isOwnPort(port: OvsPort, view: OvsdbView, owner: OvsOwner): boolean {
  const tag = ownerOfRow(port);
  if (tag !== undefined) return tag === owner.id;
  const ifaceId = ifaceIdOf(port, view);
  return ifaceId !== undefined && owner.ifaceIds.has(ifaceId);
}

/**
 * Whether the port has another owner, and its name is now the name of the representor of this VIF's virtual
 * function. After a reboot, the kernel can name representors in another order, but the database keeps its
 * rows.
 */
export function isStalePort(port: OvsPort, { pciAddress }: WantedPort, owner: OvsOwner): boolean {
  const tag = ownerOfRow(port);
  const recorded = functionOfRow(port);
  if (tag === undefined || tag === owner.id || recorded === undefined || pciAddress === undefined) return false;
  return recorded !== pciAddress.toLowerCase();
}

/** Returns the reason why the VIF cannot use the name for its port. Undefined if it can. */
export function portConflict(wanted: WantedPort, view: OvsdbView, owner: OvsOwner): string | undefined {
  const { name, external } = wanted;
  const port = view.port(name);
  if (port === undefined) {
    if (external || view.interface(name) === undefined) return undefined;
    return `an interface ${name} belongs to a port of another name; remove it from that port first`;
  }
  if (isOwnPort(port, view, owner) || isStalePort(port, wanted, owner)) return undefined;
  const tag = ownerOfRow(port);
  if (tag !== undefined) return `port ${name} was made for VIF ${tag}`;
  const ifaceId = ifaceIdOf(port, view);
  if (ifaceId !== undefined)
    return `port ${name} belongs to another VIF (iface-id "${ifaceId}"); remove it with \`ovs-vsctl del-port ${name}\` if that VIF no longer exists`;
  if (external) return undefined;
  return `port ${name} exists and was not made for this VIF; remove it with \`ovs-vsctl del-port ${name}\` if it is not in use`;
}

/** Returns the `iface-id` of the interface of the port. */
export function ifaceIdOf({ interfaces }: OvsPort, view: OvsdbView): string | undefined {
  for (const name of interfaces) {
    const found = view.interface(name);
    const ifaceId = found && ifaceIdOfRow(found);
    if (ifaceId !== undefined) return ifaceId;
  }
  return undefined;
}
