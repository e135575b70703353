/** Finds a device of the host by its name, or by its PCI address if its name is not known in advance. */

import { LinkValueError, MissingLinkError } from '../../errors/link.ts';
import type { Host } from '../../host-contract/host.ts';
import { requireLinkName } from '../../host-contract/link-values.ts';
import type { Link } from '../../host-contract/links.ts';
import { PCI_ADDRESS } from '../../text/pci-address.ts';
import type { DrawnThing } from '../drawing.ts';
import type { Site } from './verbs.ts';

/** An existing device: its name, or the PCI address of its function. */
export type ExistingDevice = string | { readonly pciAddress: string };

export function requireDevice(device: ExistingDevice): void {
  if (typeof device === 'string') {
    requireLinkName(device);
  } else if (!PCI_ADDRESS.test(device.pciAddress)) {
    throw new LinkValueError(`${JSON.stringify(device.pciAddress)} is not a PCI address such as 0000:03:10.1`);
  }
}

/** The device in a diagram: packets leave the host by it. */
export function drawnDevice(device: ExistingDevice): DrawnThing {
  return typeof device === 'string'
    ? { place: 'device', name: device, uplink: true }
    : { place: 'function', name: device.pciAddress, uplink: true };
}

/** @throws MissingLinkError if the device does not exist */
export async function findDevice(device: ExistingDevice, site: Site, neededBy: string): Promise<Link> {
  const found = await lookForDevice(device, site);
  if (found !== undefined) return found;
  throw new MissingLinkError(typeof device === 'string' ? device : `of PCI function ${device.pciAddress}`, neededBy);
}

export async function lookForDevice(device: ExistingDevice, { host }: Site): Promise<Link | undefined> {
  if (typeof device === 'string') return host.links.get(device);
  for (const name of await host.pci.interfacesOf(device.pciAddress)) {
    const link = await host.links.get(name);
    if (link) return link;
  }
  return undefined;
}

/**
 * Whether it is worth asking for a device. Every device has this file from its first moment on (the kernel's inetdev_init());
 * to look for it takes a tenth of the time of a request to rtnetlink, which waits for whoever changes devices.
 */
export async function mayBeThere(name: string, { sysctl }: Host): Promise<boolean> {
  return (await sysctl.get(`net/ipv4/conf/${name}/forwarding`)) !== undefined;
}

/** The device of this name, where `mayBeThere`. Who then fails to make one for the name being taken looks again, by `links.get`. */
export async function glanceAt(name: string, host: Host): Promise<Link | undefined> {
  return (await mayBeThere(name, host)) ? host.links.get(name) : undefined;
}
