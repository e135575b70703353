/** What we write is what libvirt takes: each VIF class, each profile, each option. */
import { describe, expect, test } from 'vitest';
import {
  Network,
  type VIFBase,
  VIFHostDevice,
  VIFPortProfile8021Qbg,
  VIFPortProfile8021Qbh,
  VIFPortProfileFPTap,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
} from '../../src/entries/index.ts';
import { type GuestInterface, toHostdevXml, toInterfaceXml } from '../../src/entries/libvirt.ts';
import { vifFromNetworkInfo } from '../../src/entries/neutron.ts';
import { guestOf, ROWS } from '../neutron/nova-vectors.ts';
import { LIBVIRT_MISSING, requireAccepted } from './libvirt.ts';
import {
  bridgeVif,
  common,
  directVif,
  genericVif,
  hostDeviceVif,
  ID,
  ovsVif,
  PCI,
  vhostUserVif,
} from './vif-builders.ts';

const QBG = new VIFPortProfile8021Qbg({ managerId: 255, typeId: 0xffffff, typeIdVersion: 0, instanceId: ID });
const QBG_WITHOUT_INSTANCE = new VIFPortProfile8021Qbg({ managerId: 11, typeId: 1193047, typeIdVersion: 2 });
const QBH = new VIFPortProfile8021Qbh({ profileId: 'MyPortProfile' });

const VIFS: Readonly<Record<string, VIFBase>> = {
  VIFGeneric: genericVif(),
  'VIFGeneric of the tap plugin': genericVif({
    plugin: 'tap',
    portProfile: new VIFPortProfileFPTap({ macAddress: null }),
  }),
  'VIFGeneric without MTU': genericVif({ network: new Network({}) }),
  VIFBridge: bridgeVif(),
  VIFOpenVSwitch: ovsVif(),
  'VIFOpenVSwitch with a profile id': ovsVif({ profileId: 'a<b>&"c\'' }),
  'VIFOpenVSwitch whose port is made': ovsVif({ createPort: true }),
  'VIFOpenVSwitch whose TAP is made': ovsVif({ createPort: true, createTap: true }),
  'VIFDirect vepa': directVif('vepa'),
  'VIFDirect bridge': directVif('bridge'),
  'VIFDirect passthrough': directVif('passthrough'),
  'VIFDirect on a VLAN device': directVif('bridge', { vlanName: 'eth0.100', network: new Network({ vlan: 100 }) }),
  'VIFDirect on a virtual function with a VLAN': directVif('passthrough', {
    devAddress: PCI,
    network: new Network({ vlan: 4094 }),
  }),
  'VIFDirect whose device is made': directVif('vepa', { plugin: 'macvtap', vifName: 'macvtap0' }),
  'VIFDirect 802.1Qbg': directVif('vepa', { portProfile: QBG }),
  'VIFDirect 802.1Qbg without an instance': directVif('vepa', { portProfile: QBG_WITHOUT_INSTANCE }),
  'VIFDirect 802.1Qbh': directVif('passthrough', { devAddress: PCI, portProfile: QBH }),
  'VIFVHostUser server': vhostUserVif(),
  'VIFVHostUser client': vhostUserVif({ mode: 'client' }),
  'VIFVHostUser without name': vhostUserVif({ vifName: undefined }),
  VIFHostDevice: hostDeviceVif(),
  'VIFHostDevice with a VLAN': hostDeviceVif(undefined, { vlan: 1 }),
  'VIFHostDevice 802.1Qbh': hostDeviceVif(QBH),
  'VIFHostDevice with a representor': hostDeviceVif(new VIFPortProfileOVSRepresentor({ interfaceId: ID })),
};

const RATE = { average: 1, peak: 4294967295, burst: 300 };
const GUESTS: Readonly<Record<string, GuestInterface>> = {
  'a KVM guest': guest({}),
  'a QEMU guest': guest({ virtType: 'qemu' }),
  'one with queues': guest({ queues: 256 }),
  'one with longer rings': guest({ rxQueueSize: 1024, txQueueSize: 512 }),
  'a QEMU guest with longer rings': guest({ virtType: 'qemu', rxQueueSize: 256 }),
  'one with packed rings': guest({ packed: true }),
  'one with limits': guest({ bandwidth: { inbound: RATE, outbound: { average: 10 } } }),
  'one with one limit': guest({ bandwidth: { outbound: RATE } }),
  'one that connects again': guest({ reconnect: 1 }),
  'one that others are kept from': guest({ isolateGuests: true }),
  'one with an e1000': guest({ model: 'e1000', queues: 2, packed: true }),
  'one with everything': guest({
    queues: 4,
    rxQueueSize: 512,
    txQueueSize: 256,
    packed: true,
    reconnect: 10,
    bandwidth: { inbound: RATE },
  }),
};

describe.skipIf(LIBVIRT_MISSING !== undefined)(
  `libvirt accepts${LIBVIRT_MISSING ? ` (${LIBVIRT_MISSING})` : ''}`,
  () => {
    test.each(Object.entries(VIFS))('%s, for every guest', (_, vif) => {
      const guests = Object.values(GUESTS).filter(({ model }) => model === undefined || !(vif instanceof VIFVHostUser));
      requireAccepted(...guests.map((of) => toInterfaceXml(vif, of)));
    });

    test.each(Object.entries(GUESTS))('a vDPA device, for %s', (_, of) => {
      requireAccepted(toInterfaceXml(hostDeviceVif(), { ...of, vdpaDeviceOf: () => '/dev/vhost-vdpa-0' }));
    });

    test('a whole device', () => {
      requireAccepted(toHostdevXml(new VIFHostDevice({ ...common(), devType: 'generic', devAddress: 'ffff:ff:1f.7' })));
    });

    test.each(['lan9118', 'e1000e', 'igb', 'ne2k_pci', 'pcnet', 'rtl8139', 'spapr-vlan', 'virtio', 'vmxnet3'])(
      'the model %s',
      (model) => {
        requireAccepted(toInterfaceXml(genericVif(), guest({ virtType: 'qemu', model })));
      },
    );

    test('every VIF of nova, 802.1Qbg included', () => {
      const usable = ROWS.filter(({ xml, osvif }) => osvif !== null && typeof xml['kvm-plain'] === 'string');
      const devices = usable.flatMap((row) =>
        Object.keys(row.xml).map((flavour) => toInterfaceXml(vifFromNetworkInfo(row.vif), guestOf(flavour, row.vif))),
      );
      expect(devices.length).toBeGreaterThan(100);
      requireAccepted(...devices);
    });

    test('but not four <parameters> for 802.1Qbg, which nova writes', () => {
      const xml = ROWS.find(({ name }) => name === '802.1qbg')?.xml['kvm-plain'];
      expect(() => requireAccepted(String(xml))).toThrow(/failed|Invalid|error/i);
    });
  },
);

function guest(values: Partial<GuestInterface>): GuestInterface {
  return { virtType: 'kvm', interfaceNameOf: () => 'eth7', ...values };
}
