/** Single guests that are isolated (PEPA) beside guests in modes vepa and bridge on the same device. */
import { describe, expect, test } from 'vitest';
import { asPrivateGuest, isPrivateGuest, MacvtapPlugin, MemoryHost, OsVif } from '../../src/entries/host.ts';
import { VIFDirect } from '../../src/entries/index.ts';
import { toInterfaceXml } from '../../src/entries/libvirt.ts';
import { type NeutronPort, vifFromPort } from '../../src/entries/neutron.ts';
import { NETWORK, port } from '../neutron/ports.ts';
import { directVif, instance } from './vifs.ts';

const MAC = 'fa:16:3e:4a:5b:6c';
const KVM = { virtType: 'kvm' } as const;

describe('a VIF of asPrivateGuest', () => {
  test.each(['vepa', 'bridge'] as const)(
    'in mode %s gets the mode private and a filter; others do not',
    async (mode) => {
      const host = hostWithNic();
      await using osVif = await OsVif.open({ host });
      await osVif.plug(asPrivateGuest(directVif({ mode })), instance());
      const other = directVif({ ...OTHER, mode });
      await osVif.plug(other, instance());
      expect(await host.links.get('macvtap0')).toMatchObject({ macvtap: { mode: 'private' } });
      expect(await host.links.get('macvtap1')).toMatchObject({ macvtap: { mode } });
      expect((await host.ingress.list()).map(({ mac }) => mac)).toEqual([MAC]);
      expect([isPrivateGuest(directVif({ mode })), isPrivateGuest(other)]).toEqual([false, false]);
    },
  );

  test('in mode passthrough has its device for itself, and no filter', () => {
    const wiring = new MacvtapPlugin().wire(asPrivateGuest(directVif({ mode: 'passthrough' })));
    expect(wiring).toMatchObject([{ kind: 'virtual-function' }, { kind: 'macvtap', mode: 'passthru' }]);
  });

  test('that is read from JSON again is unplugged with its filter', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host });
    const vif = asPrivateGuest(directVif({ mode: 'vepa' }));
    await osVif.plug(vif, instance());
    await osVif.unplug(VIFDirect.fromPrimitive(vif.toPrimitive()), instance());
    expect(await host.ingress.list()).toEqual([]);
    expect(await host.links.get('macvtap0')).toBeUndefined();
  });

  test('that is read from JSON again is unplugged with its filter where libvirt made the device', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host });
    const vif = asPrivateGuest(directVif({ mode: 'vepa', vifName: undefined }));
    await osVif.plug(vif, instance());
    await osVif.plug(asPrivateGuest(directVif({ ...OTHER, vifName: undefined })), instance());
    await osVif.unplug(VIFDirect.fromPrimitive(vif.toPrimitive()), instance());
    expect((await host.ingress.list()).map(({ mac }) => mac)).toEqual([OTHER.address]);
  });

  test('that is read from JSON again leaves the filter of another VIF with the name of its device', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host });
    await osVif.plug(asPrivateGuest(directVif({ ...OTHER, vifName: 'macvtap0' })), instance());
    await osVif.unplug(directVif(), instance());
    expect(await host.ingress.list()).toHaveLength(1);
    expect(await host.links.get('macvtap0')).toBeDefined();
  });
});

describe('a function as isolateGuests', () => {
  const isolateGuests = ({ address }: VIFDirect) => address === MAC;
  const plugin = new MacvtapPlugin({ isolateGuests });

  test.each(['vepa', 'bridge'] as const)('chooses the guests in mode %s', (mode) => {
    expect(plugin.wire(directVif({ mode }))).toMatchObject([
      { kind: 'source-mac-filter', name: MAC },
      { kind: 'macvtap', mode: 'private' },
    ]);
    expect(plugin.wire(directVif({ ...OTHER, mode }))).toMatchObject([{ kind: 'macvtap', mode }]);
  });

  test('is the same for libvirt, where libvirt makes the device', () => {
    const xmlOf = (vif: VIFDirect) => toInterfaceXml(vif, { ...KVM, isolateGuests, interfaceNameOf: () => 'eth0' });
    expect(xmlOf(directVif({ vifName: undefined }))).toContain('mode="private"');
    expect(xmlOf(directVif({ ...OTHER, vifName: undefined }))).toContain('mode="vepa"');
  });

  test('is not asked about guests in mode passthrough', () => {
    const all = new MacvtapPlugin({ isolateGuests: () => true });
    expect(all.wire(directVif({ mode: 'passthrough' }))).toMatchObject([
      { kind: 'virtual-function' },
      { kind: 'macvtap', mode: 'passthru' },
    ]);
  });

  test('a word in its place is refused', () => {
    const options: object = { isolateGuests: 'private' };
    expect(() => new MacvtapPlugin(options)).toThrow(/isolateGuests: expected true or false or a function/);
  });
});

describe('a binding with macvtap_mode private', () => {
  test('becomes a VIF in mode vepa, whose guest is private', () => {
    const vif = privateVif();
    expect(vif.toPlain()).toMatchObject({ type: 'VIFDirect', plugin: 'macvtap', mode: 'vepa' });
    expect(isPrivateGuest(vif)).toBe(true);
  });

  test('is plugged with the filter, and libvirt is told the mode private', async () => {
    const host = hostWithNic();
    await using osVif = await OsVif.open({ host });
    const vif = privateVif();
    await osVif.plug(vif, instance());
    expect(await host.ingress.list()).toMatchObject([{ device: 'eth0', mac: vif.address, active: true }]);
    expect(toInterfaceXml(vif, KVM)).toContain('<source dev="eth0" mode="private"/>');
    const { nodes } = await osVif.graph(vif, instance(), { show: 'nothing' });
    expect(nodes.flatMap(({ facts }) => facts)).toContain('mode private');
  });
});

const OTHER = {
  id: '00000000-0000-4000-8000-000000000002',
  vifName: 'macvtap1',
  address: 'fa:16:3e:00:00:02',
} as const;

function privateVif() {
  const details: NeutronPort['binding:vif_details'] = {
    macvtap_source: 'eth0',
    macvtap_mode: 'private',
    physical_interface: 'eth0',
  };
  return vifFromPort(port({ 'binding:vif_type': 'macvtap', 'binding:vif_details': details }), { network: NETWORK });
}

function hostWithNic(): MemoryHost {
  const host = new MemoryHost();
  host.links.addNic({ name: 'eth0', up: true });
  host.pci.add('0000:03:00.0', { interfaces: ['eth0'] });
  return host;
}
