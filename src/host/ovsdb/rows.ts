/** Reads the values of rows in the replica. */

import type { OvsBridge, OvsInterface, OvsMap, OvsQos } from '../../host-contract/ovsdb.ts';
import type { Datum } from './protocol.ts';

/** The values of a row, by column. */
export type StoredRow = Map<string, Datum>;

export function toBridge(uuid: string, row: StoredRow): OvsBridge {
  return {
    uuid,
    name: text(row, 'name'),
    datapathType: text(row, 'datapath_type'),
    externalIds: strings(row, 'external_ids'),
  };
}

export function toInterface(uuid: string, row: StoredRow): OvsInterface {
  return {
    uuid,
    name: text(row, 'name'),
    type: text(row, 'type'),
    options: strings(row, 'options'),
    externalIds: strings(row, 'external_ids'),
    ofport: integer(row, 'ofport'),
    error: optionalText(row, 'error'),
    mtu: integer(row, 'mtu'),
    mtuRequest: integer(row, 'mtu_request'),
  };
}

export function toQos(uuid: string, row: StoredRow): OvsQos {
  return { uuid, type: text(row, 'type'), externalIds: strings(row, 'external_ids') };
}

export function text(row: StoredRow, column: string): string {
  return optionalText(row, column) ?? '';
}

export function optionalText(row: StoredRow, column: string): string | undefined {
  const value = row.get(column)?.keys().next().value;
  return typeof value === 'string' ? value : undefined;
}

export function integer(row: StoredRow, column: string): number | undefined {
  const value = row.get(column)?.keys().next().value;
  return typeof value === 'number' ? value : undefined;
}

export function texts(row: StoredRow, column: string): string[] {
  return [...(row.get(column)?.keys() ?? [])].filter((value) => typeof value === 'string');
}

export function strings(row: StoredRow, column: string): OvsMap {
  const entries: [string, string][] = [];
  for (const [key, value] of row.get(column)?.entries() ?? []) entries.push([String(key), String(value)]);
  return Object.fromEntries(entries);
}
