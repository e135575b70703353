/** Frames of a guest through devices of the kernel, with and without a source guard. */

import { describe, expect, onTestFinished } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { HAS_EGRESS, testWhere } from '../host/kernel-version.ts';
import { NETNS_UNAVAILABLE } from '../host/netns.ts';
import { isForAll, KEPT_BY_BRIDGES, LEGITIMATE, MARKED, OF_ANOTHER_DEVICE, SPOOFED } from './frames.ts';
import { DEVICES, type GuardedDevice, quietNetns } from './guarded-devices.ts';
import { trial } from './trial.ts';

const ALL = [...MARKED.keys()];

describe.skipIf(NETNS_UNAVAILABLE).each(Object.entries(DEVICES))('%s', { timeout: 120_000 }, (name, make) => {
  const isRefused = !HAS_EGRESS && !name.startsWith('TAP');

  testWhere(isRefused, 'is refused a guard by this kernel, and works without a guard', async () => {
    const netns = await quietNetns();
    const host = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => host.close());
    const device = await make(netns, host);
    await expect(device.plug('mac-and-ip')).rejects.toThrow('the egress hook needs Linux 5.16');
    await expect(device.plug('mac')).rejects.toThrow('the egress hook needs Linux 5.16');
    expect(await host.guards.list()).toEqual([]);
    expect(await trial(device)).toEqual(delivered(device, ALL));
  });

  testWhere(!isRefused, 'delivers every frame without a guard, and with a guard only those of the guest', async () => {
    const netns = await quietNetns();
    const host = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => host.close());
    const device = await make(netns, host);
    expect(await trial(device)).toEqual(delivered(device, ALL));

    await device.plug('mac-and-ip');
    expect(await trial(device)).toEqual(delivered(device, Object.keys(LEGITIMATE)));
    const spoofed = seenBy(device, Object.keys(SPOOFED));
    expect(await dropsOf(host, device)).toBe(spoofed.length);

    await device.plug('mac');
    const ofGuest = ALL.filter((name) => !OF_ANOTHER_DEVICE.includes(name));
    expect(await trial(device)).toEqual(delivered(device, ofGuest));
    expect(await dropsOf(host, device)).toBe(spoofed.length + seenBy(device, OF_ANOTHER_DEVICE).length);
  });
});

/** The names of the frames that reach each receiver if these frames pass the device of the guest. */
function delivered({ receivers }: GuardedDevice, names: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    Object.keys(receivers).map((receiver) => [
      receiver,
      // A macvtap device gets no unicast frames of others. All other receivers are behind a bridge.
      names.filter(receiver === 'a neighbour' ? isForAll : (name) => !KEPT_BY_BRIDGES.includes(name)),
    ]),
  );
}

function seenBy({ behindBridge }: GuardedDevice, names: readonly string[]): string[] {
  return names.filter((name) => !behindBridge || !KEPT_BY_BRIDGES.includes(name));
}

async function dropsOf({ guards }: LinuxHost, { device }: GuardedDevice): Promise<number | undefined> {
  return (await guards.get(device))?.drops;
}
