/** What the field types of addresses remember of outside data. */
import { expect, test } from 'vitest';
import { FieldValueError, ipAddress, ipNetwork } from '../../src/entries/index.ts';
import { heapGrowthInChild } from '../limits/heap-in-child.ts';

test.each([
  ['10.0.0.0/0024', '10.0.0.0/24'],
  [`10.0.0.0/${'0'.repeat(1_000_000)}24`, '10.0.0.0/24'],
  ['10.0.0.0/000', '10.0.0.0/0'],
  ['::1/0121', '::1/121'],
  ['2001:db8::/00128', '2001:db8::/128'],
])('leading zeros of a prefix length are accepted, as in Python (%#)', (network, canonical) => {
  expect(ipNetwork().coerce(network)).toBe(canonical);
});

test.each(['10.0.0.0/033', '10.0.0.0/', '2001:db8::/0129', `10.0.0.0/${'0'.repeat(1_000_000)}x`])(
  'a wrong prefix length is refused, whatever its zeros (%#)',
  (network) => {
    expect(() => ipNetwork().coerce(network)).toThrow(FieldValueError);
  },
);

test('a text of more than 64 characters is no address', () => {
  expect(() => ipAddress().coerce(`${'0'.repeat(64)}::1`)).toThrow(FieldValueError);
});

test('the heap does not grow with the number or the length of outside values', async () => {
  const grown = await heapGrowthInChild();
  expect(Object.keys(grown)).toEqual([
    'addresses',
    'networks',
    'long texts in place of addresses',
    'primitives that are read',
    'primitives that are validated',
    'wrong primitives that are validated',
    'wrong ports',
  ]);
  for (const [name, bytes] of Object.entries(grown)) expect(bytes, name).toBeLessThan(4 * 2 ** 20);
}, 120_000);
