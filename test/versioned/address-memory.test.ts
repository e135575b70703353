/** What the field types of addresses remember of outside data. */
import { expect, test } from 'vitest';
import { FieldValueError, ipAddress, ipNetwork } from '../../src/entries/index.ts';
import { heapGrowthInChild } from '../limits/heap-in-child.ts';

test.each(['10.0.0.0/0024', `10.0.0.0/${'0'.repeat(1_000_000)}24`, '2001:db8::/0064', '2001:db8::/00128'])(
  'a prefix length of more than 3 digits is refused (%#)',
  (network) => {
    expect(() => ipNetwork().coerce(network)).toThrow(FieldValueError);
  },
);

test('a prefix length of 3 digits is accepted, leading zeros included', () => {
  expect(ipNetwork().coerce('10.0.0.0/024')).toBe('10.0.0.0/24');
  expect(ipNetwork().coerce('2001:db8::/064')).toBe('2001:db8::/64');
});

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
