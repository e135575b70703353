/** The owner tag of a device: its alias, or its interface group while it has no alias yet. */

import { birthGroup, hasBirthMark } from './interface-groups.ts';
import type { Link } from './links.ts';

const PREFIX = 'os-vif:';

/** The owner of a device that several VIFs use. Its alias has this word in place of the id of a VIF. */
export const SHARED_OWNER = 'shared';

/** The ifalias of each device that os-vif creates for an owner: `os-vif:` and the id of the VIF. */
export function aliasOf(owner: string): string {
  return `${PREFIX}${owner}`;
}

/** The owner in the alias of the device. Undefined for a device of another program, and for one without an alias yet. */
export function ownerOf(link: Pick<Link, 'alias'>): string | undefined {
  return link.alias.startsWith(PREFIX) ? link.alias.slice(PREFIX.length) : undefined;
}

/** Whether the device belongs to this owner, also when the process that created it was killed before it set the alias. */
export function isOwnedBy(link: Link, owner: string): boolean {
  return ownerOf(link) === owner || (link.alias === '' && link.group === birthGroup(aliasOf(owner)));
}

/** Whether os-vif created the device and was killed before it set the alias. Only `isOwnedBy` can then tell the owner. */
export function isUnnamed(link: Link): boolean {
  return link.alias === '' && hasBirthMark(link);
}
