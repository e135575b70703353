/** Holds that one port alone has the `iface-id` of a VIF: which of two ports would work is left to chance. */

import type { OvsdbView, OvsInterface } from '../../host-contract/ovsdb.ts';
import { ownerOfRow } from '../../host-contract/ownership.ts';
import type { Drift } from '../elements/verbs.ts';
import type { OvsOwner } from './ovs-verbs.ts';

type Conflict = Extract<Drift, { type: 'conflict' }>;

/**
 * The interfaces of others that have an `iface-id` of this VIF. Interfaces under a name of the wiring are not
 * among them: a hypervisor adds a port under the VIF's own name.
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
  // A port with the tag of the VIF goes with the next plug.
  return port === undefined || ownerOfRow(port) !== owner.id;
}

/**
 * Neutron's Open vSwitch agent gives the patch ports of a trunk the `iface-id` of the parent port
 * and of the subports.
 */
function isTrunkPatch({ name, type }: OvsInterface): boolean {
  return type === 'patch' && /^[ts]p[it]-/.test(name);
}

function conflict(name: string, ifaceId: string): Conflict {
  const reason = `interface ${name} has the iface-id "${ifaceId}" of this VIF too; remove it with \`ovs-vsctl del-port ${name}\` if it is not in use`;
  return { type: 'conflict', on: name, reason };
}
