/** Frames of a guest through devices of the kernel, with and without a source guard. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { NETNS_UNAVAILABLE } from '../host/netns.ts';
import { isForAll, KEPT_BY_BRIDGES, LEGITIMATE, MARKED, namesIn, OF_ANOTHER_DEVICE, SPOOFED } from './frames.ts';
import { DEVICES, type GuardedDevice, quietNetns } from './guarded-devices.ts';

const ALL = [...MARKED.keys()];

describe.skipIf(NETNS_UNAVAILABLE).each(Object.entries(DEVICES))('%s', { timeout: 120_000 }, (_, make) => {
  test('delivers every frame without a guard, and with a guard only those of the guest', async () => {
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

/** Sends all frames. Returns the names of those that each receiver got. */
async function trial({ guest, receivers }: GuardedDevice): Promise<Record<string, string[]>> {
  const wires = Object.entries(receivers);
  for (const [, wire] of wires) await wire.drain();
  for (const frame of MARKED.values()) guest.sendBytes(frame);
  const got: Record<string, string[]> = {};
  for (const [name, wire] of wires) got[name] = namesIn(await wire.drain());
  return got;
}

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
