/**
 * The tables and columns of ovs-vswitchd.conf.db(5) that this library uses, and the kinds of their values.
 */
import { OvsdbProtocolError } from '../../errors/ovs.ts';
import type { OvsdbTable } from '../../host-contract/ovsdb.ts';
import { isRecord } from '../../text/is-record.ts';
import { type Datum, type Json, readMap, readOptional, readSet } from './protocol.ts';

/** The name of the database, RFC 7047 4.1.1. */
export const DATABASE = 'Open_vSwitch';

/**
 * `one`: at most one value; a change contains the new value.
 * `set` and `map`: a change contains the difference.
 */
export type ColumnKind = 'one' | 'set' | 'map';

// Without statistics and status, which change every few seconds on every interface.
const COLUMNS: Readonly<Record<OvsdbTable, Readonly<Record<string, ColumnKind>>>> = {
  Open_vSwitch: { bridges: 'set', ovs_version: 'one', datapath_types: 'set', iface_types: 'set' },
  Bridge: { name: 'one', datapath_type: 'one', ports: 'set', external_ids: 'map' },
  Port: {
    name: 'one',
    interfaces: 'set',
    tag: 'one',
    vlan_mode: 'one',
    trunks: 'set',
    qos: 'one',
    external_ids: 'map',
  },
  Interface: {
    name: 'one',
    type: 'one',
    options: 'map',
    external_ids: 'map',
    ofport: 'one',
    error: 'one',
    mtu: 'one',
    mtu_request: 'one',
  },
  QoS: { type: 'one', external_ids: 'map' },
};

/** Columns that are newer than Open vSwitch 2.0. A server may lack them. */
const YOUNG_COLUMNS = new Set(['datapath_types', 'iface_types', 'error', 'mtu', 'mtu_request']);

const TABLES: readonly OvsdbTable[] = ['Open_vSwitch', 'Bridge', 'Port', 'Interface', 'QoS'];

/** The used columns that a server has. */
export type KnownColumns = ReadonlyMap<OvsdbTable, ReadonlyMap<string, ColumnKind>>;

/**
 * Selects the used columns from a `get_schema` reply (RFC 7047 4.1.2).
 *
 * @throws OvsdbProtocolError if the schema lacks a column that every Open vSwitch has
 */
export function knownColumns(schema: unknown): KnownColumns {
  const tables = isRecord(schema) && isRecord(schema.tables) ? schema.tables : {};
  return new Map(
    TABLES.map((table) => {
      const definition = tables[table];
      const present = isRecord(definition) && isRecord(definition.columns) ? definition.columns : {};
      const known = Object.entries(COLUMNS[table]).filter(([column]) => {
        if (column in present) return true;
        if (YOUNG_COLUMNS.has(column)) return false;
        throw new OvsdbProtocolError(
          `the server does not have the schema of Open vSwitch: the table ${table} has no column ${column}`,
        );
      });
      return [table, new Map(known)];
    }),
  );
}

/** The `<monitor-requests>` (RFC 7047 4.1.5, ovsdb-server(7) 4.1.12) for these columns. */
export function monitorRequests(known: KnownColumns): Json {
  return Object.fromEntries([...known].map(([table, columns]) => [table, [{ columns: [...columns.keys()] }]]));
}

/** Whether this library uses the table. */
export function isTable(name: string): name is OvsdbTable {
  return Object.hasOwn(COLUMNS, name);
}

const READERS: Readonly<Record<ColumnKind, (value: unknown) => Datum>> = {
  one: readOptional,
  set: readSet,
  map: readMap,
};

/** Reads the value of a column of the given kind. */
export function readColumn(kind: ColumnKind, value: unknown): Datum {
  return READERS[kind](value);
}

/** The default value of a column that a row omits. For the used columns it is empty. */
export function emptyColumn(kind: ColumnKind): Datum {
  return kind === 'map' ? new Map() : new Set();
}

/**
 * Applies a `modify` of update2 (ovsdb-server(7) 4.1.14) to a column.
 * It works in place, because a bridge may have thousands of ports.
 */
export function applyDifference(kind: ColumnKind, column: Datum, difference: unknown): Datum {
  if (kind === 'one') return readOptional(difference);
  if (column instanceof Set) {
    for (const atom of readSet(difference)) if (!column.delete(atom)) column.add(atom);
  } else {
    for (const [key, value] of readMap(difference)) {
      if (column.get(key) === value) column.delete(key);
      else column.set(key, value);
    }
  }
  return column;
}
