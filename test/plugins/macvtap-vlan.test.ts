/** Guests with a macvtap device on a VLAN of a NIC that the network names, and what libvirt is told of them. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { toInterfaceXml } from '../../src/libvirt/interface-xml.ts';
import { Network } from '../../src/objects/network.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { directVif, instance } from './vifs.ts';

const network = new Network({ vlan: 7, bridgeInterface: 'eth0' });

test.each(['passthrough', 'vepa', 'bridge'] as const)(
  'in mode %s the macvtap device stands on the VLAN device',
  async (mode) => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host });
    const vif = directVif({ devAddress: undefined, mode, vlanName: 'eth0.7', network });
    await osVif.plug(vif, instance());
    const [eth0, vlan] = [await host.links.get('eth0'), await host.links.get('eth0.7')];
    expect(vlan).toMatchObject({ vlan: { id: 7, protocol: '802.1Q' }, lower: eth0?.index, up: true });
    expect(await host.links.get('macvtap0')).toMatchObject({ lower: vlan?.index });
    expect(await osVif.check(vif, instance())).toEqual([]);
    await osVif.unplug(vif, instance());
    expect(await host.links.get('macvtap0')).toBeUndefined();
  },
);

test('libvirt is told of the VLAN device that the plug makes, if libvirt makes the macvtap device', async () => {
  const host = hostWithNic();
  await using osVif = await OsVif.open({ host });
  const vif = directVif({
    vifName: undefined,
    devAddress: undefined,
    mode: 'passthrough',
    vlanName: 'eth0.7',
    network,
  });
  await osVif.plug(vif, instance());
  expect(await host.links.get('eth0.7')).toMatchObject({ kind: 'vlan', vlan: { id: 7 } });
  expect(toInterfaceXml(vif, { virtType: 'kvm' })).toContain('<source dev="eth0.7" mode="passthrough"/>');
});

test.each(['passthrough', 'vepa', 'bridge'] as const)(
  'in mode %s a VLAN without a name for its device is refused',
  async (mode) => {
    await using osVif = await OsVif.open({ host: hostWithNic() });
    const vif = directVif({ devAddress: undefined, mode, network });
    await expect(osVif.plug(vif, instance())).rejects.toThrow('is on VLAN 7 and names no VLAN device: set vlanName');
  },
);

test('libvirt is told of the virtual function, and not of a VLAN device, if the guest has the function for itself', () => {
  const vif = directVif({
    vifName: undefined,
    mode: 'passthrough',
    devAddress: '0000:03:10.1',
    vlanName: 'eth0.7',
    network,
  });
  expect(new MacvtapPlugin().wire(vif)).toMatchObject([{ kind: 'virtual-function', name: '0000:03:10.1', vlan: 7 }]);
  const xml = toInterfaceXml(vif, { virtType: 'kvm', interfaceNameOf: () => 'vf1' });
  expect(xml).toContain('<source dev="vf1" mode="passthrough"/>');
});

test.each(['passthrough', 'vepa', 'bridge'] as const)('libvirt is not told of the untagged NIC in mode %s', (mode) => {
  const vif = directVif({ vifName: undefined, devAddress: undefined, mode, network });
  expect(() => toInterfaceXml(vif, { virtType: 'kvm' })).toThrow('names no VLAN device: set vlanName');
});

test('a second guest does not get a VLAN device that one guest has for itself', async () => {
  await using osVif = await OsVif.open({ host: hostWithNic() });
  const own = { devAddress: undefined, mode: 'passthrough', vlanName: 'eth0.7', network } as const;
  await osVif.plug(directVif(own), instance());
  const second = directVif({ ...own, id: '00000000-0000-4000-8000-000000000002', vifName: 'macvtap1' });
  await expect(osVif.plug(second, instance())).rejects.toThrow('eth0.7 already has the device macvtap0');
});

function hostWithNic(): MemoryHost {
  const host = new MemoryHost();
  host.links.addNic({ name: 'eth0', up: true });
  return host;
}
