import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { Network } from '../../src/objects/network.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { directVif, instance } from './vifs.ts';

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

test('with isolateGuests the mode bridge is private, and vepa stays', () => {
  const plugin = new MacvtapPlugin({ isolateGuests: true });
  expect(plugin.wire(directVif({ mode: 'bridge' }))).toMatchObject([{ kind: 'macvtap', mode: 'private' }]);
  expect(plugin.wire(directVif({ mode: 'vepa' }))).toMatchObject([{ kind: 'macvtap', mode: 'vepa' }]);
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

/** eth0 with four virtual functions, of which number 1 is vf1. */
function hostWithNic(): MemoryHost {
  const host = new MemoryHost();
  host.links.addNic({ name: 'eth0', up: true, virtualFunctions: 4 });
  host.links.addNic({ name: 'vf1' });
  host.pci.add('0000:03:00.0', { interfaces: ['eth0'] });
  host.pci.add('0000:03:10.1', { interfaces: ['vf1'], physicalFunction: { address: '0000:03:00.0', number: 1 } });
  return host;
}
