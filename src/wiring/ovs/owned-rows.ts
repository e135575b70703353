/** Finds the rows of an owner in Open vSwitch's database, and removes them together with dependent rows. */

import type { OvsdbEdit, OvsdbView, OvsPort } from '../../host-contract/ovsdb.ts';
import { ownerOfRow } from '../../host-contract/ownership.ts';
import type { OvsOwner, OvsRows } from './ovs-verbs.ts';
import { ifaceIdOf } from './port-owner.ts';
import { qosIdOf } from './qos-id.ts';

/** Lists the ports and bridges whose tag names the owner. */
export function taggedRows(view: OvsdbView, { id }: Pick<OvsOwner, 'id'>): Required<Omit<OvsRows, 'qos'>> {
  return {
    ports: [...view.portsOf(id)].map(({ name }) => name),
    bridges: [...view.bridgesOf(id)].map(({ name }) => name),
  };
}

/**
 * Lists the tagged rows that are no longer part of the wiring of the owner.
 * A bridge that another VIF uses is left out.
 */
export function obsoleteRows(view: OvsdbView, owner: OvsOwner): Required<Omit<OvsRows, 'qos'>> {
  const { ports, bridges } = taggedRows(view, owner);
  return {
    ports: ports.filter((name) => !owner.names.has(name)),
    bridges: bridges.filter((name) => !owner.names.has(name) && !isUsedByOthers(name, view, idsOf(owner))),
  };
}

/** Returns the ids in the tags and `iface-id`s of the owner's rows. */
export function idsOf({ id, ifaceIds }: OvsOwner): ReadonlySet<string> {
  return new Set([id, ...ifaceIds]);
}

/** Joins lists of rows, without duplicates. */
export function joinedRows(...all: readonly OvsRows[]): Required<OvsRows> {
  const unique = (names: readonly string[]) => [...new Set(names)];
  return {
    ports: unique(all.flatMap(({ ports = [] }) => ports)),
    bridges: unique(all.flatMap(({ bridges = [] }) => bridges)),
    qos: unique(all.flatMap(({ qos = [] }) => qos)),
  };
}

/**
 * Returns the edits that remove these rows. A plug may have made a QoS row for a port. This row is removed
 * with the port, also if the port now uses another QoS row, and whatever the type of the row is. A bridge
 * with a port of another VIF stays.
 */
export function removalOf(rows: OvsRows, view: OvsdbView, owner: OvsOwner): OvsdbEdit[] {
  return removalForIds(rows, view, idsOf(owner));
}

/**
 * Returns the edits that remove these rows, for rows of several owners.
 *
 * @param ids the ids in the tags and `iface-id`s of the owners' rows
 */
export function removalForIds(rows: OvsRows, view: OvsdbView, ids: ReadonlySet<string>): OvsdbEdit[] {
  const { ports, bridges, qos } = joinedRows(rows);
  const unused = bridges.filter((name) => view.bridge(name) && !isUsedByOthers(name, view, ids, new Set(ports)));
  const onBridges = unused.flatMap((name) => guestPorts(name, view).map((port) => port.name));
  const removed = new Set([...ports, ...onBridges].filter((name) => view.port(name)));
  return [
    ...[...removed].map((name): OvsdbEdit => ({ edit: 'remove-port', name })),
    ...unused.map((name): OvsdbEdit => ({ edit: 'remove-bridge', name })),
    ...qosRemoval([...qos, ...[...removed].flatMap((name) => qosOf(name, view))], removed, view),
  ];
}

/**
 * Lists the UUIDs of the QoS rows that os-vif made for the port of this name.
 * A row without `_type` belongs to another program.
 */
export function qosOf(port: string, view: OvsdbView, id = qosIdOf(port)): string[] {
  const used = view.qos(view.port(port)?.qos ?? '');
  const rows = [...view.qosWithId(id), ...(used ? [used] : [])];
  return rows.filter(({ externalIds }) => '_type' in externalIds).map(({ uuid }) => uuid);
}

/**
 * Returns the edits that remove QoS rows. A row that a remaining port uses stays, because the database would
 * refuse the whole transaction.
 */
function qosRemoval(uuids: readonly string[], removed: ReadonlySet<string>, view: OvsdbView): OvsdbEdit[] {
  const unused = [...new Set(uuids)].filter((uuid) =>
    [...view.portsWithQos(uuid)].every(({ name }) => removed.has(name)),
  );
  return unused.map((uuid) => ({ edit: 'remove-qos', uuid }));
}

/**
 * Whether the bridge has a port of another VIF.
 * Patch ports of trunks, which Neutron's agent adds, belong to the bridge itself.
 * @param removed ports that are removed before the bridge
 */
export function isUsedByOthers(
  bridge: string,
  view: OvsdbView,
  ids: ReadonlySet<string>,
  removed: ReadonlySet<string> = new Set(),
): boolean {
  return guestPorts(bridge, view).some((port) => {
    if (removed.has(port.name)) return false;
    const tag = ownerOfRow(port);
    if (tag !== undefined) return !ids.has(tag);
    const ifaceId = ifaceIdOf(port, view);
    if (ifaceId === undefined || ids.has(ifaceId)) return false;
    return view.interface(port.name)?.type !== 'patch';
  });
}

/** Lists the ports of the bridge, without its local port. */
function guestPorts(bridge: string, view: OvsdbView): OvsPort[] {
  return [...view.ports(bridge)].filter(({ name }) => name !== bridge);
}
