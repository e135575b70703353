/** The example of a router whose ports have no address, with virtual machines as guests. */
import { expect, test } from 'vitest';
import { unaddressedRouter } from '../../../examples/unaddressed-router/unaddressed-router.mjs';

test('a virtual machine reaches another through one whose ports have no address', { timeout: 600_000 }, async () => {
  const { before, after, addresses, left } = await unaddressedRouter(() => {}, 'vm');
  expect(before).toContain(' 0 packets received');
  expect(after).toContain(' 3 packets received');
  expect(addresses).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
  expect(addresses).toMatch(/eth1.*eth2/s);
  expect(left).toEqual(['lo']);
});
