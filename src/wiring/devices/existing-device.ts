/** Finds a device of the host by its name, or by its PCI address if the name is not known in advance. */

import { LinkValueError, MissingLinkError } from '../../errors/link.ts';
import type { Host } from '../../host-contract/host.ts';
import { isLinkName, requireLinkName } from '../../host-contract/link-values.ts';
import type { Link } from '../../host-contract/links.ts';
import { interfacesByRank } from '../../host-contract/uplink.ts';
import { PCI_ADDRESS } from '../../text/pci-address.ts';
import { sleep } from '../../wiring/timing.ts';
import type { DrawnThing } from '../drawing.ts';
import type { Drift, ElementContext } from '../elements/verbs.ts';

/** An existing device: its name, or the PCI address of its function. */
export type ExistingDevice = string | { readonly pciAddress: string };

export function requireDevice(device: ExistingDevice): void {
  if (typeof device === 'string') {
    requireLinkName(device);
  } else if (!PCI_ADDRESS.test(device.pciAddress)) {
    throw new LinkValueError(`${JSON.stringify(device.pciAddress)} is not a PCI address such as 0000:03:10.1`);
  }
}

/** Returns the node of the device in a diagram. Packets leave the host through this device. */
export function drawnDevice(device: ExistingDevice): DrawnThing {
  return typeof device === 'string'
    ? { place: 'device', name: device, uplink: true }
    : { place: 'function', name: device.pciAddress, uplink: true };
}

/**
 * Finds the device.
 *
 * @throws MissingLinkError if the device does not exist
 */
export async function findDevice(device: ExistingDevice, context: ElementContext, neededBy: string): Promise<Link> {
  const found = await lookForDevice(device, context);
  if (found !== undefined) return found;
  throw missing(device, neededBy);
}

/** Lists the drift of a missing device. The list is empty if the wiring makes the device. */
export function inspectMissing(device: ExistingDevice, { made }: ElementContext, neededBy: string): Drift[] {
  const on = typeof device === 'string' ? device : device.pciAddress;
  return made?.has(on) ? [] : [{ type: 'missing', on, reason: missing(device, neededBy).message }];
}

function missing(device: ExistingDevice, neededBy: string): MissingLinkError {
  return new MissingLinkError(typeof device === 'string' ? device : `of PCI function ${device.pciAddress}`, neededBy);
}

export async function lookForDevice(device: ExistingDevice, { host }: ElementContext): Promise<Link | undefined> {
  if (typeof device === 'string') return host.links.get(device);
  for (const name of await interfacesByRank(device.pciAddress, host.pci)) {
    const link = await host.links.get(name);
    if (link) return link;
  }
  return undefined;
}

/**
 * Whether a device of this name may exist. The kernel creates the sysctl files of a device together with the
 * device (inetdev_init()). A query of such a file takes a tenth of the time of an rtnetlink request, because
 * an rtnetlink request waits while other programs change devices.
 */
export async function mayExist(name: string, { sysctl }: Host): Promise<boolean> {
  return (await sysctl.get(`net/ipv4/conf/${name}/forwarding`)) !== undefined;
}

/**
 * Returns the device of this name. No device has a name that is not valid. The query may miss a
 * device that another process is creating. If the kernel then refuses a new device because the name
 * exists, use `links.get`.
 */
export async function getIfPresent(name: string, host: Host): Promise<Link | undefined> {
  return isLinkName(name) && (await mayExist(name, host)) ? host.links.get(name) : undefined;
}

/** Pauses between queries of a device that another process is creating or deleting, in ms. */
export const PAUSES = [5, 10, 20, 50, 100, 200, 400];

/** The pauses of a check, which waits less than a plug. */
export const FEW_PAUSES = PAUSES.slice(0, 4);

/**
 * Returns the device. A TAP that another program is creating is looked up again after each pause,
 * until it has its alias. It may be a TAP of this VIF.
 */
export async function completeLink(
  name: string,
  pauses: readonly number[],
  { host: { links } }: ElementContext,
): Promise<Link | undefined> {
  let link = await links.get(name);
  for (const pause of pauses) {
    if (link === undefined || !isBeingMade(link)) return link;
    await sleep(pause);
    link = await links.get(name);
  }
  return link;
}

/**
 * Whether another program is creating the TAP device. Such a device is not persistent and has no
 * alias yet.
 */
export function isBeingMade(link: Link): boolean {
  return link.tap?.persistent === false && link.alias === '';
}
