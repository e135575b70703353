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

type IndexOf<T extends keyof typeof INDEXED> = keyof (typeof INDEXED)[T] & string;

/** The UUIDs of rows by table, type of value, and value. All forms of a UUID are the same value. */
export class RowIndex {
  readonly #uuids = new Map<string, Set<string>>();

  find<T extends keyof typeof INDEXED>(table: T, index: IndexOf<T>, value: string): Iterable<string> {
    return this.#uuids.get(keyOf(table, index, value)) ?? [];
  }

  add(table: OvsdbTable, uuid: string, row: StoredRow): void {
    for (const key of keysOf(table, row)) {
      const uuids = this.#uuids.get(key) ?? new Set();
      this.#uuids.set(key, uuids.add(uuid));
    }
  }

  remove(table: OvsdbTable, uuid: string, row: StoredRow): void {
    for (const key of keysOf(table, row)) {
      const uuids = this.#uuids.get(key);
      uuids?.delete(uuid);
      if (uuids?.size === 0) this.#uuids.delete(key);
    }
  }
}

function keysOf(table: OvsdbTable, row: StoredRow): string[] {
  if (table === 'Open_vSwitch') return [];
  return Object.entries(INDEXED[table]).flatMap(([index, read]) => {
    const value = read(row);
    return typeof value === 'string' ? [keyOf(table, index, value)] : [];
  });
}

function keyOf(table: string, index: string, value: string): string {
  return `${table} ${index} ${canonicalUuid(value)}`;
}

function externalId(key: string): (row: StoredRow) => unknown {
  return (row) => {
    const ids = row.get('external_ids');
    return ids instanceof Map ? ids.get(key) : undefined;
  };
}
