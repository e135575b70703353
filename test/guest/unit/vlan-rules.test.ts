/** The kernel's rules for VLAN devices, and those that the in-memory host has. The machine that tests usually run on has no 802.1Q. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import type { LinkSettings } from '../../../src/host-contract/links.ts';
import { makeNetns } from '../../host/netns.ts';

/** kvm-K6: rules that the in-memory host has not. */
const missing = { LinuxHost: test, MemoryHost: test.fails };

describe.each([
  ['LinuxHost', onKernel],
  ['MemoryHost', inMemory],
] as const)('%s', (name, open) => {
  test('a VLAN device is made and read back', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic, { up: true });
    expect(await host.links.get('v100')).toMatchObject({
      kind: 'vlan',
      vlan: { id: 100 },
      lower: nic,
      up: true,
      mtu: 1500,
    });
  });

  test('a VLAN device is not made with an MTU above that of its NIC', async () => {
    const { host, nic } = await open();
    await expect(makeVlan(host, nic, { mtu: 9000 })).rejects.toMatchObject({
      errno: expect.stringMatching(/EINVAL|ERANGE/),
    });
  });

  test('a NIC has a VLAN once', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic);
    const second = host.links.create({ kind: 'vlan', name: 'other', lower: nic, vlan: { id: 100 } });
    await expect(second).rejects.toMatchObject({ errno: 'EEXIST' });
  });

  test('a VLAN device goes with its NIC', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic);
    await host.links.delete(nic);
    expect(await host.links.get('v100')).toBeUndefined();
  });

  missing[name]('kvm-K6: a VLAN device is not set up on a NIC that is down', async () => {
    const { host, nic } = await open();
    const index = await makeVlan(host, nic);
    await host.links.change(nic, { up: false });
    await expect(host.links.change(index, { up: true })).rejects.toMatchObject({ errno: 'ENETDOWN' });
  });

  missing[name]('kvm-K6: the MTU of a VLAN device follows that of a NIC that is lowered', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic, { mtu: 1450 });
    await host.links.change(nic, { mtu: 1400 });
    expect(await host.links.get('v100')).toMatchObject({ mtu: 1400 });
  });

  missing[name]('kvm-K6: the MTU of a VLAN device is not raised above that of its NIC', async () => {
    const { host, nic } = await open();
    const index = await makeVlan(host, nic);
    await expect(host.links.change(index, { mtu: 9000 })).rejects.toMatchObject({ errno: 'ERANGE' });
  });
});

interface Place {
  readonly host: Host;
  /** Index of a NIC that is up. */
  readonly nic: number;
}

async function onKernel(): Promise<Place> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return { host, nic: await makeNic(host) };
}

async function inMemory(): Promise<Place> {
  const host = new MemoryHost();
  return { host, nic: await makeNic(host) };
}

function makeNic({ links }: Host): Promise<number> {
  return links.create({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'far0', up: true } });
}

function makeVlan({ links }: Host, lower: number, settings: LinkSettings = {}): Promise<number> {
  return links.create({ kind: 'vlan', name: 'v100', lower, vlan: { id: 100 }, ...settings });
}
