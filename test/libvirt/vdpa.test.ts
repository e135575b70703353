/** vDPA ports. The class of a VIF does not tell them from ports with a passed-through function. */
import { describe, expect, test } from 'vitest';
import { VIFBase } from '../../src/entries/index.ts';
import { type GuestInterface, LibvirtXmlError, toInterfaceXml } from '../../src/entries/libvirt.ts';
import { vifFromPort } from '../../src/entries/neutron.ts';
import { NETWORK, port } from '../neutron/ports.ts';

const PCI = '0000:0a:00.1';
const KVM: GuestInterface = { virtType: 'kvm' };
const WITH_DEVICE: GuestInterface = {
  ...KVM,
  vdpaDeviceOf: (address) => (address === PCI ? '/dev/vhost-vdpa-3' : undefined),
};

function vifOf(vnicType: string): VIFBase {
  const given = port({ 'binding:vnic_type': vnicType, 'binding:profile': { pci_slot: PCI } });
  return vifFromPort(given, { network: NETWORK });
}

describe('the VIF of a vDPA port', () => {
  test('is never passed through, because libvirt would take the function from its driver', () => {
    expect(() => toInterfaceXml(vifOf('vdpa'), KVM)).toThrow(LibvirtXmlError);
    expect(() => toInterfaceXml(vifOf('vdpa'), { ...KVM, vdpaDeviceOf: () => undefined })).toThrow(
      /vDPA device of 0000:0a:00\.1 is unknown: vdpaDeviceOf returned no device/,
    );
  });

  test('has its device', () => {
    expect(toInterfaceXml(vifOf('vdpa'), WITH_DEVICE)).toMatch(/type="vdpa".*dev="\/dev\/vhost-vdpa-3"/);
  });
});

test('the VIF of a direct port is passed through, also if its function has a vDPA device', () => {
  expect(toInterfaceXml(vifOf('direct'), WITH_DEVICE)).toContain('<interface type="hostdev"');
});

describe('for a VIF from the wire', () => {
  const fromWire = () => VIFBase.fromPrimitive(vifOf('vdpa').toPrimitive());

  test('the vnic type can be given', () => {
    expect(() => toInterfaceXml(fromWire(), { ...KVM, vnicType: 'vdpa' })).toThrow(/vDPA device/);
    expect(toInterfaceXml(fromWire(), { ...WITH_DEVICE, vnicType: 'vdpa' })).toContain('type="vdpa"');
    expect(toInterfaceXml(fromWire(), { ...WITH_DEVICE, vnicType: 'direct' })).toContain('type="hostdev"');
  });

  test('the device decides otherwise', () => {
    expect(toInterfaceXml(fromWire(), WITH_DEVICE)).toContain('type="vdpa"');
    expect(toInterfaceXml(fromWire(), KVM)).toContain('type="hostdev"');
  });
});

describe('rings of a vDPA device', () => {
  const rings = { ...WITH_DEVICE, rxQueueSize: 512, txQueueSize: 1024 } as const;

  test('have no element, as in nova', () => {
    expect(toInterfaceXml(vifOf('vdpa'), rings)).not.toMatch(/driver|model/);
  });

  test('have their sizes if they are packed', () => {
    expect(toInterfaceXml(vifOf('vdpa'), { ...rings, packed: true })).toContain(
      '<model type="virtio"/><driver rx_queue_size="512" tx_queue_size="1024" packed="on"/>',
    );
  });

  test('are checked also if they have no element', () => {
    expect(() => toInterfaceXml(vifOf('vdpa'), { ...WITH_DEVICE, rxQueueSize: 300 })).toThrow(/rxQueueSize.*300/);
  });
});
