/** The rules of the elements, where nova's vectors don't show them. */
import { describe, expect, test } from 'vitest';
import {
  Network,
  VIFGeneric,
  VIFHostDevice,
  VIFNestedDPDK,
  VIFOpenVSwitch,
  VIFPortProfile8021Qbh,
  VIFPortProfileFPBridge,
} from '../../src/entries/index.ts';
import { type GuestInterface, LibvirtXmlError, toHostdevXml, toInterfaceXml } from '../../src/entries/libvirt.ts';
import { bridgeVif, common, directVif, genericVif, hostDeviceVif, ovsVif, PCI, vhostUserVif } from './vif-builders.ts';

const KVM: GuestInterface = { virtType: 'kvm' };

describe('the device on the host', () => {
  test('a TAP that the plugin made must not be made again', () => {
    expect(toInterfaceXml(genericVif({ plugin: 'tap' }), KVM)).toContain('<target dev="tapdc065497-3c" managed="no"/>');
    expect(toInterfaceXml(ovsVif({ createTap: true }), KVM)).toContain('managed="no"');
  });

  test('libvirt may make any other TAP', () => {
    expect(toInterfaceXml(genericVif({ plugin: 'ivs' }), KVM)).not.toContain('managed');
    expect(toInterfaceXml(ovsVif({ createPort: true }), KVM)).not.toContain('managed');
    expect(toInterfaceXml(bridgeVif(), KVM)).not.toContain('managed');
  });

  test('libvirt makes the macvtap device of a VIFDirect, unless the plugin macvtap did', () => {
    expect(toInterfaceXml(directVif('vepa', { plugin: 'macvtap' }), KVM)).toContain('<source dev="eth0" mode="vepa"/>');
    expect(toInterfaceXml(directVif('vepa', { plugin: 'macvtap', vifName: 'macvtap0' }), KVM)).toMatch(
      /type="ethernet".*<target dev="macvtap0" managed="no"\/>/,
    );
  });

  test('guests are kept from each other by the mode private, and only in the mode bridge', () => {
    const isolated = { ...KVM, isolateGuests: true };
    expect(toInterfaceXml(directVif('bridge'), isolated)).toContain('mode="private"');
    expect(toInterfaceXml(directVif('vepa'), isolated)).toContain('mode="vepa"');
  });

  test('a VIFDirect is on its VLAN device, or on the device of its PCI address, or on the one that the network goes by', () => {
    const named = { ...KVM, interfaceNameOf: (address: string) => (address === PCI ? 'ens1f0v1' : undefined) };
    expect(toInterfaceXml(directVif('bridge', { vlanName: 'eth0.7', devAddress: PCI }), named)).toContain(
      'dev="eth0.7"',
    );
    expect(toInterfaceXml(directVif('bridge', { devAddress: PCI }), named)).toContain('dev="ens1f0v1"');
    expect(toInterfaceXml(directVif('bridge'), named)).toContain('dev="eth0"');
    expect(() => toInterfaceXml(directVif('bridge', { devAddress: PCI }), KVM)).toThrow(
      /interfaceNameOf returned no device for 0000:0a:00.1/,
    );
    expect(() => toInterfaceXml(directVif('bridge', { network: new Network({}) }), KVM)).toThrow(
      /devAddress or network.bridgeInterface/,
    );
  });

  test('a client of a vhost-user socket connects again when it is asked to; a server waits anyway', () => {
    const again = { ...KVM, reconnect: 5 };
    expect(toInterfaceXml(vhostUserVif({ mode: 'client' }), again)).toContain('<reconnect enabled="yes" timeout="5"/>');
    expect(toInterfaceXml(vhostUserVif({ mode: 'server' }), again)).not.toContain('reconnect');
  });

  test('a passed-through device is vDPA where the host says so', () => {
    const of = (address: string) => (address === PCI ? '/dev/vhost-vdpa-3' : undefined);
    expect(toInterfaceXml(hostDeviceVif(), { ...KVM, vdpaDeviceOf: of })).toMatch(
      /type="vdpa".*dev="\/dev\/vhost-vdpa-3"/,
    );
    expect(toInterfaceXml(hostDeviceVif(), { ...KVM, vdpaDeviceOf: () => undefined })).toContain(
      'type="hostdev" managed="yes"',
    );
  });

  test('a NIC tags frames, unless a VLAN device of the host does', () => {
    expect(toInterfaceXml(hostDeviceVif(undefined, { vlan: 7 }), KVM)).toContain('<vlan><tag id="7"/></vlan>');
    expect(toInterfaceXml(hostDeviceVif(undefined, { vlan: 7, shouldProvideVlan: true }), KVM)).not.toContain('vlan');
    expect(toInterfaceXml(hostDeviceVif(undefined, { vlan: 0 }), KVM)).not.toContain('vlan');
    expect(() => toInterfaceXml(hostDeviceVif(undefined, { vlan: 4095 }), KVM)).toThrow(/network.vlan.*0 to 4094/);
    const profile = new VIFPortProfile8021Qbh({ profileId: 'p' });
    expect(toInterfaceXml(hostDeviceVif(profile, { vlan: 7 }), KVM)).not.toContain('vlan');
  });
});

describe('the NIC of the guest', () => {
  test('an unusual model has no driver to speak of', () => {
    expect(toInterfaceXml(genericVif(), { ...KVM, model: 'e1000', queues: 4 })).toMatch(/<model type="e1000"\/><mtu/);
  });

  test('the model null leaves the choice to libvirt, and has no driver', () => {
    const xml = toInterfaceXml(genericVif(), { ...KVM, model: null, queues: 4, packed: true });
    expect(xml).toMatch(/<mac [^>]*\/><mtu /);
    expect(toInterfaceXml(genericVif(), { virtType: 'qemu', model: null })).not.toMatch(/model|driver/);
    expect(() => toInterfaceXml(vhostUserVif(), { ...KVM, model: null })).toThrow(/is virtio, not without a model/);
  });

  test('the hypervisor must have the model', () => {
    expect(() => toInterfaceXml(genericVif(), { ...KVM, model: 'lan9118' })).toThrow(
      /kvm has no "lan9118"; it has virtio, /,
    );
    expect(() => toInterfaceXml(genericVif(), { virtType: 'lxc', model: 'virtio' })).toThrow(/none to choose from/);
    expect(toInterfaceXml(genericVif(), { virtType: 'lxc' })).not.toContain('model');
  });

  test('the rings of a vhost-user port have a size each, those of a TAP only the receiving ones', () => {
    const rings = { ...KVM, rxQueueSize: 512, txQueueSize: 256 };
    expect(toInterfaceXml(vhostUserVif(), rings)).toContain('<driver rx_queue_size="512" tx_queue_size="256"/>');
    expect(toInterfaceXml(genericVif(), rings)).toContain('<driver name="vhost" rx_queue_size="512"/>');
    expect(toInterfaceXml(hostDeviceVif(), rings)).not.toContain('driver');
  });

  test.each([
    ['queues', { queues: 0 }, /queues: expected a whole number from 1 to 256, found 0/],
    ['a ring', { rxQueueSize: 300 }, /rxQueueSize: expected 256, 512 or 1024, found 300/],
    ['a rate', { bandwidth: { inbound: { average: 1.5 } } }, /bandwidth.inbound.average.*found 1.5/],
    ['a hypervisor', { virtType: JSON.parse('"xen"') }, /virtType: expected one of kvm, .*found "xen"/],
  ])('%s out of range is refused', (_, values, message) => {
    expect(() => toInterfaceXml(genericVif(), { ...KVM, ...values })).toThrow(message);
  });

  test('a direction without an average has no limit', () => {
    const bandwidth = { inbound: { peak: 10 }, outbound: { average: 5 } };
    expect(toInterfaceXml(genericVif(), { ...KVM, bandwidth })).toContain(
      '<bandwidth><outbound average="5"/></bandwidth>',
    );
    expect(toInterfaceXml(genericVif(), { ...KVM, bandwidth: { inbound: { peak: 10 } } })).not.toContain('bandwidth');
  });
});

describe('what no element can be made of is refused', () => {
  const generic = new VIFHostDevice({ ...common(), devType: 'generic', devAddress: PCI });
  test.each([
    ['a VIF without name', new VIFGeneric(common()), /VIFGeneric: vifName must be set/],
    ['a VIF without address', genericVif({ address: null }), /VIFGeneric.address is null/],
    ['a whole device', generic, /use toHostdevXml/],
    ['a port of a pod', new VIFNestedDPDK(common()), /no <interface> for a VIFNestedDPDK/],
    [
      'Open vSwitch without profile',
      new VIFOpenVSwitch({ ...common(), vifName: 'tap1' }),
      /VIFPortProfileOpenVSwitch.*has none/,
    ],
    [
      "Open vSwitch with another's profile",
      new VIFOpenVSwitch({ ...common(), vifName: 'tap1', portProfile: new VIFPortProfileFPBridge() }),
      /has a VIFPortProfileFPBridge/,
    ],
    ['802.1Qbh without profile id', hostDeviceVif(new VIFPortProfile8021Qbh()), /profileId must be set/],
    ['an MTU that no device has', genericVif({ network: new Network({ mtu: 67 }) }), /network.mtu.*68 to 65535/],
  ])('%s', (_, vif, message) => {
    expect(() => toInterfaceXml(vif, KVM)).toThrow(message);
  });

  test.each(['01:00:5e:00:00:01', 'ff:ff:ff:ff:ff:ff', '71:ce:c7:8b:cd:dc', '00:00:00:00:00:00'])(
    'the address %s',
    (address) => {
      for (const vif of [genericVif({ address }), bridgeVif({ address }), vhostUserVif({ address })]) {
        expect(() => toInterfaceXml(vif, KVM)).toThrow(LibvirtXmlError);
        expect(() => toInterfaceXml(vif, KVM)).toThrow(
          `${vif.type}.address: expected a unicast MAC address: the first byte is even, and not all bytes are 0, found "${address}"`,
        );
      }
    },
  );

  test('what is no whole device is no <hostdev>', () => {
    expect(() => toHostdevXml(hostDeviceVif())).toThrow(LibvirtXmlError);
    expect(() => toHostdevXml(genericVif())).toThrow(/a VIFGeneric is no <hostdev>: use toInterfaceXml/);
    expect(toHostdevXml(generic)).toContain('<address domain="0x0000" bus="0x0a" slot="0x00" function="0x1"/>');
  });
});
