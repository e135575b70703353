/** Addresses and networks with unusual lengths. */
import { expect, test } from 'vitest';
import { FieldValueError, ipAddress, ipNetwork } from '../../src/entries/index.ts';

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
