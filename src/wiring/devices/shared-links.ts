/** Deletes a shared device, unless another process starts to use the device at the same time. */

import { MissingLinkError } from '../../errors/link.ts';
import type { Host } from '../../host-contract/host.ts';
import { DELETION_MARK_GROUP, isMarkedForDeletion } from '../../host-contract/interface-groups.ts';
import type { Link } from '../../host-contract/links.ts';

/** Deletes the device if it has no users. Returns whether the device was deleted. */
export async function deleteUnused({ links }: Host, { index }: Link): Promise<boolean> {
  await links.change(index, { group: DELETION_MARK_GROUP });
  if ((await links.list()).some(({ master, lower }) => master === index || lower === index)) {
    await links.change(index, { group: 0 });
    return false;
  }
  await links.deleteAll([index]);
  return true;
}

/**
 * Checks a device that a plug has just started to use.
 * @throws MissingLinkError if the device is missing or marked for deletion. The plug then starts again
 */
export async function requireNotBeingDeleted({ links }: Host, index: number, neededBy: string): Promise<void> {
  if (index === 0) return;
  const link = await links.get(index);
  if (link === undefined || isMarkedForDeletion(link))
    throw new MissingLinkError(link?.name ?? `of index ${index}`, neededBy);
}
