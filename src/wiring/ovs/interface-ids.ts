/**
 * Checks that only one port has the `iface-id` of a VIF. With two such ports, only one works, and nobody can
 * predict which one.
 */

import type { OvsdbView, OvsInterface } from '../../host-contract/ovsdb.ts';
import { ownerOfRow } from '../../host-contract/ownership.ts';
import type { Drift } from '../elements/verbs.ts';
import type { OvsOwner } from './ovs-verbs.ts';

type Conflict = Extract<Drift, { type: 'conflict' }>;

/**
 * Lists the interfaces of other owners that have an `iface-id` of this VIF. Interfaces with a name of the
 * wiring are left out, because a hypervisor adds a port with the VIF's own name.
 */
export function ifaceIdConflicts(view: OvsdbView, owner: OvsOwner): Conflict[] {
  return [...owner.ifaceIds].flatMap((ifaceId) =>
    [...view.interfacesWithId(ifaceId)]
      .filter((found) => isOther(found, view, owner))
      .map(({ name }) => conflict(name, ifaceId)),
  );
}

function isOther(found: OvsInterface, view: OvsdbView, owner: OvsOwner): boolean {
  const { name } = found;
  if (owner.names.has(name) || isTrunkPatch(found)) return false;
  const port = view.port(name);
  // The next plug removes a port that has the tag of the VIF.
  return port === undefined || ownerOfRow(port) !== owner.id;
}

/**
 * Whether the interface is a patch port of a trunk. Neutron's Open vSwitch agent gives these ports the
 * `iface-id` of the parent port and of the subports.
 */
function isTrunkPatch({ name, type }: OvsInterface): boolean {
  return type === 'patch' && /^[ts]p[it]-/.test(name);
}

function conflict(name: string, ifaceId: string): Conflict {
  const reason = `interface ${name} has the iface-id "${ifaceId}" of this VIF too; remove it with \`ovs-vsctl del-port ${name}\` if it is not in use`;
  return { type: 'conflict', on: name, reason };
}
