/** Uplinks and their mode as a network of libvirt, and guests that refer to it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asPrivateGuest } from '../../src/entries/host.ts';
import { Network, VIFPortProfile8021Qbg, VIFPortProfile8021Qbh } from '../../src/entries/index.ts';
import { LibvirtXmlError, type MacvtapNetwork, toInterfaceXml, toNetworkXml } from '../../src/entries/libvirt.ts';
import { runs } from '../property-runs.ts';
import { LIBVIRT_MISSING, readAttribute, requireAccepted, requireNetworkAccepted } from './libvirt.ts';
import { bridgeVif, directVif, ID, PCI } from './vif-builders.ts';

const KVM = { virtType: 'kvm' } as const;
const QBG = new VIFPortProfile8021Qbg({ managerId: 255, typeId: 0xffffff, typeIdVersion: 0 });
const QBH = new VIFPortProfile8021Qbh({ profileId: 'a<b>&"c\'' });

const NETWORKS = {
  vepa: networkOf({ mode: 'vepa' }),
  bridge: networkOf({ mode: 'bridge' }),
  private: networkOf({ mode: 'private' }),
  passthrough: networkOf({ mode: 'passthrough' }),
  'two devices': networkOf({ devices: ['eth0', 'bond_0.100-7'] }),
  '802.1Qbg': networkOf({ virtualPort: QBG }),
  '802.1Qbg with an instance': networkOf({ virtualPort: new VIFPortProfile8021Qbg({ ...numbers(), instanceId: ID }) }),
  '802.1Qbh': networkOf({ mode: 'private', virtualPort: QBH }),
  'a VLAN': networkOf({ mode: 'passthrough', vlan: 4094 }),
  'a name to escape': networkOf({ name: `<lab> & "it's" é ${'\u{1f4a9}'}` }),
} satisfies Record<string, MacvtapNetwork>;

test('a network names its devices and its mode', () => {
  expect(toNetworkXml({ name: 'uplink-vepa', devices: ['eth0', 'eth1'], mode: 'vepa' })).toBe(
    '<network><name>uplink-vepa</name><forward mode="vepa"><interface dev="eth0"/><interface dev="eth1"/></forward></network>',
  );
});

test('a network has the port profile and the VLAN of all its guests', () => {
  expect(toNetworkXml(networkOf({ mode: 'passthrough', virtualPort: QBG, vlan: 7 }))).toMatch(
    /<virtualport type="802.1Qbg"><parameters managerid="255" typeid="16777215" typeidversion="0"\/><\/virtualport><vlan><tag id="7"\/><\/vlan><\/network>$/,
  );
});

describe.skipIf(LIBVIRT_MISSING)('libvirt accepts a network', () => {
  test.each(Object.entries(NETWORKS))('with %s', (_, network) => {
    const xml = toNetworkXml(network);
    requireNetworkAccepted(xml);
    expect(readAttribute(xml, '/network/name')).toBe(network.name);
  });

  test('with any name that is not refused, and reads the same name', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
        const xml = xmlOrRefusal(networkOf({ name }));
        fc.pre(xml !== undefined);
        requireNetworkAccepted(xml);
        expect(readAttribute(xml, '/network/name')).toBe(name);
      }),
      runs(20),
    );
  });

  test('to which a guest refers, with and without limits and a port profile', () => {
    requireAccepted(
      toInterfaceXml(directVif('vepa'), { ...KVM, network: NETWORKS.vepa }),
      toInterfaceXml(directVif('vepa'), { ...KVM, network: 'by name', bandwidth: { inbound: { average: 1 } } }),
      toInterfaceXml(directVif('vepa', { portProfile: QBG }), { ...KVM, network: NETWORKS['802.1Qbg'], queues: 2 }),
    );
  });
});

describe('a network is refused', () => {
  test.each<[string, object, RegExp]>([
    ['without a name', { name: '' }, /^name: expected the name of a network/],
    ['with a slash in its name', { name: 'a/b' }, /^name: expected/],
    ['with a line break in its name', { name: 'a\nb' }, /^name: expected/],
    ['with a name that is no text in XML', { name: 'a\ufffe' }, /name: .* has a character that XML does not allow/],
    ['with a name that is too long for a file', { name: 'é'.repeat(126) }, /^name: expected.*1 to 251 bytes/],
    ['without devices', { devices: [] }, /^devices: expected at least one device/],
    ['with a device twice', { devices: ['eth0', 'eth1', 'eth0'] }, /^devices\[2\]: eth0 is listed twice/],
    ['with a bad device', { devices: ['eth0"/><x'] }, /^devices\[0\]: expected the name of a network device/],
    ['with a VLAN in mode vepa', { vlan: 7 }, /^vlan: .*mode vepa; name VLAN devices in devices, such as eth0.7/],
    ['with VLAN 0', { mode: 'passthrough', vlan: 0 }, /^vlan: expected a whole number from 1 to 4094, found 0/],
    ['with another port profile', { virtualPort: {} }, /^virtualPort: expected a VIFPortProfile8021Qbg/],
  ])('%s', (_, values, message) => {
    expect(() => toNetworkXml({ ...networkOf({}), ...values })).toThrow(LibvirtXmlError);
    expect(() => toNetworkXml({ ...networkOf({}), ...values })).toThrow(message);
  });

  test.each<[string, object, RegExp]>([
    ['in another mode', { ...networkOf({}), mode: 'veb' }, /option mode: expected one of bridge, private, vepa/],
    ['with devices that are no array', { ...networkOf({}), devices: 'eth0' }, /devices: expected an array of names/],
    ['with an unknown option', { ...networkOf({}), device: 'eth0' }, /no option "device".*devices/],
  ])('%s, as a wrong argument', (_, network, message) => {
    expect(() => Reflect.apply(toNetworkXml, undefined, [network])).toThrow(message);
  });
});

describe('the interface of a guest', () => {
  test('refers to its network, and has its own port profile', () => {
    const xml = toInterfaceXml(directVif('vepa', { portProfile: QBG }), { ...KVM, network: NETWORKS['802.1Qbg'] });
    expect(xml).toContain('<interface type="network">');
    expect(xml).toContain('<source network="uplink"/>');
    expect(xml).toContain('<virtualport type="802.1Qbg">');
    expect(xml).not.toContain('mode=');
  });

  test('has the MTU of the network, which libvirt refuses for an interface of type direct', () => {
    expect(toInterfaceXml(directVif('vepa'), { ...KVM, network: 'uplink' })).toContain('<mtu size="1450"/>');
    const network = new Network({ bridgeInterface: 'eth0' });
    expect(toInterfaceXml(directVif('vepa', { network }), { ...KVM, network: 'uplink' })).not.toContain('<mtu');
    expect(toInterfaceXml(directVif('vepa'), KVM)).not.toContain('<mtu');
  });

  test('escapes the name of the network', () => {
    expect(toInterfaceXml(directVif('vepa'), { ...KVM, network: '"<&' })).toContain('network="&quot;&lt;&amp;"');
  });

  test('of a private guest refers to a network in mode private on its device alone', () => {
    const vif = asPrivateGuest(directVif('vepa'));
    expect(toInterfaceXml(vif, { ...KVM, network: NETWORKS.private })).toContain('<source network="uplink"/>');
    expect(() => toInterfaceXml(vif, { ...KVM, network: NETWORKS.vepa })).toThrow(/VIF is private, and .* vepa/);
    const two = networkOf({ mode: 'private', devices: ['eth0', 'eth1'] });
    expect(() => toInterfaceXml(vif, { ...KVM, network: two })).toThrow(/private on eth0.*one of eth0, eth1/);
  });

  test.each<[string, ReturnType<typeof directVif>, MacvtapNetwork | string, RegExp]>([
    ['another mode', directVif('bridge'), networkOf({}), /mode of the VIF is bridge, and that of the network vepa/],
    [
      'another device',
      directVif('vepa', { vlanName: 'eth0.7', network: new Network({ vlan: 7 }) }),
      networkOf({}),
      /the VIF is on eth0.7, and the network is on eth0/,
    ],
    ['another profile', directVif('vepa', { portProfile: QBH }), networkOf({ virtualPort: QBG }), /8021Qbh.*8021Qbg/],
    ['a bad network', directVif('vepa'), networkOf({ devices: [] }), /^devices: expected at least one/],
    ['a bad name', directVif('vepa'), 'a/b', /^network: expected the name of a network/],
    [
      'a device that the plugin makes',
      directVif('vepa', { plugin: 'macvtap', vifName: 'macvtap0' }),
      'uplink',
      /plugin macvtap makes macvtap0.*unset vifName/,
    ],
    ['a function', directVif('passthrough', { devAddress: PCI }), 'uplink', /on the function 0000:0a:00.1/],
  ])('with %s is refused', (_, vif, network, message) => {
    expect(() => toInterfaceXml(vif, { ...KVM, network })).toThrow(LibvirtXmlError);
    expect(() => toInterfaceXml(vif, { ...KVM, network })).toThrow(message);
  });

  test('of another class of VIF is refused', () => {
    expect(() => toInterfaceXml(bridgeVif(), { ...KVM, network: 'uplink' })).toThrow(
      /network: expected a VIFDirect, found a VIFBridge/,
    );
  });
});

function numbers() {
  return { managerId: 1, typeId: 2, typeIdVersion: 3 };
}

function networkOf(values: Partial<MacvtapNetwork>): MacvtapNetwork {
  return { name: 'uplink', devices: ['eth0'], mode: 'vepa', ...values };
}

function xmlOrRefusal(network: MacvtapNetwork): string | undefined {
  try {
    return toNetworkXml(network);
  } catch (error) {
    expect(error).toBeInstanceOf(LibvirtXmlError);
    return undefined;
  }
}
