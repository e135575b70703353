/** What a server may send that is hard to read. */

import { OvsdbProtocolError } from '../../src/errors/ovs.ts';
import { JsonSplitter } from '../../src/host/ovsdb/json-splitter.ts';
import { Replica } from '../../src/host/ovsdb/replica.ts';
import { serverError } from '../../src/host/ovsdb/server-error.ts';
import { knownColumns } from '../../src/host/ovsdb/tables.ts';
import { SCHEMA } from '../host/ovsdb/scripted-server.ts';
import type { GrowthCase } from './cpu-time.ts';

/** Repeats a text up to this length. */
const repeat = (text: string, size: number): string => text.repeat(Math.floor(size / text.length));

/** `count` texts of `each`, in a list. */
const list = (size: number, each: (i: number) => string): string => {
  const parts: string[] = [];
  for (let length = 0; length < size; length += (parts.at(-1)?.length ?? 0) + 1) parts.push(each(parts.length));
  return parts.join(',');
};

const STREAMS: readonly [string, (size: number) => string, number][] = [
  ['one long string', (size) => `{"a":"${repeat('x', size)}"}`, 65_536],
  ['one long string in small pieces', (size) => `{"a":"${repeat('x', size)}"}`, 16],
  ['braces within braces', (size) => repeat('{"a":', size / 2) + repeat('}', size / 10), 65_536],
  ['brackets within brackets in small pieces', (size) => repeat('[', size / 2) + repeat(']', size / 2), 16],
  ['brackets that are never closed', (size) => repeat('[', size), 512],
  ['a string that is never closed', (size) => `{"${repeat('\\"', size)}`, 512],
  ['many small messages', (size) => repeat('{"id":1}', size), 65_536],
  ['many small messages in small pieces', (size) => repeat('{"id":1}', size), 5],
  ['blanks between messages', (size) => repeat(' \n', size), 512],
];

const PORTS = (size: number) => list(size, (i) => `["uuid","${i.toString(16).padStart(36, '0')}"]`);
const PAIRS = (size: number) => list(size, (i) => `["key-${i}","v"]`);

const rowsOf = (table: string, rows: string) => `{"${table}":{${rows}}}`;

/** Updates that come one after the other. */
const UPDATES: readonly [string, (size: number) => readonly string[]][] = [
  [
    'many rows',
    (size) => [
      rowsOf(
        'Port',
        list(size, (i) => `"p-${i}":{"initial":{"name":"tap${i}","tag":${i % 4096}}}`),
      ),
    ],
  ],
  [
    'many rows of one name',
    (size) => [
      rowsOf(
        'Port',
        list(size, (i) => `"p-${i}":{"insert":{"name":"tap"}}`),
      ),
    ],
  ],
  [
    'a bridge of many ports',
    (size) => [rowsOf('Bridge', `"b":{"initial":{"name":"b","ports":["set",[${PORTS(size)}]]}}`)],
  ],
  [
    'ports that leave a bridge',
    (size) => {
      const ports = PORTS(size / 2);
      return [
        rowsOf('Bridge', `"b":{"initial":{"name":"b","ports":["set",[${ports}]]}}`),
        rowsOf('Bridge', `"b":{"modify":{"ports":["set",[${ports}]]}}`),
      ];
    },
  ],
  [
    'a bridge that is sent again and again',
    (size) =>
      Array.from({ length: size / 256 }, () => rowsOf('Bridge', '"b":{"insert":{"name":"b","ports":["uuid","p"]}}')),
  ],
  [
    'ports that come one by one',
    (size) => [
      rowsOf('Bridge', '"b":{"initial":{"name":"b"}}'),
      ...Array.from({ length: size / 64 }, (_, i) => rowsOf('Bridge', `"b":{"modify":{"ports":["uuid","${i}"]}}`)),
    ],
  ],
  ['a large map', (size) => [rowsOf('Port', `"p":{"initial":{"name":"p","external_ids":["map",[${PAIRS(size)}]]}}`)]],
  [
    'a map that changes',
    (size) => [
      rowsOf('Port', '"p":{"initial":{"name":"p"}}'),
      rowsOf('Port', `"p":{"modify":{"external_ids":["map",[${PAIRS(size)}]]}}`),
    ],
  ],
  [
    'rows that come and go',
    (size) => [
      rowsOf(
        'Port',
        list(size / 2, (i) => `"p-${i}":{"insert":{"name":"${i}"}}`),
      ),
      rowsOf(
        'Port',
        list(size / 2, (i) => `"p-${i}":{"delete":null}`),
      ),
    ],
  ],
  ['a long name', (size) => [rowsOf('Port', `"p":{"initial":{"name":"${repeat('x', size)}"}}`)]],
  ['tables that are not in use', (size) => [`{${list(size, (i) => `"T${i}":{}`)}}`]],
  ['columns that are not in use', (size) => [rowsOf('Port', `"p":{"initial":{${list(size, (i) => `"c${i}":1`)}}}`)]],
  [
    'many atoms, the last one wrong',
    (size) => [rowsOf('Bridge', `"b":{"initial":{"ports":["set",[${PORTS(size)},[]]]}}`)],
  ],
  [
    'one deep atom',
    (size) => [rowsOf('Bridge', `"b":{"initial":{"name":${repeat('[', size / 2)}${repeat(']', size / 2)}}}`)],
  ],
  ['one wide atom', (size) => [rowsOf('Bridge', `"b":{"initial":{"name":[${list(size, () => '1')}]}}`)]],
  ['a long UUID', (size) => [rowsOf('Bridge', `"${repeat('x', size)}":{"modify":{}}`)]],
];

const ERRORS: readonly [string, (size: number) => unknown][] = [
  ['a long word', (size) => repeat('x', size)],
  ['long details', (size) => ({ error: 'no', details: repeat('x', size) })],
  ['many members', (size) => JSON.parse(`{${list(size, (i) => `"${i}x":1`)}}`)],
  ['a deep value', (size) => JSON.parse(repeat('[', size / 2) + repeat(']', size / 2))],
];

export const OVSDB_CASES: readonly GrowthCase[] = [
  ...STREAMS.map(([name, text, piece]) => ({
    name: `messages in a stream: ${name}`,
    make: (size: number) => Buffer.from(text(size)),
    run: (bytes: Buffer) => {
      const splitter = new JsonSplitter();
      for (let at = 0; at < bytes.length; at += piece) splitter.push(bytes.subarray(at, at + piece));
    },
  })),
  ...UPDATES.map(([name, make]) => ({ name: `updates of rows: ${name}`, make, run: takeUpdates })),
  ...ERRORS.map(([name, make]) => ({
    name: `an error of the server: ${name}`,
    make,
    run: (value: unknown) => serverError('echo', value),
  })),
];

function takeUpdates(texts: readonly string[]): void {
  const replica = new Replica(knownColumns(SCHEMA), () => {});
  try {
    for (const text of texts) replica.applyUpdates2(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof OvsdbProtocolError)) throw error;
  }
}
