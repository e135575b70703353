/** A source guard that is replaced while the guest sends frames. */

import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import type { SourceGuard } from '../../src/host-contract/guards/source-guards.ts';
import { attachTap } from '../host/frames.ts';
import { NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { GUEST, LEGITIMATE, SPOOFED } from './frames.ts';
import { quietNetns } from './guarded-devices.ts';

const REPLACEMENTS = 50;
const GUARD: SourceGuard = {
  ...{ device: 'tap0', hook: 'ingress', mac: GUEST.mac, mode: 'mac-and-ip', owner: 'vif-1' },
  addresses: [GUEST.ip4, GUEST.ip6],
};

describe.skipIf(NETNS_UNAVAILABLE)('while a guard is replaced', () => {
  test('no frame of another address passes, and none of the guest is dropped', { timeout: 60_000 }, async () => {
    const netns = await quietNetns();
    const host = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => host.close());
    await host.links.create({ kind: 'tap', name: 'tap0', up: true });
    // Counts the frames that pass the guard, because its chain comes later.
    const later = 'type filter hook ingress device "tap0" priority 0;';
    netns.run('nft', `table netdev probe { chain passed { ${later} counter; }; }`);
    const guest = await attachTap(netns, 'tap0');
    await host.guards.set(GUARD);

    let [isDone, sent] = [false, 0];
    const sending = (async () => {
      while (!isDone) {
        for (let i = 0; i < 50; i++) {
          guest.sendBytes(SPOOFED['other IPv4'] ?? Buffer.alloc(0));
          guest.sendBytes(LEGITIMATE['IPv4 with UDP'] ?? Buffer.alloc(0));
        }
        sent += 50;
        await setImmediate();
      }
    })();
    for (let i = 0; i < REPLACEMENTS; i++)
      await host.guards.set({ ...GUARD, addresses: [GUEST.ip4, `fd00::${i.toString(16)}`] });
    isDone = true;
    await sending;

    expect(sent).toBeGreaterThan(REPLACEMENTS * 50);
    expect(passedIn(netns)).toBe(sent);
    expect((await host.guards.get('tap0'))?.drops).toBe(sent);
  });
});

function passedIn(netns: Netns): number {
  return Number(/packets (\d+)/.exec(netns.run('nft', 'list', 'table', 'netdev', 'probe'))?.[1]);
}
