/** The VXLAN plugin of docs/writing-a-plugin.md: a kind of element and a kind of network device that the library does not have. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { OsVif } from '../../../src/os-vif.ts';
import type { VIFPlugin } from '../../../src/plugins/vif-plugin.ts';
import { describeVIFPlugin } from '../../../src/testing/describe-vif-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../../host/netns.ts';
import { remoteOf } from '../../host/remote/helper-host.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { ownVxlanPlugin, pluginOf, vxlanPlugin, vxlanVif } from './vxlan-sample.ts';

describe('in memory', () => {
  describeVIFPlugin(vxlanPlugin, { vif: () => vxlanVif() });
  describe('with devices of its own', () => describeVIFPlugin(ownVxlanPlugin, { vif: () => vxlanVif() }));
});

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  describeVIFPlugin(vxlanPlugin, { vif: () => vxlanVif(), host: async () => (await onKernel()).host });
  describe('with devices of its own', () =>
    describeVIFPlugin(ownVxlanPlugin, { vif: () => vxlanVif(), host: async () => (await onKernel()).host }));

  test('a plug makes the VXLAN device with its settings, and check finds nothing', async () => {
    const { netns, osVif } = await onKernel();
    await osVif.plug(vxlanVif(), instance());
    const made = netns.links().find(({ ifname }) => ifname === 'vx100');
    expect(made).toMatchObject({
      ifalias: 'os-vif:shared',
      master: 'xbr100',
      flags: expect.arrayContaining(['UP']),
      linkinfo: { info_kind: 'vxlan', info_data: { id: 100, remote: '192.0.2.9', port: 4789 } },
    });
    expect(await osVif.check(vxlanVif(), instance())).toEqual([]);
  });

  test('a plan names the elements that a plug would make, and a plug makes them', async () => {
    const { osVif } = await onKernel();
    expect(await osVif.plan(vxlanVif(), instance())).toEqual([
      { element: 'bridge xbr100', action: 'create', on: 'xbr100' },
      { element: 'VXLAN 100 vx100', action: 'create', on: 'vx100' },
      { element: 'tap tap0', action: 'create', on: 'tap0' },
    ]);
    await osVif.plug(vxlanVif(), instance());
    expect(await osVif.plan(vxlanVif(), instance())).toEqual([]);
  });

  test('check reports a device with a wrong VNI and address, and a plug says that only an unplug helps', async () => {
    const { netns, osVif } = await onKernel(ownVxlanPlugin);
    await osVif.plug(vxlanVif(), instance());
    replaceVxlan(netns, ['id', '101', 'remote', '192.0.2.8', 'dstport', '4789']);
    const element = 'VXLAN 100 vx100';
    expect(await osVif.check(vxlanVif(), instance())).toEqual([
      { element, on: 'vx100', type: 'differs', property: 'settings.vni', want: 100, have: 101 },
      { element, on: 'vx100', type: 'differs', property: 'settings.remote', want: '192.0.2.9', have: '192.0.2.8' },
    ]);
    await expect(osVif.plug(vxlanVif(), instance())).rejects.toMatchObject({
      element,
      message: expect.stringContaining('settings.vni is 101 and should be 100'),
      cause: { code: 'ERR_OSVIF_IMMUTABLE_LINK' },
    });
    await osVif.unplug(vxlanVif(), instance());
    await osVif.plug(vxlanVif(), instance());
    expect(await osVif.check(vxlanVif(), instance())).toEqual([]);
  });

  test('a shared device of another program with the right settings is set up and put into the bridge', async () => {
    const { netns, osVif } = await onKernel();
    netns.run('ip', 'link', 'add', 'vx100', 'type', 'vxlan', 'id', '100', 'remote', '192.0.2.9', 'dstport', '4789');
    await osVif.plug(vxlanVif(), instance());
    const found = netns.links().find(({ ifname }) => ifname === 'vx100');
    expect(found).toMatchObject({ master: 'xbr100', flags: expect.arrayContaining(['UP']) });
    expect(found).not.toHaveProperty('ifalias');
    expect(await osVif.check(vxlanVif(), instance())).toEqual([]);
  });

  test.each([
    [
      'another VNI',
      'type vxlan id 101 remote 192.0.2.9 dstport 4789',
      'with another settings.vni (found 101, expected 100)',
    ],
    ['another bridge', 'master other type vxlan id 100 remote 192.0.2.9 dstport 4789', 'it is already a port of other'],
  ])('a shared device of another program with %s is a conflict', async (_, settings, reason) => {
    const { netns, osVif } = await onKernel();
    netns.run('ip', 'link', 'add', 'other', 'type', 'bridge');
    netns.run('ip', 'link', 'add', 'vx100', ...settings.split(' '));
    expect(await osVif.check(vxlanVif(), instance())).toContainEqual(
      expect.objectContaining({ type: 'conflict', on: 'vx100', reason: expect.stringContaining(reason) }),
    );
    await expect(osVif.plug(vxlanVif(), instance())).rejects.toThrow(reason);
  });

  test('check reports a missing device and a device that left its bridge, and a plug corrects both', async () => {
    const { netns, osVif } = await onKernel();
    await osVif.plug(vxlanVif(), instance());
    netns.run('ip', 'link', 'set', 'vx100', 'nomaster', 'down');
    expect(await osVif.check(vxlanVif(), instance())).toMatchObject([
      { on: 'vx100', type: 'differs', property: 'up', want: true, have: false },
      { on: 'vx100', type: 'differs', property: 'master', want: 'xbr100' },
    ]);
    await osVif.plug(vxlanVif(), instance());
    netns.run('ip', 'link', 'delete', 'vx100');
    expect(await osVif.check(vxlanVif(), instance())).toEqual([
      { element: 'VXLAN 100 vx100', on: 'vx100', type: 'missing' },
    ]);
    await osVif.plug(vxlanVif(), instance());
    expect(await osVif.check(vxlanVif(), instance())).toEqual([]);
  });

  test('a device of another owner with that name is a conflict', async () => {
    const { netns, osVif } = await onKernel(ownVxlanPlugin);
    netns.run('ip', 'link', 'add', 'vx100', 'type', 'vxlan', 'id', '100', 'remote', '192.0.2.9', 'dstport', '4789');
    expect(await osVif.check(vxlanVif(), instance())).toContainEqual(
      expect.objectContaining({ on: 'vx100', type: 'conflict' }),
    );
    await expect(osVif.plug(vxlanVif(), instance())).rejects.toMatchObject({ element: 'VXLAN 100 vx100', left: [] });
    expect(names(netns)).toEqual(['vx100']);
  });

  test('a plug whose later element fails takes the VXLAN device back', async () => {
    const { netns, osVif } = await onKernel();
    netns.run('ip', 'link', 'add', 'tap0', 'type', 'bridge');
    await expect(osVif.plug(vxlanVif(), instance())).rejects.toMatchObject({ element: 'tap tap0', left: [] });
    expect(names(netns)).toEqual(['tap0']);
  });

  test('an unplug leaves nothing of a VIF that shares nothing', async () => {
    const { netns, osVif } = await onKernel(ownVxlanPlugin);
    await osVif.plug(vxlanVif(), instance());
    expect(names(netns)).toEqual(['tap0', 'vx100', 'xbr100']);
    await osVif.unplug(vxlanVif(), instance());
    expect(names(netns)).toEqual([]);
  });

  test('plugs of one network at once share a VXLAN device, and garbage collection removes it after the last VIF', async () => {
    const { netns, osVif } = await onKernel();
    const other = vxlanVif(100, { id: '10000000-0000-4000-8000-000000000002', vifName: 'tap1' });
    await osVif.plugAll([vxlanVif(), other].map((vif) => ({ vif, instance: instance() })));
    expect(names(netns)).toEqual(['tap0', 'tap1', 'vx100', 'xbr100']);
    await osVif.unplug(vxlanVif(), instance());
    expect(await osVif.collectGarbage([other])).toEqual([]);
    expect(names(netns)).toEqual(['tap1', 'vx100', 'xbr100']);
    const garbage = await osVif.collectGarbage([], { dryRun: true });
    expect(garbage).toContainEqual({ kind: 'vxlan', name: 'vx100' });
    expect(names(netns)).toEqual(['tap1', 'vx100', 'xbr100']);
    expect(await osVif.collectGarbage([])).toEqual(garbage);
    expect(names(netns)).toEqual([]);
  });

  test('garbage collection removes the VXLAN device of a VIF that is no more, and keeps those of the others', async () => {
    const { netns, osVif } = await onKernel(ownVxlanPlugin);
    const other = vxlanVif(101, { id: '10000000-0000-4000-8000-000000000002', vifName: 'tap1' });
    await osVif.plug(vxlanVif(), instance());
    await osVif.plug(other, instance());
    expect(await osVif.collectGarbage([other])).toContainEqual({ kind: 'vxlan', name: 'vx100', owner: VIF_ID });
    expect(names(netns)).toEqual(['tap1', 'vx101', 'xbr101']);
  });

  test('a client of a helper that allows the kind plugs, checks and unplugs', async () => {
    const { netns, host } = await onKernel();
    const osVif = await openOn(await remoteOf(host, { linkKinds: ['vxlan'] }), ownVxlanPlugin);
    await osVif.plug(vxlanVif(), instance());
    expect(names(netns)).toEqual(['tap0', 'vx100', 'xbr100']);
    expect(await osVif.check(vxlanVif(), instance())).toEqual([]);
    replaceVxlan(netns, ['id', '101', 'remote', '192.0.2.9', 'dstport', '4789']);
    expect(await osVif.check(vxlanVif(), instance())).toMatchObject([{ property: 'settings.vni', have: 101 }]);
    await osVif.unplug(vxlanVif(), instance());
    expect(names(netns)).toEqual([]);
  });

  test('a helper that does not allow the kind refuses it, and nothing stays behind', async () => {
    const { netns, host } = await onKernel();
    const osVif = await openOn(await remoteOf(host), ownVxlanPlugin);
    await expect(osVif.plug(vxlanVif(), instance())).rejects.toMatchObject({
      element: 'VXLAN 100 vx100',
      cause: { code: 'ERR_OSVIF_HELPER_REFUSAL', message: expect.stringMatching(/vx100.*vxlan.*--link-kind/) },
    });
    expect(names(netns)).toEqual([]);
  });
});

test('a graph shows the VXLAN device between the bridge and the network, with its drift', async () => {
  const host = new MemoryHost();
  const osVif = await openOn(host);
  const { nodes, edges } = await osVif.graph(vxlanVif(), instance());
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const device = nodes.find(({ name }) => name === 'vx100');
  expect(device).toMatchObject({
    kind: 'device',
    group: 'shared',
    facts: ['VXLAN 100', 'to 192.0.2.9'],
    state: 'missing',
  });
  const lines = edges.map(({ from, to }) => `${byId.get(from)?.name} - ${byId.get(to)?.name}`);
  expect(lines).toEqual(['instance-0000000a - tap0', 'tap0 - xbr100', 'xbr100 - vx100', 'vx100 - network']);
  await osVif.plug(vxlanVif(), instance());
  const after = await osVif.graph(vxlanVif(), instance());
  expect(after.nodes.filter(({ state }) => state !== undefined)).toEqual([]);
});

test.each([
  ['has too many bits', { vni: 1 << 24 }, 'more than 24 bits'],
  ['is no number', { vni: '100' }, '"100" is no integer'],
  ['is negative', { vni: -1 }, '-1 is no integer'],
])('a plug whose VNI %s fails before it changes anything', async (_, values, message) => {
  const host = new MemoryHost();
  const wrong = pluginOf((vif) =>
    vxlanPlugin
      .wire(vif, instance())
      .map((element) => (element.name === 'vx100' ? { ...element, ...values } : element)),
  );
  const osVif = await openOn(host, wrong);
  await expect(osVif.plug(vxlanVif(), instance())).rejects.toThrow(message);
  expect((await host.links.list()).map(({ name }) => name)).toEqual(['lo']);
});

test('garbage collection in memory removes an unused VXLAN device and keeps a used one', async () => {
  const host = new MemoryHost();
  const osVif = await openOn(host);
  await osVif.plug(vxlanVif(), instance());
  expect(await osVif.collectGarbage([vxlanVif()])).toEqual([]);
  expect(await osVif.check(vxlanVif(), instance())).toEqual([]);
  await osVif.collectGarbage([]);
  expect((await host.links.list()).map(({ name }) => name)).toEqual(['lo']);
});

test('a wiring that is stored as JSON and read again is the same to the engine', async () => {
  const host = new MemoryHost();
  const stored = JSON.stringify(vxlanPlugin.wire(vxlanVif(), instance()));
  const osVif = await openOn(
    host,
    pluginOf(() => JSON.parse(stored)),
  );
  await osVif.plug(vxlanVif(), instance());
  expect(await (await openOn(host)).check(vxlanVif(), instance())).toEqual([]);
});

async function onKernel(plugin: VIFPlugin = vxlanPlugin): Promise<{ netns: Netns; host: Host; osVif: OsVif }> {
  const netns = await makeNetns();
  const host = await LinuxHost.open({ netns: netns.path });
  onTestFinished(() => host.close());
  return { netns, host, osVif: await openOn(host, plugin) };
}

function openOn(host: Host, plugin: VIFPlugin = vxlanPlugin): Promise<OsVif> {
  return OsVif.open({ host, plugins: [plugin] });
}

function names(netns: Netns): string[] {
  return netns
    .links()
    .map(({ ifname }) => ifname)
    .sort();
}

/** Another device in the place of the VIF's VXLAN device, with its alias and bridge. */
function replaceVxlan(netns: Netns, settings: readonly string[]): void {
  netns.run('ip', 'link', 'delete', 'vx100');
  netns.run('ip', 'link', 'add', 'vx100', 'type', 'vxlan', ...settings);
  netns.run('ip', 'link', 'set', 'vx100', 'alias', `os-vif:${VIF_ID}`, 'master', 'xbr100', 'up');
}
