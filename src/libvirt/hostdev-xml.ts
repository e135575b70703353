/** Converts a VIF with a passed-through PCI device to a `<hostdev>` element. */

import { requireArgument } from '../errors/argument.ts';
import { LibvirtXmlError } from '../errors/libvirt.ts';
import { type VIFBase, VIFHostDevice } from '../objects/vif.ts';
import { VIF } from './values.ts';
import { writeXml, type XmlElement } from './xml.ts';

/**
 * The `<hostdev>` element of a VIFHostDevice with `devType` `generic`: a physical function or an InfiniBand
 * device. The guest sets the MAC address and the VLAN.
 *
 * @see https://libvirt.org/formatdomain.html#usb-pci-scsi-devices
 * @throws LibvirtXmlError for every other VIF; use `toInterfaceXml` for those
 * @throws UnsetFieldError if `devAddress` or `devType` is not set
 */
export function toHostdevXml(vif: VIFBase): string {
  requireArgument('toHostdevXml', vif, VIF);
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

/** `<address>` of a PCI device such as `0000:3b:00.1`. */
export function pciAddressElement(address: string, type?: 'pci'): XmlElement {
  const [domain, bus, slot, func] = address.split(/[:.]/);
  const hex = { domain: `0x${domain}`, bus: `0x${bus}`, slot: `0x${slot}`, function: `0x${func}` };
  return { name: 'address', attributes: { type, ...hex } };
}
