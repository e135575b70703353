/**
 * The interface groups with which os-vif marks a device for a short time. An interface group is a number of
 * 32 bits that any process can set (`ip link set DEVICE group NUMBER`). Devices usually have group 0, and
 * administrators usually choose small numbers. The first byte of a mark is therefore large. The kernel stores
 * the mark: other processes see it, and it remains when the process that set it ends.
 *
 *     (no device)
 *         |  create: group 0x4f......
 *         v
 *     birth mark: no alias yet ------ the process was killed -----> garbage, until its owner plugs it again
 *         |  set the alias and group 0
 *         v
 *     in use: alias os-vif:..., group 0
 *         |                  |
 *         |                  |  several devices are deleted together: group 0x4e......
 *         |                  v
 *         |              deletion group -----> deleted with one request for the group
 *         |
 *         |  a shared device seems to have no user: group 0x4d000000
 *         v
 *     deletion mark ---- a user was found: group 0 ----> in use
 *         |  no user
 *         v
 *     deleted
 */

import { utf8 } from '../text/utf8.ts';
import type { Link } from './links.ts';

const BIRTH = 0x4f;
const DELETION_MARK = 0x4d;
const DELETION = 0x4e;

/**
 * The group in which LinuxHost creates a device with this alias.
 * Kernel: a request that creates a link may contain a group, but no alias. Until the next request has set the
 * alias, the group identifies os-vif and the owner. Its low 24 bits are the FNV-1a hash of the alias.
 */
export function birthGroup(alias: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8(alias)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return groupOf(BIRTH, hash & LOW_BITS);
}

/** Whether the device has the group in which os-vif creates devices. */
export function hasBirthMark({ group }: Pick<Link, 'group'>): boolean {
  return group >>> 24 === BIRTH;
}

/**
 * The group of a shared device that a process wants to delete. The process sets the group first, and then
 * looks for users of the device. A process that starts to use the device does so first, and then looks at the
 * group. In each order of events one of the two processes sees the other, without a lock.
 */
export const DELETION_MARK_GROUP = groupOf(DELETION_MARK, 0);

/** Whether a process is about to delete this shared device. */
export function isMarkedForDeletion({ group }: Pick<Link, 'group'>): boolean {
  return group === DELETION_MARK_GROUP;
}

/**
 * The group in which devices are deleted together.
 * The random part, of 24 bits, makes sure that no other device has it.
 */
export function deletionGroup(random: number): number {
  return groupOf(DELETION, random & LOW_BITS);
}

function groupOf(firstByte: number, rest: number): number {
  return ((firstByte << 24) | rest) >>> 0;
}

const LOW_BITS = 0xff_ff_ff;
