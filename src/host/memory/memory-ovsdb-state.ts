/** The rows of the in-memory database, with the rules of the database for deletions and references. */
import { OvsdbServerError } from '../../errors/ovs.ts';
import type {
  OvsBridge,
  OvsdbTable,
  OvsdbView,
  OvsInterface,
  OvsPort,
  OvsQos,
  OvsSystem,
} from '../../host-contract/ovsdb.ts';
import { changedNames, ifaceIdOfRow, ownerOfRow } from '../../host-contract/ownership.ts';
import { canonicalUuid } from '../../text/uuid.ts';

/** The rows of the in-memory database. */
export class MemoryOvsdbState implements OvsdbView {
  readonly system: OvsSystem = {
    version: undefined,
    datapathTypes: ['netdev', 'system'],
    interfaceTypes: ['dpdk', 'dpdkvhostuser', 'dpdkvhostuserclient', 'internal', 'patch', 'tap'],
  };
  #bridges = new Map<string, OvsBridge>();
  #ports = new Map<string, OvsPort>();
  #interfaces = new Map<string, OvsInterface>();
  #qos = new Map<string, OvsQos>();

  /** A copy for a transaction. A committed transaction replaces this state by the copy. */
  copy(): MemoryOvsdbState {
    const copy = new MemoryOvsdbState();
    copy.#bridges = new Map(this.#bridges);
    copy.#ports = new Map(this.#ports);
    copy.#interfaces = new Map(this.#interfaces);
    copy.#qos = new Map(this.#qos);
    return copy;
  }

  has(_table: OvsdbTable, _column: string): boolean {
    return true;
  }

  bridge(name: string): OvsBridge | undefined {
    return this.#bridges.get(name);
  }

  bridges(): Iterable<OvsBridge> {
    return this.#bridges.values();
  }

  port(name: string): OvsPort | undefined {
    return this.#ports.get(name);
  }

  *ports(bridge: string): Iterable<OvsPort> {
    for (const port of this.#ports.values()) if (port.bridge === bridge) yield port;
  }

  interface(name: string): OvsInterface | undefined {
    return this.#interfaces.get(name);
  }

  interfaces(): Iterable<OvsInterface> {
    return this.#interfaces.values();
  }

  qos(uuid: string): OvsQos | undefined {
    return this.#qos.get(uuid);
  }

  allQos(): Iterable<OvsQos> {
    return this.#qos.values();
  }

  *bridgesOf(owner: string): Iterable<OvsBridge> {
    for (const bridge of this.#bridges.values()) if (ownerOfRow(bridge) === canonicalUuid(owner)) yield bridge;
  }

  *portsOf(owner: string): Iterable<OvsPort> {
    for (const port of this.#ports.values()) if (ownerOfRow(port) === canonicalUuid(owner)) yield port;
  }

  *portsWithQos(uuid: string): Iterable<OvsPort> {
    for (const port of this.#ports.values()) if (port.qos === uuid) yield port;
  }

  *interfacesWithId(ifaceId: string): Iterable<OvsInterface> {
    for (const found of this.#interfaces.values()) if (ifaceIdOfRow(found) === canonicalUuid(ifaceId)) yield found;
  }

  *qosWithId(id: string): Iterable<OvsQos> {
    for (const qos of this.#qos.values()) if (qos.externalIds.id === id) yield qos;
  }

  putBridge(bridge: OvsBridge): void {
    this.#bridges.set(bridge.name, bridge);
  }

  putPort(port: OvsPort): void {
    this.#ports.set(port.name, port);
  }

  putInterface(found: OvsInterface): void {
    this.#interfaces.set(found.name, found);
  }

  putQos(qos: OvsQos): void {
    this.#qos.set(qos.uuid, qos);
  }

  removeBridge(name: string): void {
    this.#bridges.delete(name);
    for (const port of [...this.ports(name)]) this.removePort(port.name);
  }

  removePort(name: string): void {
    for (const found of this.#ports.get(name)?.interfaces ?? []) this.#interfaces.delete(found);
    this.#ports.delete(name);
  }

  removeQos(uuid: string): void {
    this.#qos.delete(uuid);
  }

  /** The names that `Changes.names` has for the rows that differ from an earlier state. */
  changedSince(before: MemoryOvsdbState): string[] {
    return [
      ...changedRows(before.#bridges, this.#bridges).flatMap((row) => changedNames(row.name, row)),
      ...changedRows(before.#ports, this.#ports).flatMap((row) => changedNames(row.name, row)),
      ...changedRows(before.#interfaces, this.#interfaces).flatMap((row) => changedNames(row.name, row)),
      ...changedRows(before.#qos, this.#qos).flatMap((row) => changedNames(row.uuid, row)),
    ];
  }

  /** @throws OvsdbServerError, with the message of ovsdb-server, if a port refers to a deleted QoS row */
  checkReferences(): void {
    for (const { qos, name } of this.#ports.values()) {
      if (qos === undefined || this.#qos.has(qos)) continue;
      const details = `cannot delete QoS row ${qos} because of 1 remaining reference(s), of port ${name}`;
      throw new OvsdbServerError('commit', 'referential integrity violation', details);
    }
  }
}

/** The rows of both tables that are not in the other one. A changed row is a new object. */
function changedRows<T>(before: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>): T[] {
  const gone = [...before].filter(([key, row]) => now.get(key) !== row);
  const added = [...now].filter(([key, row]) => before.get(key) !== row);
  return [...gone, ...added].map(([, row]) => row);
}
