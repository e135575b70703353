/** Index 0 names no device: to the kernel it means all devices of an interface group. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { loadLibc } from '../../src/host/linux/libc.ts';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { RTM_DELLINK, RTM_NEWLINK } from '../../src/host/linux/netlink/link-attributes.ts';
import { linkHeader, settingAttributes } from '../../src/host/linux/netlink/link-message.ts';
import { NetlinkSocket } from '../../src/host/linux/netlink/socket.ts';
import { openNetworkNamespace } from '../../src/host/linux/network-namespace.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { LinkSettings, Links } from '../../src/host-contract/links.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './netns.ts';

const ATTACK: LinkSettings = { group: 0, alias: 'os-vif:mine' };

/** What a host without a check of indexes does. */
interface Unchecked {
  readonly links: Links;
  change(index: number, settings: LinkSettings): Promise<unknown>;
  delete(index: number): Promise<unknown>;
}

describe.each<[string, () => Promise<Unchecked>]>([
  ['MemoryHost', inMemory],
  ...(NETNS_UNAVAILABLE ? [] : [['the kernel', onKernel] satisfies [string, () => Promise<Unchecked>]]),
])('index 0 on %s', (_, open) => {
  test('with a group changes every device of the group', async () => {
    const { links, change } = await open();
    await links.create({ kind: 'bridge', name: 'br0' });
    await links.create({ kind: 'bridge', name: 'br7', group: 7 });
    await change(0, ATTACK);
    expect((await links.list()).map(({ name, alias }) => [name, alias])).toEqual([
      ['lo', 'os-vif:mine'],
      ['br0', 'os-vif:mine'],
      ['br7', ''],
    ]);
  });

  test.each([0, 4711])('index %d without a group is refused', async (index) => {
    const unchecked = await open();
    await expect(unchecked.change(index, { alias: 'os-vif:mine' })).rejects.toMatchObject({ errno: 'ENODEV' });
    await expect(unchecked.delete(index)).rejects.toMatchObject({ errno: index === 0 ? 'EINVAL' : 'ENODEV' });
  });
});

describe.skipIf(NETNS_UNAVAILABLE)('LinuxHost', () => {
  test.each([0, -1, 0.5, 2 ** 31, Number.NaN])('refuses the index %d before the kernel sees it', async (index) => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'br0', 'type', 'bridge');
    await using host = await LinuxHost.open({ netns: netns.path });
    const before = netns.run('ip', '-d', '-j', 'link', 'show');
    const plan = { addresses: [], routes: [] };
    for (const request of [
      () => host.links.change(index, ATTACK),
      () => host.links.delete(index),
      () => host.links.deleteAll([index]),
      () => host.links.deleteAll([1, index, 2]),
      () => host.links.virtualFunctions(index),
      () => host.links.changeVirtualFunction(index, 0, { vlan: 5 }),
      () => host.links.create({ kind: 'vlan', name: 'v7', lower: index, vlan: { id: 7 } }),
      () => host.links.create({ kind: 'macvtap', name: 'm7', lower: index, macvtap: { mode: 'vepa' } }),
      () => host.addressing.move(plan, index, 1),
      () => host.addressing.move(plan, 1, index),
    ])
      await expect(request()).rejects.toMatchObject({ code: 'ERR_OSVIF_LINK_VALUE' });
    expect(netns.run('ip', '-d', '-j', 'link', 'show')).toBe(before);
  });
});

async function inMemory(): Promise<Unchecked> {
  const { links } = new MemoryHost();
  return {
    links,
    change: (index, settings) => links.change(index, settings),
    delete: (index) => links.delete(index),
  };
}

/** Requests without the check of LinuxLinks. */
async function onKernel(): Promise<Unchecked> {
  const { path } = await makeNetns();
  const libc = await loadLibc();
  const namespace = openNetworkNamespace(libc, path);
  const socket = NetlinkSocket.open(libc, namespace);
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(async () => {
    await host.close();
    await socket.close();
    namespace.close();
  });
  const request = (what: string, type: number, index: number, settings: LinkSettings) =>
    socket.request({
      what,
      type,
      flags: 0,
      body: linkHeader(index, settings),
      attributes: settingAttributes(settings),
    });
  return {
    links: host.links,
    change: (index, settings) => request('change', RTM_NEWLINK, index, settings),
    delete: (index) => request('deletion', RTM_DELLINK, index, {}),
  };
}
