/** How a device that several VIFs use goes, without being taken from under one that is just coming to it. */

import { MissingLinkError } from '../../errors/link.ts';
import type { Host } from '../../host-contract/host.ts';
import type { Link } from '../../host-contract/links.ts';

/**
 * The interface group of a shared device that is about to go. Who deletes it says so first and then looks for users; who comes
 * to use it first uses it and then looks whether it is about to go. So one of the two always sees the other, in whatever process.
 */
const LEAVING_GROUP = 0x4d000000;

/** Whether somebody is about to delete this shared device. */
export function isLeaving({ group }: Link): boolean {
  return group === LEAVING_GROUP;
}

/** Deletes the device unless it has users; returns whether it did. */
export async function deleteUnused({ links }: Host, { index }: Link): Promise<boolean> {
  await links.change(index, { group: LEAVING_GROUP });
  if ((await links.list()).some(({ master, lower }) => master === index || lower === index)) {
    await links.change(index, { group: 0 });
    return false;
  }
  await links.deleteAll([index]);
  return true;
}

/** @throws MissingLinkError when the device that was just put to use is about to go, so that the plug starts over */
export async function requireStaying({ links }: Host, index: number, neededBy: string): Promise<void> {
  if (index === 0) return;
  const link = await links.get(index);
  if (link === undefined || isLeaving(link)) throw new MissingLinkError(link?.name ?? `of index ${index}`, neededBy);
}
