/**
 * A replica of the rows that this library uses. Updates of the server change it.
 * Look-ups by name take constant time.
 */
import { OvsdbProtocolError } from '../../errors/ovs.ts';
import type {
  OvsBridge,
  OvsdbTable,
  OvsdbView,
  OvsInterface,
  OvsPort,
  OvsQos,
  OvsSystem,
} from '../../host-contract/ovsdb.ts';
import { changedNames } from '../../host-contract/ownership.ts';
import { isRecord } from '../../text/is-record.ts';
import { cutWord } from './excerpt.ts';
import { readSet } from './protocol.ts';
import { RowIndex } from './row-index.ts';
import { integer, optionalText, type StoredRow, strings, text, texts, toBridge, toInterface, toQos } from './rows.ts';
import { applyDifference, emptyColumn, isTable, type KnownColumns, readColumn } from './tables.ts';

interface StoredTable {
  readonly rows: Map<string, StoredRow>;
  readonly byName: Map<string, string>;
}

/** A replica of the rows that this library uses. */
export class Replica implements OvsdbView {
  readonly #known: KnownColumns;
  readonly #tables = new Map<OvsdbTable, StoredTable>();
  /** The UUID of the bridge, by the UUID of the port. */
  readonly #bridgeOf = new Map<string, string>();
  readonly #index = new RowIndex();
  /** The rows that were read since the last update, by UUID. A check reads a row several times. */
  readonly #ports = new Map<string, OvsPort>();
  readonly #interfaces = new Map<string, OvsInterface>();
  readonly #onChange: (name: string) => void;

  /** @param onChange called with the names that `Changes.names` has for a changed row */
  constructor(known: KnownColumns, onChange: (name: string) => void) {
    this.#known = known;
    this.#onChange = onChange;
    for (const table of known.keys()) this.#tables.set(table, { rows: new Map(), byName: new Map() });
  }

  /** Applies the `<table-updates>` of `monitor` and `update` (RFC 7047 4.1.5, 4.1.6). */
  applyUpdates(updates: unknown): void {
    this.#eachRow(updates, (table, uuid, update) => {
      const row = update.new;
      if (row === undefined) this.#remove(table, uuid);
      else this.#put(table, uuid, this.#readRow(table, row));
    });
  }

  /** Applies the `<table-updates2>` of `monitor_cond` and `update2` (ovsdb-server(7) 4.1.12, 4.1.14). */
  applyUpdates2(updates: unknown): void {
    this.#eachRow(updates, (table, uuid, update) => {
      if ('delete' in update) this.#remove(table, uuid);
      else if ('modify' in update) this.#modify(table, uuid, update.modify);
      else this.#put(table, uuid, this.#readRow(table, update.initial ?? update.insert));
    });
  }

  get system(): OvsSystem {
    const row = this.#rows('Open_vSwitch').values().next().value;
    return {
      version: row && optionalText(row, 'ovs_version'),
      datapathTypes: row ? texts(row, 'datapath_types') : [],
      interfaceTypes: row ? texts(row, 'iface_types') : [],
    };
  }

  /** The UUID of the only row of Open_vSwitch. Undefined for a new database. */
  get root(): string | undefined {
    return this.#rows('Open_vSwitch').keys().next().value;
  }

  has(table: OvsdbTable, column: string): boolean {
    return this.#known.get(table)?.has(column) ?? false;
  }

  bridge(name: string): OvsBridge | undefined {
    const found = this.#find('Bridge', name);
    return found && toBridge(...found);
  }

  *bridges(): Iterable<OvsBridge> {
    for (const entry of this.#rows('Bridge')) yield toBridge(...entry);
  }

  port(name: string): OvsPort | undefined {
    return this.#readPort(this.#uuidOf('Port', name));
  }

  *ports(bridge: string): Iterable<OvsPort> {
    const found = this.#find('Bridge', bridge);
    yield* present(found ? texts(found[1], 'ports') : [], (uuid) => this.#readPort(uuid));
  }

  interface(name: string): OvsInterface | undefined {
    return this.#readInterface(this.#uuidOf('Interface', name));
  }

  *interfaces(): Iterable<OvsInterface> {
    yield* present(this.#rows('Interface').keys(), (uuid) => this.#readInterface(uuid));
  }

  qos(uuid: string): OvsQos | undefined {
    const row = this.#rows('QoS').get(uuid);
    return row && toQos(uuid, row);
  }

  *allQos(): Iterable<OvsQos> {
    for (const entry of this.#rows('QoS')) yield toQos(...entry);
  }

  *bridgesOf(owner: string): Iterable<OvsBridge> {
    for (const entry of this.#entries('Bridge', this.#index.find('Bridge', 'owner', owner))) yield toBridge(...entry);
  }

  *portsOf(owner: string): Iterable<OvsPort> {
    yield* present(this.#index.find('Port', 'owner', owner), (uuid) => this.#readPort(uuid));
  }

  *portsWithQos(uuid: string): Iterable<OvsPort> {
    yield* present(this.#index.find('Port', 'qos', uuid), (port) => this.#readPort(port));
  }

  *interfacesWithId(ifaceId: string): Iterable<OvsInterface> {
    yield* present(this.#index.find('Interface', 'ifaceId', ifaceId), (uuid) => this.#readInterface(uuid));
  }

  *qosWithId(id: string): Iterable<OvsQos> {
    for (const entry of this.#entries('QoS', this.#index.find('QoS', 'id', id))) yield toQos(...entry);
  }

  *#entries(table: OvsdbTable, uuids: Iterable<string>): Iterable<[string, StoredRow]> {
    for (const uuid of uuids) {
      const row = this.#rows(table).get(uuid);
      if (row) yield [uuid, row];
    }
  }

  #readPort(uuid = ''): OvsPort | undefined {
    const known = this.#ports.get(uuid);
    const row = known === undefined ? this.#rows('Port').get(uuid) : undefined;
    if (row === undefined) return known;
    const port = this.#toPort(uuid, row);
    this.#ports.set(uuid, port);
    return port;
  }

  #readInterface(uuid = ''): OvsInterface | undefined {
    const known = this.#interfaces.get(uuid);
    const row = known === undefined ? this.#rows('Interface').get(uuid) : undefined;
    if (row === undefined) return known;
    const found = toInterface(uuid, row);
    this.#interfaces.set(uuid, found);
    return found;
  }

  #toPort(uuid: string, row: StoredRow): OvsPort {
    const bridge = this.#rows('Bridge').get(this.#bridgeOf.get(uuid) ?? '');
    const interfaces = texts(row, 'interfaces').flatMap((id) => {
      const found = this.#rows('Interface').get(id);
      return found ? [text(found, 'name')] : [];
    });
    return {
      uuid,
      name: text(row, 'name'),
      bridge: bridge && text(bridge, 'name'),
      tag: integer(row, 'tag'),
      vlanMode: optionalText(row, 'vlan_mode'),
      trunks: [...(row.get('trunks')?.keys() ?? [])].filter((vlan) => typeof vlan === 'number'),
      qos: optionalText(row, 'qos'),
      interfaces,
      externalIds: strings(row, 'external_ids'),
    };
  }

  #find(table: OvsdbTable, name: string): [string, StoredRow] | undefined {
    const uuid = this.#uuidOf(table, name);
    const row = uuid === undefined ? undefined : this.#rows(table).get(uuid);
    return uuid === undefined || row === undefined ? undefined : [uuid, row];
  }

  #uuidOf(table: OvsdbTable, name: string): string | undefined {
    return this.#tables.get(table)?.byName.get(name);
  }

  #rows(table: OvsdbTable): ReadonlyMap<string, StoredRow> {
    return this.#tables.get(table)?.rows ?? new Map();
  }

  #put(table: OvsdbTable, uuid: string, row: StoredRow): void {
    const stored = this.#tables.get(table);
    const old = stored?.rows.get(uuid);
    if (old !== undefined) this.#index.remove(table, uuid, old);
    // The former ids too: a VIF may wait for the loss of one.
    this.#tell(uuid, old);
    stored?.rows.set(uuid, row);
    this.#index.add(table, uuid, row);
    if (old === undefined) stored?.byName.set(text(row, 'name'), uuid);
    this.#tell(uuid, row);
    if (table !== 'Bridge') return;
    for (const port of old ? texts(old, 'ports') : []) this.#takeOff(uuid, port);
    for (const port of texts(row, 'ports')) this.#bridgeOf.set(port, uuid);
  }

  #modify(table: OvsdbTable, uuid: string, differences: unknown): void {
    const row = this.#rows(table).get(uuid);
    if (!row || !isRecord(differences))
      throw new OvsdbProtocolError(`an update of ${table} modifies row ${cutWord(uuid)}, which was never sent`);
    this.#index.remove(table, uuid, row);
    if ('external_ids' in differences) this.#tell(uuid, row);
    for (const [column, kind] of this.#known.get(table) ?? []) {
      if (column in differences)
        row.set(column, applyDifference(kind, row.get(column) ?? emptyColumn(kind), differences[column]));
    }
    this.#index.add(table, uuid, row);
    const { ports, ...others } = differences;
    // A bridge has many ports, and is the same bridge with one port more.
    if (table !== 'Bridge' || Object.keys(others).length > 0) this.#tell(uuid, row);
    if (table !== 'Bridge' || ports === undefined) return;
    for (const port of readSet(ports)) {
      if (row.get('ports')?.has(port)) this.#bridgeOf.set(String(port), uuid);
      else this.#takeOff(uuid, String(port));
      this.#tell(String(port), this.#rows('Port').get(String(port)));
    }
  }

  #remove(table: OvsdbTable, uuid: string): void {
    const stored = this.#tables.get(table);
    const old = stored?.rows.get(uuid);
    if (!stored || !old) return;
    stored.rows.delete(uuid);
    this.#index.remove(table, uuid, old);
    this.#tell(uuid, old);
    // An update may contain the removal of a row after the new row with the same name.
    if (stored.byName.get(text(old, 'name')) === uuid) stored.byName.delete(text(old, 'name'));
    if (table === 'Bridge') for (const port of texts(old, 'ports')) this.#takeOff(uuid, port);
  }

  #tell(uuid: string, row: StoredRow | undefined): void {
    if (row === undefined) return;
    const externalIds = strings(row, 'external_ids');
    for (const name of changedNames(text(row, 'name') || uuid, { externalIds })) this.#onChange(name);
  }

  /**
   * Removes a port from a bridge, unless it moved: an update may contain the new bridge of a port
   * before the old bridge.
   */
  #takeOff(bridge: string, port: string): void {
    if (this.#bridgeOf.get(port) === bridge) this.#bridgeOf.delete(port);
  }

  #readRow(table: OvsdbTable, row: unknown): StoredRow {
    if (!isRecord(row)) throw new OvsdbProtocolError(`an update of ${table} has no row`);
    const columns = this.#known.get(table) ?? new Map();
    return new Map(
      [...columns].map(([column, kind]) => [column, column in row ? readColumn(kind, row[column]) : emptyColumn(kind)]),
    );
  }

  #eachRow(updates: unknown, take: (table: OvsdbTable, uuid: string, update: Record<string, unknown>) => void): void {
    this.#ports.clear();
    this.#interfaces.clear();
    if (!isRecord(updates)) throw new OvsdbProtocolError('an update has no tables');
    for (const [table, rows] of Object.entries(updates)) {
      if (!isTable(table) || !isRecord(rows)) continue;
      for (const [uuid, update] of Object.entries(rows)) {
        if (!isRecord(update))
          throw new OvsdbProtocolError(`the update of row ${cutWord(uuid)} of ${table} is no object`);
        take(table, uuid, update);
      }
    }
  }
}

/** Yields the row of each UUID. Rows that are not in the replica are left out. */
function* present<R>(uuids: Iterable<string>, read: (uuid: string) => R | undefined): Iterable<R> {
  for (const uuid of uuids) {
    const row = read(uuid);
    if (row !== undefined) yield row;
  }
}
