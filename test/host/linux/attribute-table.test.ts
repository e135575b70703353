import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AttributeTable } from '../../../src/host/linux/netlink/attribute-table.ts';
import {
  decodeAttributes,
  encodeAttributes,
  readString,
  text,
  u8,
  u16,
  u32,
} from '../../../src/host/linux/netlink/message.ts';
import { runs } from '../../property-runs.ts';

const LARGEST = 8;

function tableOf(bytes: Buffer, from = 0): AttributeTable {
  const table = new AttributeTable(LARGEST);
  table.read(bytes, from, bytes.length);
  return table;
}

test('reads numbers of three sizes, text and hardware addresses', () => {
  const table = tableOf(
    encodeAttributes([
      [1, u8(200)],
      [2, u16(60_000)],
      [3, u32(4_000_000_000)],
      [4, text('tap0')],
      [5, Buffer.from('02fe00000a01', 'hex')],
    ]),
  );
  expect([1, 2, 3].map((type) => table.number(type))).toEqual([200, 60_000, 4_000_000_000]);
  expect([table.text(4), table.address(5)]).toEqual(['tap0', '02:fe:00:00:0a:01']);
});

test('an absent attribute has no bytes, an empty text and the number 0', () => {
  const table = tableOf(encodeAttributes([[1, u8(1)]]));
  const absent = [2, LARGEST + 1].map((type) => [
    table.has(type),
    table.number(type),
    table.text(type),
    table.address(type),
    table.bytes(type).length,
  ]);
  expect(absent).toEqual([
    [false, 0, '', '', 0],
    [false, 0, '', '', 0],
  ]);
});

test('another message leaves nothing of the message before it', () => {
  const table = tableOf(encodeAttributes([[1, u8(1)]]));
  const next = encodeAttributes([[2, u8(2)]]);
  table.read(next, 0, next.length);
  expect([table.has(1), table.number(2)]).toEqual([false, 2]);
});

test('reads the attributes within an attribute', () => {
  const outer = tableOf(
    encodeAttributes([
      [1, u8(7)],
      [3, [[2, text('bridge')]]],
    ]),
  );
  const inner = new AttributeTable(LARGEST);
  inner.readNested(outer, 3);
  expect([inner.text(2), inner.has(1)]).toEqual(['bridge', false]);
});

test('finds in any bytes, at any offset, what a list of attributes has', () => {
  const attribute = fc
    .tuple(fc.nat(LARGEST + 4), fc.uint8Array({ maxLength: 9 }))
    .map(([type, value]) => encodeAttributes([[type, value]]));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 80 }).map(Buffer.from), fc.array(attribute).map(Buffer.concat));
  fc.assert(
    fc.property(bytes, fc.nat(12), (list, offset) => {
      const table = tableOf(Buffer.concat([Buffer.alloc(offset, 0xff), list]), offset);
      const expected = decodeAttributes(list);
      for (let type = 0; type <= LARGEST; type++) {
        const value = expected.get(type);
        expect([type, table.has(type), table.bytes(type)]).toEqual([
          type,
          value !== undefined,
          value ?? Buffer.alloc(0),
        ]);
        expect(table.text(type)).toBe(value === undefined ? '' : readString(value));
      }
    }),
    runs(),
  );
});
