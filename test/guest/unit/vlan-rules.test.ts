/** The kernel's rules for VLAN devices, which the in-memory host has too. The machine that tests usually run on has no 802.1Q. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import type { LinkSettings } from '../../../src/host-contract/links.ts';
import { makeNetns } from '../../host/netns.ts';

describe.each([
  ['LinuxHost', onKernel],
  ['MemoryHost', inMemory],
] as const)('%s', (_, open) => {
  test('a VLAN device is made and read back', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic, { up: true });
    expect(await host.links.get('v100')).toMatchObject({
      kind: 'vlan',
      vlan: { id: 100, protocol: '802.1Q' },
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

  test('a NIC has a VLAN once for each protocol, and the protocol is read back', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic);
    await host.links.create({ kind: 'vlan', name: 'other', lower: nic, vlan: { id: 100, protocol: '802.1ad' } });
    expect(await host.links.get('other')).toMatchObject({ vlan: { id: 100, protocol: '802.1ad' } });
  });

  test('a VLAN device is set down and up with its NIC', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic, { up: true });
    await host.links.change(nic, { up: false });
    expect(await host.links.get('v100')).toMatchObject({ up: false });
    await host.links.change(nic, { up: true });
    expect(await host.links.get('v100')).toMatchObject({ up: true });
  });

  test('a VLAN device is not made up on a NIC that is down', async () => {
    const { host, nic } = await open();
    await host.links.change(nic, { up: false });
    await expect(makeVlan(host, nic, { up: true })).rejects.toMatchObject({ errno: 'ENETDOWN' });
    expect(await host.links.get('v100')).toBeUndefined();
  });

  test('a VLAN device goes with its NIC', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic);
    await host.links.delete(nic);
    expect(await host.links.get('v100')).toBeUndefined();
  });

  test('a VLAN device is not set up on a NIC that is down', async () => {
    const { host, nic } = await open();
    const index = await makeVlan(host, nic);
    await host.links.change(nic, { up: false });
    await expect(host.links.change(index, { up: true })).rejects.toMatchObject({ errno: 'ENETDOWN' });
  });

  test('the MTU of a VLAN device follows that of a NIC that is lowered', async () => {
    const { host, nic } = await open();
    await makeVlan(host, nic, { mtu: 1450 });
    await host.links.change(nic, { mtu: 1400 });
    expect(await host.links.get('v100')).toMatchObject({ mtu: 1400 });
  });

  test('the MTU of a VLAN device is not raised above that of its NIC', async () => {
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
