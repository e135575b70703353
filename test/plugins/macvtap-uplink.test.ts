/** A NIC in switchdev mode lists the representors of its virtual functions beside its uplink: guests go to the uplink. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { uplinkOf } from '../../src/host-contract/uplink.ts';
import { Network } from '../../src/objects/network.ts';
import { OsVif } from '../../src/os-vif.ts';
import { directVif, instance } from './vifs.ts';

const PF = '0000:03:00.0';
const VF = '0000:03:10.1';

/** Devices of one PCI function by name, with their port names on its switch. */
function hostWith(ports: Readonly<Record<string, string | undefined>>): MemoryHost {
  const host = new MemoryHost();
  for (const [name, portName] of Object.entries(ports)) {
    host.links.addNic({ name, up: true, virtualFunctions: name.startsWith('ens') ? 2 : 0 });
    host.pci.addSwitchPort(name, { switchId: 'abc', ...(portName !== undefined && { portName }) });
  }
  host.pci.add(PF, { interfaces: Object.keys(ports) });
  host.links.addNic({ name: 'vf1' });
  host.pci.add(VF, { interfaces: ['vf1'], physicalFunction: { address: PF, number: 1 } });
  return host;
}

test.each([
  ['of a named uplink', { aext9: 'pf0vf1', ens1f0: 'p0' }],
  ['of an uplink whose port is split', { aext9: 'pf0vf1', asub0: 'pf0sf8', ens1f0: 'p0s1' }],
  ['of a driver that numbers its representors', { aext9: '1', ens1f0: undefined }],
  ['of an external controller', { aext9: 'c1pf0vf0', apf0: 'c1pf0', ens1f0: 'p1' }],
])('the macvtap device stands on the uplink: %s', async (_, ports) => {
  const host = hostWith(ports);
  await using osVif = await OsVif.open({ host });
  const vif = directVif({ devAddress: PF, mode: 'bridge', network: new Network({}) });
  await osVif.plug(vif, instance());
  expect(await host.links.get('macvtap0')).toMatchObject({ lower: (await host.links.get('ens1f0'))?.index });
  expect(await osVif.check(vif, instance())).toEqual([]);
  expect(await uplinkOf(PF, host.pci)).toBe('ens1f0');
});

test('the address and the VLAN of a virtual function are set on the uplink', async () => {
  const host = hostWith({ aext9: 'pf0vf1', ens1f0: 'p0' });
  await using osVif = await OsVif.open({ host });
  await osVif.plug(directVif({ devAddress: VF, mode: 'passthrough', network: new Network({ vlan: 7 }) }), instance());
  const { index = 0 } = (await host.links.get('ens1f0')) ?? {};
  expect((await host.links.virtualFunctions(index))[1]).toMatchObject({ vlan: 7, mac: 'fa:16:3e:4a:5b:6c' });
});

test('of two ports of a NIC without switchdev mode, the first is used', async () => {
  const host = new MemoryHost();
  for (const name of ['enp3s0', 'enp3s0d1']) host.links.addNic({ name, up: true });
  host.pci.add(PF, { interfaces: ['enp3s0', 'enp3s0d1'] });
  await using osVif = await OsVif.open({ host });
  await osVif.plug(directVif({ devAddress: PF, mode: 'bridge' }), instance());
  expect(await host.links.get('macvtap0')).toMatchObject({ lower: (await host.links.get('enp3s0'))?.index });
});
