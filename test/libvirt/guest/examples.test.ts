/** Examples with virtual machines as guests. */
import { expect, test } from 'vitest';
import { calicoTap } from '../../../examples/calico-tap/calico-tap.mjs';
import { unaddressedRouter } from '../../../examples/unaddressed-router/unaddressed-router.mjs';

/** ms. */
const TIMEOUT = 600_000;

test('a virtual machine reaches another through one whose ports have no address', { timeout: TIMEOUT }, async () => {
  const { before, after, addresses, left } = await unaddressedRouter(() => {}, 'vm');
  expect(before).toContain(' 0 packets received');
  expect(after).toContain(' 3 packets received');
  expect(addresses).not.toMatch(/\d+\.\d+\.\d+\.\d+/);
  expect(addresses).toMatch(/eth1.*eth2/s);
  expect(left).toEqual(['lo']);
});

test('a virtual machine is reached through its TAP by routing and proxy ARP alone', { timeout: TIMEOUT }, async () => {
  const { toWorld, toGuest, arp, spoofed, drops, left } = await calicoTap(() => {}, 'vm');
  expect(toWorld).toContain(' 3 packets received');
  expect(toGuest).toContain(' 3 received');
  expect(arp).toMatch(/169\.254\.1\.1 dev eth0 lladdr ee:ee:ee:ee:ee:ee/);
  expect(spoofed).toContain(' 0 packets received');
  expect(drops).toBeGreaterThan(0);
  expect(left).toEqual(['lo', 'uplink0']);
});
