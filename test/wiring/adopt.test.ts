/** Adoption of devices that another program made under the names of a VIF. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { adopt } from '../../src/wiring/adopt.ts';
import { apply } from '../../src/wiring/apply.ts';
import { check } from '../../src/wiring/check.ts';
import { remove } from '../../src/wiring/remove.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { snapshot } from './cases.ts';

const OWNER = { owner: 'vif-1' };

const WIRINGS: Readonly<Record<string, { readonly wiring: Wiring; readonly devices: readonly string[] }>> = {
  'a TAP device': { wiring: [{ kind: 'tap', name: 'own0', multiQueue: false, mtu: 1450 }], devices: ['own0'] },
  'a bridge with a port': {
    wiring: [
      { kind: 'bridge', name: 'own0' },
      { kind: 'tap', name: 'own1', multiQueue: false, master: 'own0' },
    ],
    devices: ['own0', 'own1'],
  },
  'a veth pair': {
    wiring: [
      { kind: 'bridge', name: 'own0' },
      { kind: 'veth', name: 'own1', peer: 'own2', master: 'own0', mtu: 1400 },
    ],
    devices: ['own0', 'own1', 'own2'],
  },
  'a macvtap device': {
    wiring: [{ kind: 'macvtap', name: 'own0', lower: 'nic0', mode: 'bridge', mac: 'fa:16:3e:00:00:01' }],
    devices: ['own0'],
  },
};

const EACH = Object.entries(WIRINGS).map(([what, value]) => [what, value] as const);

describe('in memory', () => adoptions(async () => new MemoryHost()));
describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => adoptions(openLinux));

function adoptions(open: () => Promise<Host>): void {
  test.each(EACH)('%s without a tag gets the tag, and nothing else changes', async (_, { wiring, devices }) => {
    const host = await given(open);
    await apply(wiring, { host, ...OWNER });
    const plugged = await snapshot(host);
    await strip(host, devices);
    const context = { host, ...OWNER };
    const names = (adoption: Awaited<ReturnType<typeof adopt>>) => adoption.adopted.map(({ on }) => on).sort();

    const stripped = await snapshot(host);
    const tried = await adopt(wiring, context, { dryRun: true });
    expect(await snapshot(host)).toEqual(stripped);
    expect([names(tried), tried.drifts]).toEqual([devices, []]);

    const adoption = await adopt(wiring, context);
    expect([names(adoption), adoption.drifts]).toEqual([devices, []]);
    expect(await snapshot(host)).toEqual(plugged);
    expect(await adopt(wiring, context)).toEqual({ adopted: [], drifts: [] });

    await remove(wiring, context);
    expect((await host.links.list()).map(({ name }) => name).filter((name) => devices.includes(name))).toEqual([]);
  });

  test.each(EACH)('%s of another VIF stays with that VIF', async (_, { wiring, devices }) => {
    const host = await given(open);
    await apply(wiring, { host, owner: 'vif-2' });
    const before = await snapshot(host);
    const { adopted, drifts } = await adopt(wiring, { host, ...OWNER });
    expect(adopted).toEqual([]);
    expect(drifts).toEqual(await check(wiring, { host, ...OWNER }));
    expect(drifts.map(({ type }) => type)).toContain('conflict');
    expect(await snapshot(host)).toEqual(before);
    expect(devices).toContain(drifts[0]?.on);
  });

  test.each([
    ['with the alias of another program', 'web server'],
    ['with an alias like a tag', 'os-vif'],
  ])('a device %s stays as it is', async (_, alias) => {
    const host = await given(open);
    await host.links.create({ kind: 'tap', name: 'own0', alias });
    const before = await snapshot(host);
    const { adopted, drifts } = await adopt(tapWiring(), { host, ...OWNER });
    expect([adopted, drifts.map(({ type }) => type)]).toEqual([[], ['conflict']]);
    expect(await snapshot(host)).toEqual(before);
  });

  test('a device of another kind stays as it is', async () => {
    const host = await given(open);
    await host.links.create({ kind: 'bridge', name: 'own0' });
    const before = await snapshot(host);
    const { adopted, drifts } = await adopt(tapWiring(), { host, ...OWNER });
    expect([adopted, drifts.map(({ type }) => type)]).toEqual([[], ['conflict']]);
    expect(await snapshot(host)).toEqual(before);
  });

  test('one end of a veth pair whose other end has another name stays as it is', async () => {
    const host = await given(open);
    await host.links.create({ kind: 'veth', name: 'own0', peer: { name: 'other' } });
    await host.links.create({ kind: 'tap', name: 'own1' });
    const before = await snapshot(host);
    const { adopted } = await adopt([{ kind: 'veth', name: 'own0', peer: 'own1' }], { host, ...OWNER });
    expect(adopted).toEqual([]);
    expect(await snapshot(host)).toEqual(before);
  });

  test('a macvtap device on another NIC stays as it is', async () => {
    const host = await given(open);
    await host.links.create({ kind: 'veth', name: 'nic1', peer: { name: 'out1' } });
    const lower = (await host.links.get('nic1'))?.index ?? 0;
    await host.links.create({ kind: 'macvtap', name: 'own0', lower, macvtap: { mode: 'bridge' } });
    const before = await snapshot(host);
    const { wiring } = WIRINGS['a macvtap device'] ?? { wiring: [] };
    expect((await adopt(wiring, { host, ...OWNER })).adopted).toEqual([]);
    expect(await snapshot(host)).toEqual(before);
  });

  test('a shared bridge gets no tag, and the VIF uses it as it is', async () => {
    const host = await given(open);
    await host.links.create({ kind: 'bridge', name: 'own0', up: true });
    const before = await snapshot(host);
    const adoption = await adopt([{ kind: 'bridge', name: 'own0', shared: true }], { host, ...OWNER });
    expect(adoption).toEqual({ adopted: [], drifts: [] });
    expect(await snapshot(host)).toEqual(before);
  });

  test('what differs is told and not changed, and a plug puts it right', async () => {
    const host = await given(open);
    await host.links.create({ kind: 'tap', name: 'own0', mtu: 1300, up: true });
    const context = { host, ...OWNER };
    const wiring: Wiring = [{ kind: 'tap', name: 'own0', multiQueue: false, mtu: 1450 }];
    const tried = await adopt(wiring, context, { dryRun: true });
    const { adopted, drifts } = await adopt(wiring, context);
    expect(adopted).toEqual([{ element: 'tap own0', on: 'own0' }]);
    expect(drifts).toMatchObject([{ type: 'differs', property: 'mtu', want: 1450, have: 1300 }]);
    expect(tried).toEqual({ adopted, drifts });
    expect((await host.links.get('own0'))?.mtu).toBe(1300);
    await apply(wiring, context);
    expect(await check(wiring, context)).toEqual([]);
  });

  test('a device that is missing is told, and not made', async () => {
    const host = await given(open);
    const before = await snapshot(host);
    const { adopted, drifts } = await adopt(tapWiring(), { host, ...OWNER });
    expect([adopted, drifts.map(({ type }) => type)]).toEqual([[], ['missing']]);
    expect(await snapshot(host)).toEqual(before);
  });
}

function tapWiring(): Wiring {
  return [{ kind: 'tap', name: 'own0', multiQueue: false }];
}

async function given(open: () => Promise<Host>): Promise<Host> {
  const host = await open();
  await host.links.create({ kind: 'veth', name: 'nic0', up: true, peer: { name: 'out0', up: true } });
  return host;
}

/** The devices as a program makes them that knows no tags. */
async function strip({ links }: Host, names: readonly string[]): Promise<void> {
  for (const link of await links.list()) if (names.includes(link.name)) await links.change(link.index, { alias: '' });
}

async function openLinux(): Promise<Host> {
  const netns = await makeNetns();
  const host = await LinuxHost.open({ netns: netns.path });
  onTestFinished(() => host.close());
  return host;
}
