/** How a device says whose it is: by its alias, and until it has one by its interface group. */

import type { Link } from './links.ts';

const PREFIX = 'os-vif:';

/** Devices that several VIFs use belong to none of them; their alias says `shared` in place of an id. */
export const SHARED_OWNER = 'shared';

/** The ifalias of every device made for a VIF: `os-vif:` and the VIF's id. */
export function aliasOf(owner: string): string {
  return `${PREFIX}${owner}`;
}

/** Whose device this is: the id in its alias, or undefined when this library didn't make it or has not named it yet. */
export function ownerOf(link: Pick<Link, 'alias'>): string | undefined {
  return link.alias.startsWith(PREFIX) ? link.alias.slice(PREFIX.length) : undefined;
}

/** Whether this device was made for this owner; also when the process was killed before it could set the alias. */
export function isOwnedBy(link: Link, owner: string): boolean {
  return ownerOf(link) === owner || (link.alias === '' && link.group === birthGroup(aliasOf(owner)));
}

/** Whether this device was made by this library and killed before it was named; whose it is, only its owner can tell. */
export function isUnnamed(link: Link): boolean {
  return link.alias === '' && link.group >>> 24 === MARK;
}

/**
 * The interface group in which a device with this alias is made.
 * The kernel takes a group but no alias in the request that makes a device, so this is what tells ours until the next request.
 */
export function birthGroup(alias: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(alias)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return ((MARK << 24) | (hash & 0xffffff)) >>> 0;
}

/** An arbitrary first byte; people number their groups from 1. */
const MARK = 0x4f;
