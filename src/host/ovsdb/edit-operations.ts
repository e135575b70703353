/**
 * Converts edits to the operations of one transaction. `wait` operations (RFC 7047 5.2.6) guard the rows of
 * the edits: if such a row changes before the transaction reaches the server, the whole transaction fails
 * without effect. The unique indexes of the schema guard new names.
 */
import { OvsdbEditError } from '../../errors/ovs.ts';
import type {
  AddBridge,
  AddPort,
  AddQos,
  InterfaceValues,
  OvsBridge,
  OvsdbEdit,
  OvsInterface,
  OvsPort,
  PortValues,
  SetBridge,
  SetInterface,
  SetPort,
} from '../../host-contract/ovsdb.ts';
import {
  changeMap,
  currentInterface,
  currentPort,
  interfaceRow,
  isAdded,
  isRow,
  none,
  optional,
  portRow,
  rowName,
  unchanged,
} from './edit-rows.ts';
import {
  type Condition,
  type Mutation,
  mapOf,
  namedUuid,
  type Operation,
  type Row,
  uuid,
  type Value,
} from './protocol.ts';
import type { Replica } from './replica.ts';

/** The operations of the edits. @throws OvsdbEditError if an edit does not fit the replica */
export function operationsFor(edits: readonly OvsdbEdit[], replica: Replica): Operation[] {
  const transaction = new EditTransaction(replica);
  for (const edit of edits) transaction.add(edit);
  return [...transaction.guards, ...transaction.changes];
}

interface RowChange {
  readonly row: Row;
  readonly mutations: readonly Mutation[];
}

class EditTransaction {
  readonly guards: Operation[] = [];
  readonly changes: Operation[] = [];
  readonly #replica: Replica;
  readonly #addedBridges = new Set<string>();
  readonly #addedPorts = new Set<string>();
  readonly #removedPorts = new Set<string>();
  #rootGuarded = false;

  constructor(replica: Replica) {
    this.#replica = replica;
  }

  add(edit: OvsdbEdit): void {
    if (edit.edit === 'add-bridge') this.#addBridge(edit);
    else if (edit.edit === 'set-bridge') this.#setBridge(edit);
    else if (edit.edit === 'remove-bridge') this.#removeBridge(this.#bridge(edit.name, edit.edit));
    else if (edit.edit === 'add-port') this.#addPort(edit);
    else if (edit.edit === 'set-port') this.#setPort(edit);
    else if (edit.edit === 'set-interface') this.#setInterface(edit);
    else if (edit.edit === 'remove-port') this.#removePort(this.#port(edit.name, edit.edit));
    else if (edit.edit === 'add-qos') this.#addQos(edit);
    else this.#delete('QoS', edit.uuid);
  }

  #addBridge({ name, datapathType = '', externalIds = {} }: AddBridge): void {
    if (this.#addedBridges.has(name) || this.#replica.bridge(name))
      throw new OvsdbEditError(`add-bridge ${name}: there is a bridge of that name`);
    this.#claimPort('add-bridge', name);
    this.#addedBridges.add(name);
    this.#insertPort(name, {}, {}, { type: 'internal' });
    const row = {
      name,
      datapath_type: datapathType,
      external_ids: mapOf(externalIds),
      ports: namedUuid(rowName('port', name)),
    };
    this.changes.push({ op: 'insert', table: 'Bridge', row, 'uuid-name': rowName('bridge', name) });
    this.#linkBridge('insert', namedUuid(rowName('bridge', name)));
  }

  #setBridge({ edit, name, externalIds }: SetBridge): void {
    const bridge = this.#addedBridges.has(name) ? undefined : this.#bridge(name, edit);
    const change = { row: {}, mutations: changeMap('external_ids', externalIds) };
    if (bridge) this.#guardValues('Bridge', bridge.uuid, { external_ids: mapOf(bridge.externalIds) }, change);
    this.#apply('Bridge', bridge ? isRow(bridge.uuid) : isAdded('bridge', name), change);
  }

  #removeBridge(bridge: OvsBridge): void {
    this.guards.push(unchanged('Bridge', bridge.uuid, { name: bridge.name, external_ids: mapOf(bridge.externalIds) }));
    this.#linkBridge('delete', uuid(bridge.uuid));
    this.#delete('Bridge', bridge.uuid);
    for (const port of this.#replica.ports(bridge.name)) this.#delete('Port', port.uuid);
  }

  #addPort({ bridge, name, qos, externalIds = {}, interface: values = {}, ...portValues }: AddPort): void {
    const found = this.#addedBridges.has(bridge) ? undefined : this.#bridge(bridge, `add-port ${name}`);
    this.#claimPort('add-port', name);
    if (found) this.guards.push(unchanged('Bridge', found.uuid, { name: bridge }));
    this.#insertPort(name, portValues, externalIds, values, qos);
    const where = found ? isRow(found.uuid) : isAdded('bridge', bridge);
    this.changes.push({
      op: 'mutate',
      table: 'Bridge',
      where,
      mutations: [['ports', 'insert', namedUuid(rowName('port', name))]],
    });
  }

  #setPort({ edit, name, externalIds, ...values }: SetPort): void {
    const port = this.#addedPorts.has(name) ? undefined : this.#port(name, edit);
    const change = { row: portRow(values), mutations: changeMap('external_ids', externalIds) };
    if (port) this.#guardValues('Port', port.uuid, currentPort(port), change);
    this.#apply('Port', port ? isRow(port.uuid) : isAdded('port', name), change);
  }

  #setInterface({ edit, name, type, mtuRequest, options, externalIds }: SetInterface): void {
    const found = this.#addedPorts.has(name) ? undefined : this.#interface(name, edit);
    const row = {
      ...(type !== undefined && { type }),
      ...(mtuRequest !== undefined && { mtu_request: optional(mtuRequest ?? undefined) }),
    };
    const change = { row, mutations: [...changeMap('options', options), ...changeMap('external_ids', externalIds)] };
    if (found) this.#guardValues('Interface', found.uuid, currentInterface(found), change);
    this.#apply('Interface', found ? isRow(found.uuid) : isAdded('interface', name), change);
  }

  /** Adds a guard: the columns that change still have the values of the replica. */
  #guardValues(table: string, id: string, current: Row, { row, mutations }: RowChange): void {
    const touched = new Set([...Object.keys(row), ...mutations.map(([column]) => column)]);
    const values = Object.fromEntries(Object.entries(current).filter(([column]) => touched.has(column)));
    this.guards.push(unchanged(table, id, values));
  }

  #apply(table: string, where: readonly Condition[], { row, mutations }: RowChange): void {
    if (Object.keys(row).length > 0) this.changes.push({ op: 'update', table, where, row });
    if (mutations.length > 0) this.changes.push({ op: 'mutate', table, where, mutations });
  }

  #removePort(port: OvsPort): void {
    this.#removedPorts.add(port.name);
    // Guards external_ids of the port and its interfaces, so that a port with a new owner is not removed.
    this.guards.push(unchanged('Port', port.uuid, { external_ids: mapOf(port.externalIds) }));
    const bridge = port.bridge === undefined ? undefined : this.#replica.bridge(port.bridge);
    for (const name of port.interfaces) {
      const found = this.#replica.interface(name);
      if (found) this.guards.push(unchanged('Interface', found.uuid, { external_ids: mapOf(found.externalIds) }));
    }
    if (!bridge) return;
    const mutations: Mutation[] = [['ports', 'delete', uuid(port.uuid)]];
    this.changes.push({ op: 'mutate', table: 'Bridge', where: isRow(bridge.uuid), mutations });
    this.#delete('Port', port.uuid);
  }

  /**
   * Deletes a row explicitly. ovsdb-server deletes unreferenced rows at the commit, but after the check of
   * references, so that a QoS row could not be deleted together with its port.
   */
  #delete(table: string, id: string): void {
    this.changes.push({ op: 'delete', table, where: isRow(id) });
  }

  #addQos({ port, type, externalIds = {} }: AddQos): void {
    const found = this.#addedPorts.has(port) ? undefined : this.#port(port, 'add-qos');
    if (found) this.guards.push(unchanged('Port', found.uuid, { qos: optional(found.qos && uuid(found.qos)) }));
    const name = rowName('qos', port);
    this.changes.push({
      op: 'insert',
      table: 'QoS',
      row: { type, external_ids: mapOf(externalIds) },
      'uuid-name': name,
    });
    this.changes.push({
      op: 'update',
      table: 'Port',
      where: found ? isRow(found.uuid) : isAdded('port', port),
      row: { qos: namedUuid(name) },
    });
  }

  /**
   * Checks that the name of a port is free.
   * At the commit, the unique index checks again; a `wait` would search the whole table.
   */
  #claimPort(what: string, name: string): void {
    const isFree = this.#removedPorts.delete(name);
    if (this.#addedPorts.has(name)) throw new OvsdbEditError(`${what} ${name}: there is a port of that name`);
    this.#addedPorts.add(name);
    if (isFree) return;
    if (this.#replica.port(name)) throw new OvsdbEditError(`${what} ${name}: there is a port of that name`);
    if (this.#replica.interface(name)) throw new OvsdbEditError(`${what} ${name}: there is an interface of that name`);
  }

  #insertPort(
    name: string,
    port: PortValues,
    externalIds: Readonly<Record<string, string>>,
    values: InterfaceValues,
    qos?: string,
  ): void {
    const { options = {}, externalIds: interfaceIds = {}, ...rest } = values;
    const interfaceName = rowName('interface', name);
    this.changes.push({
      op: 'insert',
      table: 'Interface',
      row: { name, ...interfaceRow(rest), options: mapOf(options), external_ids: mapOf(interfaceIds) },
      'uuid-name': interfaceName,
    });
    this.changes.push({
      op: 'insert',
      table: 'Port',
      row: {
        name,
        ...portRow(port),
        ...(qos !== undefined && { qos: uuid(qos) }),
        external_ids: mapOf(externalIds),
        interfaces: namedUuid(interfaceName),
      },
      'uuid-name': rowName('port', name),
    });
  }

  /**
   * Adds a bridge to the row of Open_vSwitch, or removes it.
   * An unreferenced bridge is deleted at once (RFC 7047 3.2, "isRoot").
   */
  #linkBridge(mutator: 'insert' | 'delete', bridge: Value): void {
    if (!this.#rootGuarded) {
      const { root } = this.#replica;
      this.guards.push(root === undefined ? none('Open_vSwitch', []) : unchanged('Open_vSwitch', root, {}));
      if (root === undefined) this.changes.push({ op: 'insert', table: 'Open_vSwitch', row: {} });
      this.#rootGuarded = true;
    }
    this.changes.push({ op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['bridges', mutator, bridge]] });
  }

  #bridge(name: string, what: string): OvsBridge {
    const bridge = this.#replica.bridge(name);
    if (!bridge) throw new OvsdbEditError(`${what}: there is no bridge ${name}`);
    return bridge;
  }

  #port(name: string, what: string): OvsPort {
    const port = this.#replica.port(name);
    if (!port) throw new OvsdbEditError(`${what} ${name}: there is no port of that name`);
    return port;
  }

  #interface(name: string, what: string): OvsInterface {
    const found = this.#replica.interface(name);
    if (!found) throw new OvsdbEditError(`${what} ${name}: there is no interface of that name`);
    return found;
  }
}
