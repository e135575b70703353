/** Macvtap VIFs that the kernel refuses: check and plug give the same reason, with names, on the kernel and in memory. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { Network } from '../../src/objects/network.ts';
import type { VIFDirect } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { directVif, instance } from './vifs.ts';

describe('in memory', () => refusals(async () => new MemoryHost()));
describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => refusals(openLinux));

function refusals(open: () => Promise<Host>): void {
  test.each<[string, VIFDirect, string, string]>([
    [
      'an MTU above that of the NIC',
      vifOn(2, { network: { mtu: 9000 } }),
      'low0',
      'mvt2 needs the MTU 9000, and low0 has the MTU 1500; raise the MTU of low0, or lower the MTU of the network',
    ],
    [
      'the MAC address of another guest',
      vifOn(2, { address: macOf(1) }),
      'mvt1',
      `mvt1 already has the MAC address ${macOf(1)}; give mvt2 another one, or remove mvt1`,
    ],
    [
      'mode passthrough beside another guest',
      vifOn(2, { mode: 'passthrough' }),
      'mvt1',
      'low0 already has the device mvt1, and mvt2 needs exclusive use of low0 (mode passthru); use another device',
    ],
  ])('%s', async (_, vif, on, reason) => {
    const { osVif, host } = await given(open);
    await osVif.plug(vifOn(1), instance());
    const before = await host.links.list();
    expect(await osVif.check(vif, instance())).toMatchObject([
      { type: 'missing', on: 'mvt2' },
      { type: 'conflict', on, reason },
    ]);
    await expect(osVif.plug(vif, instance())).rejects.toMatchObject({
      message: expect.stringContaining(reason),
      left: [],
    });
    expect(await host.links.list()).toEqual(before);
  });

  test('a NIC that is a port of a bridge', async () => {
    const { osVif, host } = await given(open);
    const bridge = await host.links.create({ kind: 'bridge', name: 'br0', up: true });
    await host.links.change((await host.links.get('low0'))?.index ?? 0, { master: bridge });
    const reason = 'low0 is a port of br0, so it cannot be the lower device of mvt1; use br0 or another device';
    expect(await osVif.check(vifOn(1), instance())).toContainEqual(
      expect.objectContaining({ type: 'conflict', on: 'low0', reason }),
    );
    await expect(osVif.plug(vifOn(1), instance())).rejects.toThrow(reason);
  });

  test('a guest that wants a larger MTU later', async () => {
    const { osVif } = await given(open);
    await osVif.plug(vifOn(1), instance());
    const larger = vifOn(1, { network: { mtu: 2000 } });
    const reason = 'mvt1 needs the MTU 2000, and low0 has the MTU 1500';
    expect(await osVif.check(larger, instance())).toMatchObject([
      { type: 'differs', on: 'mvt1', property: 'mtu', want: 2000, have: 1500 },
      { type: 'conflict', on: 'low0', reason: expect.stringContaining(reason) },
    ]);
    await expect(osVif.plug(larger, instance())).rejects.toThrow(reason);
  });

  test('a NIC that is down is set up, so that the guest has a carrier', async () => {
    const { osVif, host } = await given(open);
    const index = (await host.links.get('low0'))?.index ?? 0;
    await host.links.change(index, { up: false });
    await osVif.plug(vifOn(1), instance());
    await host.links.change(index, { up: false });
    expect(await osVif.check(vifOn(1), instance())).toMatchObject([{ on: 'low0', property: 'up', want: true }]);
    await osVif.plug(vifOn(1), instance());
    expect(await osVif.check(vifOn(1), instance())).toEqual([]);
  });
}

interface Wanted {
  readonly address?: string;
  readonly mode?: 'bridge' | 'passthrough';
  readonly network?: { readonly mtu?: number };
}

function vifOn(n: number, { network, ...values }: Wanted = {}): VIFDirect {
  return directVif({
    id: `00000000-0000-4000-8000-00000000000${n}`,
    vifName: `mvt${n}`,
    address: macOf(n),
    devAddress: undefined,
    mode: 'bridge',
    network: new Network({ bridgeInterface: 'low0', ...network }),
    ...values,
  });
}

function macOf(n: number): string {
  return `fa:16:3e:00:00:0${n}`;
}

async function given(open: () => Promise<Host>) {
  const host = await open();
  await host.links.create({ kind: 'veth', name: 'low0', up: true, peer: { name: 'far0', up: true } });
  return { host, osVif: await OsVif.open({ host }) };
}

async function openLinux(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return host;
}
