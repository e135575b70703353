import { describe, expect, test } from 'vitest';
import { NetlinkError } from '../../src/errors/kernel.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { Network } from '../../src/objects/network.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { directVif, instance, VIF_ID } from './vifs.ts';

test.each(['vepa', 'bridge'] as const)(
  'a guest in mode %s gets a macvtap device with its address, on the device of the PCI function',
  async (mode) => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host });
    await osVif.plug(directVif({ mode }), instance());
    const eth0 = await host.links.get('eth0');
    expect(await host.links.get('macvtap0')).toMatchObject({
      kind: 'macvtap',
      lower: eth0?.index,
      macvtap: { mode },
      mac: 'fa:16:3e:4a:5b:6c',
      up: true,
    });
    await osVif.unplug(directVif({ mode }), instance());
    expect(await host.links.get('macvtap0')).toBeUndefined();
  },
);

describe('with isolateGuests', () => {
  const plugin = new MacvtapPlugin({ isolateGuests: true });
  const MAC = 'fa:16:3e:4a:5b:6c';

  test('the mode bridge is private, behind a filter that is there before the device; vepa stays', () => {
    expect(plugin.wire(directVif({ mode: 'bridge' }))).toMatchObject([
      { kind: 'source-mac-filter', name: MAC, lower: { pciAddress: '0000:03:00.0' } },
      { kind: 'macvtap', mode: 'private' },
    ]);
    expect(plugin.wire(directVif({ mode: 'vepa' }))).toMatchObject([{ kind: 'macvtap', mode: 'vepa' }]);
  });

  test('the filter is there too for a device that the hypervisor makes', () => {
    expect(plugin.wire(directVif({ mode: 'bridge', vifName: undefined }))).toEqual([
      { kind: 'source-mac-filter', name: MAC, lower: { pciAddress: '0000:03:00.0' } },
    ]);
  });

  test('the filter is on the VLAN device that the guest is on', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    const vif = directVif({ mode: 'bridge', vlanName: 'vlan7', network: new Network({ vlan: 7 }) });
    await osVif.plug(vif, instance());
    expect(await host.ingress.list()).toEqual([{ device: 'vlan7', mac: MAC, owner: VIF_ID, active: true }]);
    await osVif.unplug(vif, instance());
    expect(await host.ingress.list()).toEqual([]);
  });

  test.each([undefined, null])('a VIF whose address is %s is refused', async (address) => {
    await using osVif = await OsVif.open({ host: hostWithNic(), plugins: [plugin] });
    await expect(osVif.plug(directVif({ mode: 'bridge', address }), instance())).rejects.toMatchObject({
      cause: {
        code: 'ERR_OSVIF_PLUGIN',
        message: expect.stringMatching(`isolated guest needs an address.*${VIF_ID} has none`),
      },
    });
  });

  test('a VIF without an address that was plugged before is unplugged', async () => {
    const host = hostWithNic();
    await using before = await OsVif.open({ host, plugins: [new MacvtapPlugin()] });
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    const vif = directVif({ mode: 'bridge', address: undefined });
    await before.plug(vif, instance());
    await osVif.unplug(vif, instance());
    expect(await host.links.get('macvtap0')).toBeUndefined();
  });

  test('a plug takes the filter along to another address and another device', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    await osVif.plug(directVif({ mode: 'bridge' }), instance());
    const [macvtap] = (await host.links.list()).filter(({ kind }) => kind === 'macvtap');
    await host.links.delete(macvtap?.index ?? 0);

    const moved = directVif({ mode: 'bridge', address: 'fa:16:3e:00:00:01', devAddress: '0000:03:10.1' });
    expect(await osVif.check(moved, instance())).toMatchObject([
      { on: 'fa:16:3e:00:00:01', property: 'device', want: 'vf1', have: 'eth0' },
      { on: 'fa:16:3e:00:00:01', property: 'mac', want: 'fa:16:3e:00:00:01', have: MAC },
      { element: 'macvtap macvtap0', on: 'vf1', property: 'up', want: true, have: false },
      { element: 'macvtap macvtap0', type: 'missing' },
    ]);
    await osVif.plug(moved, instance());
    expect(await host.ingress.list()).toMatchObject([{ device: 'vf1', mac: 'fa:16:3e:00:00:01' }]);
    expect(await osVif.check(moved, instance())).toEqual([]);
  });

  test('an address that is filtered for another VIF is left to that one', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    await osVif.plug(directVif({ mode: 'bridge' }), instance());
    const other = directVif({ id: '00000000-0000-4000-8000-000000000002', vifName: 'macvtap1', mode: 'bridge' });
    await expect(osVif.plug(other, instance())).rejects.toMatchObject({
      element: `source-mac-filter ${MAC}`,
      cause: { code: 'ERR_OSVIF_FOREIGN_LINK', message: expect.stringContaining(VIF_ID) },
    });
    expect((await osVif.plan(other, instance()))[0]).toMatchObject({ action: 'refuse' });
    await osVif.unplug(other, instance());
    expect(await host.ingress.list()).toMatchObject([{ owner: VIF_ID }]);
  });

  test('garbage collection takes the filters of VIFs that are no more, and those alone', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host, plugins: [plugin] });
    const [kept, gone] = [0, 1].map((i) =>
      directVif({
        id: `00000000-0000-4000-8000-00000000000${i}`,
        vifName: `macvtap${i}`,
        mode: 'bridge',
        address: `fa:16:3e:00:00:0${i}`,
      }),
    );
    if (!kept || !gone) throw new Error('two VIFs were made');
    for (const vif of [kept, gone]) await osVif.plug(vif, instance());
    const garbage = [
      { kind: 'macvtap', name: 'macvtap1', owner: gone.id },
      { kind: 'source-mac-filter', name: 'fa:16:3e:00:00:01', owner: gone.id },
    ];
    expect(await osVif.collectGarbage([kept], { dryRun: true })).toEqual(garbage);
    expect(await host.ingress.list()).toHaveLength(2);
    expect(await osVif.collectGarbage([kept])).toEqual(garbage);
    expect(await host.ingress.list()).toMatchObject([{ owner: kept.id }]);
    expect(await osVif.check(kept, instance())).toEqual([]);
  });
});

test('with a VLAN the macvtap device stands on a VLAN device, which its guests share', async () => {
  const host = hostWithNic();
  await using osVif = await OsVif.open({ host });
  const vif = directVif({ vlanName: 'vlan7', network: new Network({ vlan: 7 }) });
  await osVif.plug(vif, instance());
  const [eth0, vlan] = [await host.links.get('eth0'), await host.links.get('vlan7')];
  expect(vlan).toMatchObject({ kind: 'vlan', lower: eth0?.index, vlan: { id: 7 }, up: true });
  expect(await host.links.get('macvtap0')).toMatchObject({ lower: vlan?.index });
  await osVif.unplug(vif, instance());
  expect(await host.links.get('vlan7')).toBeDefined();
  expect(await osVif.collectGarbage([vif])).toEqual([]);
  expect(await osVif.collectGarbage([])).toEqual([{ kind: 'vlan', name: 'vlan7' }]);
});

test('a virtual function gets its address and VLAN from the physical one, and loses them at the unplug', async () => {
  const host = hostWithNic();
  await using osVif = await OsVif.open({ host });
  const vif = directVif({ devAddress: '0000:03:10.1', mode: 'passthrough', network: new Network({ vlan: 7 }) });
  await osVif.plug(vif, instance());
  const pf = await host.links.get('eth0');
  expect((await host.links.virtualFunctions(pf?.index ?? 0))[1]).toMatchObject({
    number: 1,
    mac: 'fa:16:3e:4a:5b:6c',
    vlan: 7,
  });
  expect(await host.links.get('macvtap0')).toMatchObject({ macvtap: { mode: 'passthru' } });
  expect(await host.links.get('vf1')).toMatchObject({ up: true });
  expect(await osVif.check(vif, instance())).toEqual([]);

  await host.links.changeVirtualFunction(pf?.index ?? 0, 1, { vlan: 0 });
  expect(await osVif.check(vif, instance())).toMatchObject([
    { type: 'differs', on: '0000:03:10.1', property: 'vlan', want: 7, have: 0 },
  ]);

  await osVif.unplug(vif, instance());
  expect((await host.links.virtualFunctions(pf?.index ?? 0))[1]).toMatchObject({ mac: '00:00:00:00:00:00', vlan: 0 });
  await osVif.unplug(vif, instance());
});

test('where the hypervisor makes the macvtap device, just what is below it is plugged', async () => {
  const host = hostWithNic();
  await using osVif = await OsVif.open({ host });
  const network = new Network({ vlan: 7, bridgeInterface: 'eth0' });
  const vif = directVif({ vifName: undefined, devAddress: undefined, vlanName: 'eth0.7', network });
  await osVif.plug(vif, instance());
  const eth0 = await host.links.get('eth0');
  expect(await host.links.get('eth0.7')).toMatchObject({ kind: 'vlan', lower: eth0?.index, vlan: { id: 7 }, up: true });
  expect((await host.links.list()).map(({ kind }) => kind)).not.toContain('macvtap');

  const onFunction = directVif({ vifName: undefined, devAddress: '0000:03:10.1', mode: 'passthrough', network });
  await osVif.plug(onFunction, instance());
  expect((await host.links.virtualFunctions(eth0?.index ?? 0))[1]).toMatchObject({ vlan: 7, mac: 'fa:16:3e:4a:5b:6c' });
});

test('a device that the network names needs no PCI address', () => {
  const vif = directVif({
    devAddress: undefined,
    mode: 'passthrough',
    network: new Network({ bridgeInterface: 'eth0' }),
  });
  expect(new MacvtapPlugin().wire(vif)).toEqual([
    { kind: 'macvtap', name: 'macvtap0', lower: 'eth0', mode: 'passthru', mac: 'fa:16:3e:4a:5b:6c', lowerUp: true },
  ]);
  const nowhere = directVif({ devAddress: undefined, network: new Network({}) });
  expect(() => new MacvtapPlugin().wire(nowhere)).toThrow(/devAddress must be set/);
});

test('a PCI function without a device is an error that names it', async () => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  await expect(osVif.plug(directVif(), instance())).rejects.toMatchObject({
    cause: { code: 'ERR_OSVIF_MISSING_LINK', message: expect.stringContaining('0000:03:00.0') },
  });
});

test('a VLAN for one guest on a function that is no virtual one is an error', async () => {
  await using osVif = await OsVif.open({ host: hostWithNic() });
  const vif = directVif({ mode: 'passthrough', network: new Network({ vlan: 7 }) });
  await expect(osVif.plug(vif, instance())).rejects.toMatchObject({
    element: 'virtual-function 0000:03:00.0',
    cause: { code: 'ERR_OSVIF_MISSING_LINK' },
  });
});

/** As igbvf does: the function's device takes the address that the physical function set when it is set down, and no other. */
function keepingItsAddress(host: MemoryHost, { takesItWhenDown }: { takesItWhenDown: boolean }): Host {
  let isTaken = false;
  return interceptHost(host, async (call, proceed) => {
    if (call.method === 'change' && takesItWhenDown) isTaken ||= Reflect.get(Object(call.args[1]), 'up') === false;
    const isMacvtap = call.method === 'create' && Reflect.get(Object(call.args[0]), 'kind') === 'macvtap';
    if (isMacvtap && !isTaken) throw new NetlinkError('configuration of macvtap0', 'EADDRNOTAVAIL', '');
    return proceed();
  });
}

describe('a virtual function whose device has the address of an earlier guest', () => {
  const vif = directVif({ devAddress: '0000:03:10.1', mode: 'passthrough' });

  test('is set down and up, so that it takes the new one', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host: keepingItsAddress(host, { takesItWhenDown: true }) });
    await osVif.plug(vif, instance());
    expect(await host.links.get('vf1')).toMatchObject({ up: true });
    expect(await host.links.get('macvtap0')).toMatchObject({ mac: 'fa:16:3e:4a:5b:6c', up: true });
  });

  test('is named in the error where that does not help, with the advice to bind its driver again', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host: keepingItsAddress(host, { takesItWhenDown: false }) });
    await expect(osVif.plug(vif, instance())).rejects.toMatchObject({
      cause: {
        errno: 'EADDRNOTAVAIL',
        message: expect.stringMatching(/vf1 does not accept the address.*bind it again/),
      },
      left: [],
    });
  });
});

/** eth0 with four virtual functions, of which number 1 is vf1. */
function hostWithNic(): MemoryHost {
  const host = new MemoryHost();
  host.links.addNic({ name: 'eth0', up: true, virtualFunctions: 4 });
  host.links.addNic({ name: 'vf1' });
  host.pci.add('0000:03:00.0', { interfaces: ['eth0'] });
  host.pci.add('0000:03:10.1', { interfaces: ['vf1'], physicalFunction: { address: '0000:03:00.0', number: 1 } });
  return host;
}
