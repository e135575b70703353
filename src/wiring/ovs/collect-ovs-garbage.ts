/** Removes the rows that this library added to Open vSwitch's database for VIFs that no longer exist. */

import { OvsdbConnectionError } from '../../errors/ovs.ts';
import type { Host } from '../../host-contract/host.ts';
import type { OvsBridge, OvsdbEdit, OvsdbView, OvsPort } from '../../host-contract/ovsdb.ts';
import { ownerOfRow, SHARED_OWNER } from '../../host-contract/ownership.ts';
import type { Garbage } from '../garbage.ts';
import { isUsedByOthers, removalForIds } from './owned-rows.ts';
import { qosIdOf } from './qos-id.ts';

const PORT = 'ovs-port';
const BRIDGE = 'ovs-bridge';
const QOS = 'ovs-qos';

/** A UUID of version 5, as `qosIdOf` makes it. */
const QOS_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-/;

/**
 * Removes every port and bridge whose external_ids name a VIF that is not among the owners, and the QoS rows
 * of ports that no longer exist. Shared bridges, bridges with a port of another VIF, and rows of other
 * programs stay. The port of a hypervisor has the `iface-id` of the VIF but no tag, so it stays too.
 */
export async function collectOvsGarbage(
  { ovsdb }: Host,
  owners: ReadonlySet<string>,
  { dryRun = false, signal }: { readonly dryRun?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<Garbage[]> {
  let garbage: Garbage[] = [];
  try {
    // Most hosts without Open vSwitch have no socket. Rows of a server that is starting are removed
    // by the next collection.
    if (dryRun) return garbageIn(await ovsdb.view({ signal, expected: false }), owners);
    await ovsdb.change(
      (view) => {
        const found = garbageIn(view, owners);
        // After a lost connection, the function runs again and may find no garbage. The earlier result is
        // then kept.
        if (found.length > 0) garbage = found;
        return removalOf(found, view);
      },
      { signal, expected: false },
    );
    return garbage;
  } catch (error) {
    if (isWithoutOvs(error)) return [];
    throw error;
  }
}

/** Lists the bridges and ports that have an owner, and the QoS rows of these ports. */
export async function taggedOvsRows({ ovsdb }: Host, signal?: AbortSignal): Promise<Required<Garbage>[]> {
  try {
    const view = await ovsdb.view({ signal, expected: false });
    return [...view.bridges()].flatMap((bridge) => [
      ...tagged(BRIDGE, bridge),
      ...[...view.ports(bridge.name)].flatMap((port) => [...tagged(PORT, port), ...qosOf(port)]),
    ]);
  } catch (error) {
    if (isWithoutOvs(error)) return [];
    throw error;
  }
}

function tagged(kind: string, row: OvsBridge | OvsPort): Required<Garbage>[] {
  const owner = ownerOfRow(row);
  return owner === undefined ? [] : [{ kind, name: row.name, owner }];
}

function qosOf(port: OvsPort): Required<Garbage>[] {
  const owner = ownerOfRow(port);
  return owner === undefined || port.qos === undefined ? [] : [{ kind: QOS, name: port.qos, owner }];
}

function garbageIn(view: OvsdbView, owners: ReadonlySet<string>): Garbage[] {
  const ports: Garbage[] = [];
  const bridges: Garbage[] = [];
  const abandoned = new Set<string>();
  const note = (list: Garbage[], kind: string, row: OvsBridge | OvsPort) => {
    const owner = ownerOfRow(row);
    if (owner === undefined || owner === SHARED_OWNER || owners.has(owner)) return;
    abandoned.add(owner);
    list.push({ kind, name: row.name, owner });
  };
  for (const bridge of view.bridges()) {
    note(bridges, BRIDGE, bridge);
    for (const port of view.ports(bridge.name)) note(ports, PORT, port);
  }
  const unused = bridges.filter(({ name }) => !isUsedByOthers(name, view, abandoned));
  // Ports are removed before their bridges.
  return [...ports, ...unused, ...leftQos(view)];
}

/** Lists the QoS rows that no port uses and whose port no longer exists. */
function leftQos(view: OvsdbView): Garbage[] {
  const unused = [...view.allQos()].filter(
    ({ uuid, externalIds: { id = '', _type } }) =>
      _type !== undefined && QOS_ID.test(id) && [...view.portsWithQos(uuid)].length === 0,
  );
  if (unused.length === 0) return [];
  const ports = [...view.bridges()].flatMap(({ name }) => [...view.ports(name)]);
  const ids = new Set(ports.map(({ name }) => qosIdOf(name)));
  return unused.flatMap(({ uuid, externalIds: { id = '' } }) => (ids.has(id) ? [] : [{ kind: QOS, name: uuid }]));
}

function removalOf(garbage: readonly Garbage[], view: OvsdbView): OvsdbEdit[] {
  const named = (kind: string) => garbage.filter((one) => one.kind === kind).map(({ name }) => name);
  const owners = new Set(garbage.map(({ owner }) => owner).filter((owner) => owner !== undefined));
  return removalForIds({ ports: named(PORT), bridges: named(BRIDGE), qos: named(QOS) }, view, owners);
}

/**
 * Whether the OVSDB socket does not exist. This host then has no Open vSwitch, and no rows of this library.
 */
function isWithoutOvs(error: unknown): boolean {
  if (!(error instanceof OvsdbConnectionError) || !(error.cause instanceof Error)) return false;
  return 'code' in error.cause && error.cause.code === 'ENOENT';
}
