import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { NETNS_UNAVAILABLE } from '../host/netns.ts';

const NO_PING =
  spawnSync('ping', ['-V']).status === 0 ? undefined : 'ping is not installed: apt-get install iputils-ping';

test.skipIf(NETNS_UNAVAILABLE || NO_PING)(
  'examples/calico-tap: a guest is reached through its TAP by routing and proxy ARP alone, and sends only from its address',
  async () => {
    const { calicoTap } = await import('../../examples/calico-tap/calico-tap.mjs');
    const { toWorld, toGuest, arp, spoofed, drops, left } = await calicoTap(() => {});
    expect(toWorld).toContain('3 received');
    expect(toGuest).toContain('3 received');
    expect(arp).toMatch(/169\.254\.1\.1 dev eth0 lladdr ee:ee:ee:ee:ee:ee/);
    expect(spoofed).toContain('0 received');
    expect(drops).toBeGreaterThan(0);
    expect(left).toEqual(['lo', 'uplink0']);
  },
);
