/** A PCI device of the host that the guest gets as a whole. */
import { LibvirtXmlError } from '../errors/libvirt.ts';
import { type VIFBase, VIFHostDevice } from '../objects/vif.ts';
import { writeXml, type XmlElement } from './xml.ts';

/**
 * The `<hostdev>` element of a VIFHostDevice whose device is passed on as it is (`devType` is `generic`): a physical function, or
 * InfiniBand. The guest sets MAC address and VLAN itself.
 *
 * @see https://libvirt.org/formatdomain.html#usb-pci-scsi-devices
 * @throws LibvirtXmlError for any other VIF: `toInterfaceXml` has an element for it
 * @throws UnsetFieldError where the VIF does not say which device
 */
export function toHostdevXml(vif: VIFBase): string {
  if (!(vif instanceof VIFHostDevice) || vif.require('devType').devType !== 'generic') {
    const what = vif instanceof VIFHostDevice ? 'VIFHostDevice that is an Ethernet interface' : vif.type;
    throw new LibvirtXmlError(`a ${what} is no <hostdev>: use toInterfaceXml`);
  }
  const { devAddress } = vif.require('devAddress');
  return writeXml({
    name: 'hostdev',
    attributes: { mode: 'subsystem', type: 'pci', managed: 'yes' },
    children: [{ name: 'source', children: [pciAddressElement(devAddress)] }],
  });
}

/** `<address>` of a PCI device, `0000:3b:00.1`. */
export function pciAddressElement(address: string, type?: 'pci'): XmlElement {
  const [domain, bus, slot, func] = address.split(/[:.]/);
  const hex = { domain: `0x${domain}`, bus: `0x${bus}`, slot: `0x${slot}`, function: `0x${func}` };
  return { name: 'address', attributes: { type, ...hex } };
}
