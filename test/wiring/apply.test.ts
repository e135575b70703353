import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import type { Link } from '../../src/host-contract/links.ts';
import { apply } from '../../src/wiring/apply.ts';
import { remove } from '../../src/wiring/remove.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';

const HYBRID: Wiring = [
  { kind: 'bridge', name: 'qbr0', ageingTime: 0, stp: false, forwardDelay: 0, multicastSnooping: false },
  { kind: 'veth', name: 'qvb0', peer: 'qvo0', mtu: 1450, promiscuous: true, master: 'qbr0' },
  { kind: 'tap', name: 'tap0', mtu: 1450, master: 'qbr0' },
];

describe('on the model in memory', () => engineSuite(async () => new MemoryHost()));

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  engineSuite(async () => {
    const host = await LinuxHost.open({ netns: (await makeNetns()).path });
    onTestFinished(() => host.close());
    return host;
  });
});

function engineSuite(open: () => Promise<Host>): void {
  test('apply makes every element and remove takes all away', async () => {
    const host = await open();
    await apply(HYBRID, { host, owner: 'v' });
    const [bridge, first, second, tap] = [
      await get(host, 'qbr0'),
      await get(host, 'qvb0'),
      await get(host, 'qvo0'),
      await get(host, 'tap0'),
    ];
    expect(bridge).toMatchObject({
      up: true,
      alias: 'os-vif:v',
      bridge: { ageingTime: 0, forwardDelay: 0, multicastSnooping: false },
    });
    expect(first).toMatchObject({
      up: true,
      promiscuous: true,
      mtu: 1450,
      alias: 'os-vif:v',
      master: bridge.index,
      lower: second.index,
    });
    expect(second).toMatchObject({
      up: true,
      promiscuous: true,
      mtu: 1450,
      alias: 'os-vif:v',
      master: 0,
      lower: first.index,
    });
    expect(tap).toMatchObject({ up: true, mtu: 1450, master: bridge.index });
    await remove(HYBRID, { host, owner: 'v' });
    expect(await names(host)).toEqual(['lo']);
  });

  test('a failure takes back what the call made and what it changed', async () => {
    const host = await open();
    await apply([{ kind: 'bridge', name: 'qbr0', ageingTime: 100 }], { host, owner: 'v' });
    await host.links.create({ kind: 'bridge', name: 'tap0' });
    const before = await state(host);
    await expect(apply(HYBRID, { host, owner: 'v' })).rejects.toMatchObject({
      code: 'ERR_OSVIF_PLUG',
      element: 'tap tap0',
      left: [],
      message: expect.stringMatching(/VIF v failed at tap tap0: .*kind bridge.*; the host is as it was before/),
    });
    expect(await state(host)).toEqual(before);
  });

  test('what can not be taken back is named', async () => {
    const host = await open();
    await host.links.create({ kind: 'bridge', name: 'tap0' });
    const stubborn = interceptHost(host, async ({ method }, proceed) => {
      if (method === 'delete') throw new Error('no deletion today');
      return proceed();
    });
    await expect(apply(HYBRID, { host: stubborn, owner: 'v' })).rejects.toMatchObject({
      left: ['veth qvb0 (no deletion today)', 'bridge qbr0 (no deletion today)'],
      message: expect.stringContaining('roll-back is incomplete'),
    });
  });

  test('nothing is done when any element could never be', async () => {
    const host = await open();
    const wiring: Wiring = [...HYBRID, { kind: 'tap', name: 'tap1', mtu: 70000 }];
    await expect(apply(wiring, { host, owner: 'v' })).rejects.toMatchObject({
      element: 'tap tap1',
      cause: { code: 'ERR_OSVIF_LINK_VALUE' },
    });
    expect(await names(host)).toEqual(['lo']);
  });

  test('a shared bridge that others made is used as it is, and stays', async () => {
    const host = await open();
    await host.links.create({ kind: 'bridge', name: 'br0', bridge: { ageingTime: 42 } });
    const before = await get(host, 'br0');
    const wiring: Wiring = [
      { kind: 'bridge', name: 'br0', ageingTime: 0, shared: true },
      { kind: 'tap', name: 'tap0', master: 'br0' },
    ];
    await apply(wiring, { host, owner: 'v' });
    expect(await get(host, 'br0')).toMatchObject({ index: before.index, alias: '', bridge: { ageingTime: 42 } });
    await remove(wiring, { host, owner: 'v' });
    expect(await names(host)).toEqual(['lo', 'br0']);
  });

  test("another VIF's device is neither used nor removed", async () => {
    const host = await open();
    await apply([{ kind: 'tap', name: 'tap0' }], { host, owner: 'other' });
    await expect(apply([{ kind: 'tap', name: 'tap0' }], { host, owner: 'v' })).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_FOREIGN_LINK' },
    });
    await remove([{ kind: 'tap', name: 'tap0' }], { host, owner: 'v' });
    expect(await names(host)).toEqual(['lo', 'tap0']);
  });

  test('remove goes on after a failure, and reports each', async () => {
    const host = await open();
    await host.links.create({ kind: 'tap', name: 'tap0', alias: 'theirs' });
    await host.links.create({ kind: 'tap', name: 'tap2', alias: 'theirs' });
    await apply([{ kind: 'tap', name: 'tap1' }], { host, owner: 'v' });
    const wiring: Wiring = ['tap0', 'tap1', 'tap2'].map((name) => ({ kind: 'tap', name }));
    await expect(remove(wiring, { host, owner: 'v' })).rejects.toMatchObject({
      code: 'ERR_OSVIF_UNPLUG',
      left: ['tap tap2', 'tap tap0'],
    });
    expect(await names(host)).toEqual(['lo', 'tap0', 'tap2']);
  });

  test('a master that is not there is an error that names it', async () => {
    const host = await open();
    await expect(apply([{ kind: 'tap', name: 'tap0', master: 'br0' }], { host, owner: 'v' })).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_MISSING_LINK', message: 'tap tap0 needs the device br0, which does not exist' },
    });
    expect(await names(host)).toEqual(['lo']);
  });
}

async function names(host: Host): Promise<string[]> {
  return (await host.links.list()).map(({ name }) => name);
}

/** Without the address of bridges: the kernel gives them the one of a port, and takes it away with the last. */
async function state(host: Host): Promise<Partial<Link>[]> {
  return (await host.links.list()).map(({ mac, ...link }) => (link.kind === 'bridge' ? link : { ...link, mac }));
}

async function get(host: Host, name: string): Promise<Link> {
  const link = await host.links.get(name);
  if (link === undefined) throw new Error(`${name} is missing`);
  return link;
}
