/** Finds devices that another program made under the names of a VIF and that lack only the tag of the VIF. */

import type { Link } from '../../host-contract/links.ts';
import { isUnnamed } from '../../host-contract/ownership.ts';
import type { ElementContext } from '../elements/verbs.ts';
import { type DesiredLink, requireDesired } from './desired-link.ts';
import { getIfPresent } from './existing-device.ts';
import { fixedDifferences } from './link-differences.ts';

/**
 * The properties that identify a device.
 * Other fixed properties, such as the queues of a TAP device, are reported as differences.
 */
const IDENTITY = /^(lower|vlan\.|settings\.)/;

/**
 * Returns the device if it has the right kind and no owner. A device with any alias has an owner.
 * A shared device needs no tag, because each VIF may use it.
 */
export async function adoptableLinks(device: DesiredLink, context: ElementContext): Promise<Link[]> {
  requireDesired('adoptableLinks', device, context);
  const { link: desired, shared } = device;
  if (shared) return [];
  const link = await getIfPresent(desired.name, context.host);
  if (link?.kind !== desired.kind || !hasNoOwner(link)) return [];
  return fixedDifferences(link, desired).some(({ property }) => IDENTITY.test(property)) ? [] : [link];
}

/**
 * Whether the device has no owner. A TAP device that is not persistent belongs to the program that opened it.
 */
export function hasNoOwner(link: Link): boolean {
  return link.alias === '' && !isUnnamed(link) && link.tap?.persistent !== false;
}
