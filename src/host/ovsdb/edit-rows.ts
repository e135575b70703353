/** Rows, conditions and guards for the operations of edits. */
import type { InterfaceValues, OvsInterface, OvsMapChange, OvsPort, PortValues } from '../../host-contract/ovsdb.ts';
import {
  type Condition,
  type Mutation,
  mapOf,
  namedUuid,
  type Operation,
  type Row,
  setOf,
  uuid,
  type Value,
} from './protocol.ts';

/** The `uuid-name` of a row. An `<id>` of RFC 7047 3.1 has only letters, digits and underscores. */
export function rowName(kind: string, name: string): string {
  return `${kind}_${Buffer.from(name).toString('hex')}`;
}

/** The condition for an existing row. */
export function isRow(id: string): Condition[] {
  return [['_uuid', '==', uuid(id)]];
}

/** The condition for a row that this transaction adds. */
export function isAdded(kind: string, name: string): Condition[] {
  return [['_uuid', '==', namedUuid(rowName(kind, name))]];
}

/** A guard: no row matches the conditions. */
export function none(table: string, where: Condition[]): Operation {
  return { op: 'wait', table, where, columns: ['_uuid'], until: '==', rows: [], timeout: 0 };
}

/** A guard: the row exists, and these columns have these values. */
export function unchanged(table: string, id: string, columns: Row): Operation {
  const row: Row = { _uuid: uuid(id), ...columns };
  return { op: 'wait', table, where: isRow(id), columns: Object.keys(row), until: '==', rows: [row], timeout: 0 };
}

/** The columns of a port in the replica that edits can change. */
export function currentPort(port: OvsPort): Row {
  return {
    tag: optional(port.tag),
    vlan_mode: optional(port.vlanMode),
    trunks: setOf(port.trunks),
    external_ids: mapOf(port.externalIds),
  };
}

/** The columns for the values of a port. Undefined values are left out. */
export function portRow({ tag, vlanMode, trunks }: PortValues): Row {
  return {
    ...(tag !== undefined && { tag }),
    ...(vlanMode !== undefined && { vlan_mode: vlanMode }),
    ...(trunks !== undefined && { trunks: setOf(trunks) }),
  };
}

/** The columns of an interface in the replica that edits can change. */
export function currentInterface(found: OvsInterface): Row {
  return {
    type: found.type,
    mtu_request: optional(found.mtuRequest),
    options: mapOf(found.options),
    external_ids: mapOf(found.externalIds),
  };
}

/** The columns for the values of an interface. Undefined values are left out. */
export function interfaceRow({ type, mtuRequest }: InterfaceValues): Row {
  return { ...(type !== undefined && { type }), ...(mtuRequest !== undefined && { mtu_request: mtuRequest }) };
}

/** The value of an optional column. Undefined becomes the empty set. */
export function optional(value: string | number | Value | undefined): Value {
  return value === undefined ? setOf([]) : value;
}

/**
 * The mutations of a map.
 * Keys are deleted first, because the mutator `insert` does not change existing keys (RFC 7047 5.1).
 */
export function changeMap(column: string, entries: OvsMapChange | undefined): Mutation[] {
  if (!entries) return [];
  const kept = Object.entries(entries).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
  return [
    [column, 'delete', setOf(Object.keys(entries))],
    [column, 'insert', ['map', kept]],
  ];
}
