/** Removes what this library put into Open vSwitch's database for VIFs that are no more. */

import { OvsdbConnectionError } from '../../errors/ovs.ts';
import type { Host } from '../../host-contract/host.ts';
import type { OvsdbEdit, OvsdbView, OvsPort } from '../../host-contract/ovsdb.ts';
import { SHARED_OWNER } from '../../host-contract/ownership.ts';
import type { Garbage } from '../garbage.ts';
import { ownerMarked } from './ovs-verbs.ts';

/**
 * Removes every port and bridge whose external_ids name a VIF that is not among the owners. Bridges that VIFs share stay,
 * and so does what others made: a hypervisor's ports have the `iface-id` of the VIF too, but not our mark.
 */
export async function collectOvsGarbage(
  { ovsdb }: Host,
  owners: ReadonlySet<string>,
  { dryRun = false, signal }: { readonly dryRun?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<Garbage[]> {
  let garbage: Garbage[] = [];
  try {
    if (dryRun) return garbageIn(await ovsdb.view({ signal }), owners);
    await ovsdb.change(
      (view) => {
        const found = garbageIn(view, owners);
        // Asked again after a cut the database may show none of it any more; it was removed all the same.
        if (found.length > 0) garbage = found;
        return found.flatMap((one) => removalOf(one, view));
      },
      { signal },
    );
    return garbage;
  } catch (error) {
    if (isWithoutOvs(error)) return [];
    throw error;
  }
}

function garbageIn(view: OvsdbView, owners: ReadonlySet<string>): Garbage[] {
  const abandoned = (owner: string | undefined): owner is string =>
    owner !== undefined && owner !== SHARED_OWNER && !owners.has(owner);
  const garbage: Garbage[] = [];
  for (const bridge of view.bridges()) {
    const owner = ownerMarked(bridge);
    if (abandoned(owner)) garbage.push({ kind: 'ovs-bridge', name: bridge.name, owner });
    for (const port of view.ports(bridge.name)) {
      const portOwner = ownerMarked(port);
      if (abandoned(portOwner)) garbage.push({ kind: 'ovs-port', name: port.name, owner: portOwner });
    }
  }
  // Ports before the bridges that they are on.
  return garbage.sort((a, b) => Number(a.kind === 'ovs-bridge') - Number(b.kind === 'ovs-bridge'));
}

function removalOf({ kind, name }: Garbage, view: OvsdbView): OvsdbEdit[] {
  if (kind === 'ovs-bridge') return [{ edit: 'remove-bridge', name }];
  const port = view.port(name);
  return port ? [{ edit: 'remove-port', name }, ...ownQosOf(port, view)] : [];
}

/** The row that the port was made with; one that others gave it is theirs. */
function ownQosOf(port: OvsPort, view: OvsdbView): OvsdbEdit[] {
  const qos = port.qos === undefined ? undefined : view.qos(port.qos);
  return qos?.externalIds._type === undefined ? [] : [{ edit: 'remove-qos', uuid: qos.uuid }];
}

/** The socket is not there: this host has no Open vSwitch, and so nothing of ours in it. */
function isWithoutOvs(error: unknown): boolean {
  if (!(error instanceof OvsdbConnectionError) || !(error.cause instanceof Error)) return false;
  return 'code' in error.cause && error.cause.code === 'ENOENT';
}
