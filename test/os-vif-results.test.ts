/** The results of plug and unplug: whether the host was changed, and how. */

import { describe, expect, test } from 'vitest';
import { LinuxHost } from '../src/host/linux/linux-host.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import type { Host } from '../src/host-contract/host.ts';
import { HostPluginInfo } from '../src/objects/host-info.ts';
import { OsVif } from '../src/os-vif.ts';
import { OvsPlugin } from '../src/plugins/ovs/ovs-plugin.ts';
import type { VIFPlugin } from '../src/plugins/vif-plugin.ts';
import { apply } from '../src/wiring/apply.ts';
import { type CustomElement, defineElement } from '../src/wiring/elements/define-element.ts';
import { remove } from '../src/wiring/remove.ts';
import type { Wiring } from '../src/wiring/wiring.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './host/netns.ts';
import { remoteOf } from './host/remote/helper-host.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './plugins/ovs/ovs-host.ts';
import { hybridVif, network, tapVif as ovsTap, TAP } from './plugins/ovs/ovs-vifs.ts';
import { directVif, instance, tapVif, VIF_ID } from './plugins/vifs.ts';

const NOTHING = { changed: false, steps: [] };
const tap = { element: 'tap tapdc065497-3c', on: 'tapdc065497-3c' };

describe('in memory', () => tapSuite(async () => new MemoryHost()));
describe('through a helper', () => tapSuite(() => remoteOf(new MemoryHost())));
describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () =>
  tapSuite(async () => LinuxHost.open({ netns: (await makeNetns()).path })),
);

function tapSuite(open: () => Promise<Host>): void {
  test('a result has the changes with the values before and after', async () => {
    await using host = disposable(await open());
    await using osVif = await OsVif.open({ host });
    const created = { changed: true, steps: [{ ...tap, action: 'create' }] };
    expect(await osVif.plug(tapVif(), instance())).toEqual(created);
    expect(await osVif.plug(tapVif(), instance())).toEqual(NOTHING);
    const smaller = tapVif({ network: network({ mtu: 1300 }) });
    const step = { ...tap, action: 'change', property: 'mtu', from: 1450, to: 1300 };
    expect(await osVif.plug(smaller, instance())).toEqual({ changed: true, steps: [step] });
    expect(await osVif.unplug(tapVif(), instance())).toEqual({ changed: true, steps: [{ ...tap, action: 'remove' }] });
    expect(await osVif.unplug(tapVif(), instance())).toEqual(NOTHING);
  });

  test('a call for many VIFs has the result of each, in their order', async () => {
    await using host = disposable(await open());
    await using osVif = await OsVif.open({ host });
    const attachments = [3, 1, 2].map((i) => ({ vif: numbered(i), instance: instance() }));
    await osVif.plug(numbered(1), instance());
    const changed = (results: readonly { readonly changed: boolean; readonly steps: readonly object[] }[]) =>
      results.map(({ changed, steps }) => [changed, ...steps.map((step) => Reflect.get(step, 'on'))]);
    expect(changed(await osVif.plugAll(attachments))).toEqual([[true, 'tap3'], [false], [true, 'tap2']]);
    await osVif.unplug(numbered(2), instance());
    expect(changed(await osVif.unplugAll(attachments))).toEqual([[true, 'tap3'], [true, 'tap1'], [false]]);
  });
}

test('the error of a call for many VIFs has the results of the VIFs that did not fail', async () => {
  const host = new MemoryHost();
  await host.links.create({ kind: 'bridge', name: 'tap2' });
  await using osVif = await OsVif.open({ host });
  const attachments = [1, 2].map((i) => ({ vif: numbered(i), instance: instance() }));
  const failure = await osVif.plugAll(attachments).catch((error: unknown) => error);
  const result = { changed: true, steps: [{ element: 'tap tap1', on: 'tap1', action: 'create' }] };
  expect(failure).toMatchObject({ code: 'ERR_OSVIF_BATCH', results: new Map([[numbered(1).id, result]]) });
});

test('a plugin without results is taken to have changed the host', async () => {
  const plugin: VIFPlugin = {
    describe: () => new HostPluginInfo({ pluginName: 'silent', vifInfo: [] }),
    plug: async () => {},
    unplug: async () => {},
  };
  await using osVif = await OsVif.open({ host: new MemoryHost(), plugins: [plugin] });
  expect(await osVif.plug(tapVif({ plugin: 'silent' }), instance())).toEqual({ changed: true, steps: [] });
  expect(await osVif.unplug(tapVif({ plugin: 'silent' }), instance())).toEqual({ changed: true, steps: [] });
});

test('an element of a plugin notes the changes that it makes without the host', async () => {
  const file = defineElement<CustomElement>({
    kind: 'test:file',
    validate: () => {},
    inspect: async () => [],
    ensure: async ({ name }, { note }) => note?.({ element: `test:file ${name}`, on: '/run/vif', action: 'create' }),
    remove: async ({ name }, { note }) => note?.({ element: `test:file ${name}`, on: '/run/vif', action: 'remove' }),
  });
  const wiring: Wiring = [file.element({ name: 'a' })];
  const context = { host: new MemoryHost(), owner: VIF_ID };
  expect(await apply(wiring, context)).toEqual([{ element: 'test:file a', on: '/run/vif', action: 'create' }]);
  expect(await remove(wiring, context)).toEqual([{ element: 'test:file a', on: '/run/vif', action: 'remove' }]);
});

test('a plug that starts again has the steps of all its attempts', async () => {
  const host = new MemoryHost();
  let attempts = 0;
  const unsteady = defineElement<CustomElement>({
    kind: 'test:unsteady',
    validate: () => {},
    inspect: async () => [],
    async ensure(_, { host: { links } }) {
      const bridge = await links.get('br0');
      if (attempts++ > 0 || bridge === undefined) return;
      await links.delete(bridge.index);
      await links.change(bridge.index, { up: true });
    },
    remove: async () => {},
  });
  const wiring: Wiring = [{ kind: 'bridge', name: 'br0' }, unsteady.element({ name: 'u' })];
  expect((await apply(wiring, { host, owner: VIF_ID })).map(({ action, on }) => `${action} ${on}`)).toEqual([
    'create br0',
    'remove br0',
    'create br0',
  ]);
});

test('a port that moves to a bridge takes its addresses along', async () => {
  const host = new MemoryHost();
  await host.links.create({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'far0', up: true } });
  const { index = 0, mac = '' } = (await host.links.get('eth0')) ?? {};
  host.addressing.set(index, { addresses: [{ address: '192.0.2.7/24' }], routes: [] });
  const wiring: Wiring = [
    { kind: 'bridge', name: 'br0' },
    { kind: 'port', name: 'eth0', bridge: 'br0', moveAddresses: true, hairpin: true },
  ];
  const steps = await apply(wiring, { host, owner: VIF_ID });
  expect(steps.map(({ element, ...step }) => step)).toMatchObject([
    { on: 'br0', action: 'create' },
    { on: 'br0', property: 'mac', to: mac },
    { on: 'eth0', property: 'master', from: undefined, to: 'br0' },
    { on: 'eth0', property: 'port.hairpin', to: true },
    { on: 'eth0', property: 'addresses', from: ['192.0.2.7/24'], to: [] },
  ]);
  expect((await remove(wiring, { host, owner: VIF_ID })).map(({ on, action }) => `${action} ${on}`)).toEqual([
    'change eth0',
    'remove br0',
  ]);
});

test('chains and drop rules of packet filters are steps', async () => {
  const host = new MemoryHost();
  await host.links.create({ kind: 'bridge', name: 'br0' });
  const context = { host, owner: VIF_ID };
  const wiring = (dropAction: string, lower: string): Wiring => [
    { kind: 'forward-rule', name: 'br0', interfaces: ['all'], dropAction },
    { kind: 'source-mac-filter', name: 'fa:16:3e:4a:5b:6c', lower },
  ];
  const changes = async (steps: Promise<readonly object[]>) =>
    (await steps).map((step) => [Reflect.get(step, 'action'), Reflect.get(step, 'on'), Reflect.get(step, 'property')]);
  const [chain, mac] = ['os-vif-br0', 'fa:16:3e:4a:5b:6c'];
  expect(await changes(apply(wiring('DROP', 'br0'), context))).toEqual([
    ['create', chain, undefined],
    ['create', mac, undefined],
  ]);
  expect(await changes(apply(wiring('REJECT', 'lo'), context))).toEqual([
    ['change', chain, 'rules'],
    ['remove', mac, undefined],
    ['create', mac, undefined],
  ]);
  expect(await changes(remove(wiring('REJECT', 'lo'), context))).toEqual([
    ['remove', mac, undefined],
    ['remove', chain, undefined],
  ]);
  expect(await changes(remove(wiring('REJECT', 'lo'), context))).toEqual([]);
});

test('a virtual function gets an owner and settings, and gets back those from before', async () => {
  const host = new MemoryHost();
  host.links.addNic({ name: 'eth0', up: true, virtualFunctions: 1 });
  host.pci.add('0000:03:00.0', { interfaces: ['eth0'] });
  host.pci.add('0000:03:10.0', { interfaces: [], physicalFunction: { address: '0000:03:00.0', number: 0 } });
  await using osVif = await OsVif.open({ host });
  const vif = (address: string) =>
    directVif({ mode: 'passthrough', vifName: undefined, devAddress: '0000:03:10.0', address });
  const changes = ({ steps }: Awaited<ReturnType<OsVif['plug']>>) =>
    steps.map((step) => ('property' in step ? [step.on, step.property, step.from, step.to] : step));
  const on = '0000:03:10.0';
  const [before, first, second] = ['00:00:00:00:00:00', '02:00:00:00:00:01', '02:00:00:00:00:02'];
  expect(changes(await osVif.plug(vif(first), instance()))).toEqual([
    [on, 'owner', undefined, VIF_ID],
    [on, 'mac', before, first],
  ]);
  expect(await osVif.plug(vif(first), instance())).toEqual(NOTHING);
  expect(changes(await osVif.plug(vif(second), instance()))).toEqual([
    [on, 'recorded mac', first, second],
    [on, 'mac', first, second],
  ]);
  expect(changes(await osVif.unplug(vif(second), instance()))).toEqual([
    [on, 'mac', second, before],
    [on, 'owner', VIF_ID, undefined],
  ]);
  expect(await osVif.unplug(vif(second), instance())).toEqual(NOTHING);
});

describe('Open vSwitch in memory', () => ovsSuite(async () => new MemoryHost()));
describe.skipIf(OVS_UNAVAILABLE)('Open vSwitch', () => ovsSuite(async () => (await openOvsHost()).host));

function ovsSuite(open: () => Promise<Host>): void {
  test('rows that are added, changed, moved and removed are steps', async () => {
    await using osVif = await OsVif.open({ host: await open(), plugins: [new OvsPlugin()] });
    const changes = async (call: ReturnType<OsVif['plug']>) =>
      (await call).steps.map(({ element, action, ...step }) =>
        'property' in step ? `${element}: ${step.property} ${step.from} -> ${step.to}` : `${action} ${element}`,
      );
    expect(await changes(osVif.plug(ovsTap(), instance()))).toEqual([
      `create tap ${TAP}`,
      'create ovs-bridge br-int',
      `create ovs-port ${TAP}`,
    ]);
    const renumbered = ovsTap(undefined, { address: 'fa:16:3e:00:00:01' });
    expect(await changes(osVif.plug(renumbered, instance()))).toEqual([
      `tap ${TAP}: mac fa:16:3e:4a:5b:6c -> fa:16:3e:00:00:01`,
      `ovs-port ${TAP}: externalIds.attached-mac fa:16:3e:4a:5b:6c -> fa:16:3e:00:00:01`,
    ]);
    const moved = ovsTap(undefined, { address: 'fa:16:3e:00:00:01', network: network({ bridge: 'br-new' }) });
    expect(await changes(osVif.plug(moved, instance()))).toEqual([
      'create ovs-bridge br-new',
      `ovs-port ${TAP}: bridge br-int -> br-new`,
    ]);
    expect(await osVif.plug(moved, instance())).toEqual(NOTHING);
    expect(await changes(osVif.plug(hybridVif(), instance()))).toEqual(
      expect.arrayContaining([`remove ovs-port ${TAP}`, `remove tap ${TAP}`, 'create ovs-port qvodc065497-3c']),
    );
    // One request deletes all devices.
    expect((await changes(osVif.unplug(hybridVif(), instance()))).sort()).toEqual([
      'remove bridge qbrdc065497-3c',
      'remove ovs-port qvodc065497-3c',
      'remove veth qvbdc065497-3c',
      'remove veth qvbdc065497-3c',
    ]);
    expect(await osVif.unplug(hybridVif(), instance())).toEqual(NOTHING);
  });
}

function numbered(i: number) {
  return tapVif({ id: `00000000-0000-4000-8000-00000000000${i}`, vifName: `tap${i}` });
}

function disposable(host: Host): Host & AsyncDisposable {
  return Object.assign(host, { [Symbol.asyncDispose]: () => host.close() });
}
