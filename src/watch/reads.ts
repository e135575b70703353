/** Notes which devices and rows a check reads. A change of one of them may change its result. */

import type { Host } from '../host-contract/host.ts';
import { interceptHost } from '../host-contract/intercept.ts';
import type { OvsdbView } from '../host-contract/ovsdb.ts';
import { canonicalUuid } from '../text/uuid.ts';

/** A host, and the names of what was read through it. They have the form of `Changes.names`. */
export interface RecordedHost {
  readonly host: Host;
  readonly names: ReadonlySet<string>;
}

/** Returns the same host. Its reads for the owner are noted. */
export function recordingReads(host: Host, owner: string): RecordedHost {
  const names = new Set([owner]);
  const { links, ingress, guards, ovsdb } = host;
  const recording = interceptHost(host, (_, proceed) => proceed());
  const get: typeof links.get = async (wanted) => {
    if (typeof wanted === 'string') names.add(wanted);
    const link = await links.get(wanted);
    if (link !== undefined) names.add(link.name);
    return link;
  };
  const list: typeof ingress.list = async () => {
    const drops = await ingress.list();
    for (const drop of drops) if (drop.owner === owner) names.add(drop.device);
    return drops;
  };
  const getGuard: typeof guards.get = (device) => {
    names.add(device);
    return guards.get(device);
  };
  const view: typeof ovsdb.view = async (options) => recordedView(await ovsdb.view(options), (name) => names.add(name));
  Object.assign(recording.links, { get });
  Object.assign(recording.ingress, { list });
  Object.assign(recording.guards, { get: getGuard });
  Object.assign(recording.ovsdb, { view });
  return { host: recording, names };
}

function recordedView(view: OvsdbView, note: (name: string) => void): OvsdbView {
  const one = <T>(name: string, find: (name: string) => T): T => {
    note(name);
    return find(name);
  };
  function* each<T extends { readonly name: string }>(rows: Iterable<T>): Iterable<T> {
    for (const row of rows) {
      note(row.name);
      yield row;
    }
  }
  return {
    system: view.system,
    has: (table, column) => view.has(table, column),
    bridge: (name) => one(name, () => view.bridge(name)),
    bridges: () => each(view.bridges()),
    port: (name) => one(name, () => view.port(name)),
    ports: (bridge) => one(bridge, () => view.ports(bridge)),
    interface: (name) => one(name, () => view.interface(name)),
    interfaces: () => each(view.interfaces()),
    qos: (uuid) => one(uuid, () => view.qos(uuid)),
    allQos: () => view.allQos(),
    bridgesOf: (owner) => one(canonicalUuid(owner), () => view.bridgesOf(owner)),
    portsOf: (owner) => one(canonicalUuid(owner), () => view.portsOf(owner)),
    portsWithQos: (uuid) => one(uuid, () => view.portsWithQos(uuid)),
    interfacesWithId: (ifaceId) => one(canonicalUuid(ifaceId), () => view.interfacesWithId(ifaceId)),
    qosWithId: (id) => one(id, () => view.qosWithId(id)),
  };
}
