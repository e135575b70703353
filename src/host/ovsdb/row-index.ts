/** Finds rows by a value that several rows may have, such as the owner in their external_ids. */

import type { OvsdbTable } from '../../host-contract/ovsdb.ts';
import { IFACE_ID_KEY, OWNER_KEY } from '../../host-contract/ownership.ts';
import { canonicalUuid } from '../../text/uuid.ts';
import type { Datum } from './protocol.ts';

/** A row in a replica: values by column. */
export type StoredRow = ReadonlyMap<string, Datum>;

/** The indexed values of each table. */
const INDEXED = {
  Bridge: { owner: externalId(OWNER_KEY) },
  Port: { owner: externalId(OWNER_KEY), qos: (row: StoredRow) => row.get('qos')?.keys().next().value },
  Interface: { ifaceId: externalId(IFACE_ID_KEY) },
  QoS: { id: externalId('id') },
} as const satisfies Partial<Record<OvsdbTable, Record<string, (row: StoredRow) => unknown>>>;

type IndexedTable = keyof typeof INDEXED;
type IndexOf<T extends IndexedTable> = keyof (typeof INDEXED)[T] & string;

/** The UUIDs of the rows with each value. */
type UuidsByValue = Map<string, Set<string>>;

/** The UUIDs of rows by table, type of value, and value. All forms of a UUID are the same value. */
export class RowIndex {
  readonly #uuids = new Map<IndexedTable, Map<string, UuidsByValue>>();

  find<T extends IndexedTable>(table: T, index: IndexOf<T>, value: string): Iterable<string> {
    return this.#uuids.get(table)?.get(index)?.get(canonicalUuid(value)) ?? [];
  }

  add(table: OvsdbTable, uuid: string, row: StoredRow): void {
    this.#each(table, row, (uuids, value) => {
      uuids.set(value, (uuids.get(value) ?? new Set()).add(uuid));
    });
  }

  remove(table: OvsdbTable, uuid: string, row: StoredRow): void {
    this.#each(table, row, (uuids, value) => {
      const rows = uuids.get(value);
      rows?.delete(uuid);
      if (rows?.size === 0) uuids.delete(value);
    });
  }

  /** Calls `action` for each indexed value of the row. */
  #each(table: OvsdbTable, row: StoredRow, action: (uuids: UuidsByValue, value: string) => void): void {
    if (table === 'Open_vSwitch') return;
    const indexes = this.#uuids.get(table) ?? new Map<string, UuidsByValue>();
    this.#uuids.set(table, indexes);
    for (const [index, read] of Object.entries(INDEXED[table])) {
      const value = read(row);
      if (typeof value !== 'string') continue;
      const uuids = indexes.get(index) ?? new Map<string, Set<string>>();
      indexes.set(index, uuids);
      action(uuids, canonicalUuid(value));
    }
  }
}

function externalId(key: string): (row: StoredRow) => unknown {
  return (row) => {
    const ids = row.get('external_ids');
    return ids instanceof Map ? ids.get(key) : undefined;
  };
}
