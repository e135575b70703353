/**
 * Finds devices that another program made under the names of a VIF, and that only lack the tag of the VIF.
 */

import type { Link } from '../../host-contract/links.ts';
import { isUnnamed } from '../../host-contract/ownership.ts';
import type { ElementContext } from '../elements/verbs.ts';
import type { DesiredLink } from './desired-link.ts';
import { getIfPresent } from './existing-device.ts';
import { fixedDifferences } from './link-differences.ts';

/**
 * Properties that tell which device it is.
 * The others of those that a device keeps, such as the queues of a TAP device, are reported.
 */
const IDENTITY = /^(lower|vlan\.|settings\.)/;

/**
 * The device, if it has the right kind and no owner. A device with any alias has an owner.
 * A shared device needs no tag: each VIF may use it.
 */
export async function adoptableLinks(
  { link: desired, shared }: DesiredLink,
  { host }: ElementContext,
): Promise<Link[]> {
  if (shared) return [];
  const link = await getIfPresent(desired.name, host);
  if (link?.kind !== desired.kind || !hasNoOwner(link)) return [];
  return fixedDifferences(link, desired).some(({ property }) => IDENTITY.test(property)) ? [] : [link];
}

/** A TAP device that ends with the program that opened it belongs to that program. */
export function hasNoOwner(link: Link): boolean {
  return link.alias === '' && !isUnnamed(link) && link.tap?.persistent !== false;
}
