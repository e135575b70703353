/** Lists the network devices, also while other programs add and remove devices all the time. */

import type { Link } from '../../../host-contract/links.ts';
import { findLinks, linksIn } from './expecting.ts';
import { RTM_GETLINK } from './link-attributes.ts';
import { linkHeader, WITHOUT_COUNTERS } from './link-message.ts';
import type { Message } from './message.ts';
import type { NetlinkSocket } from './socket.ts';

/**
 * Lists all devices that exist during the whole call. A device that is added or removed meanwhile
 * may be missing.
 */
export async function listLinks(
  socket: NetlinkSocket,
  decode: (messages: readonly Message[]) => Link[] = linksIn,
): Promise<Link[]> {
  const request = { what: 'list of links', type: RTM_GETLINK, body: linkHeader(), attributes: [WITHOUT_COUNTERS] };
  const lists = await socket.dumps(request, decode);
  return lists.length === 1 ? (lists[0] ?? []) : merge(lists, socket);
}

/**
 * Merges lists that the kernel marked as interrupted. Such a list can lack a device, so the merged
 * list has the devices of all lists. A device that the last list lacks is looked up, because it may
 * have been removed.
 */
async function merge(lists: readonly (readonly Link[])[], socket: NetlinkSocket): Promise<Link[]> {
  const newest = new Map(lists.flat().map((link) => [link.index, link]));
  const last = new Map((lists.at(-1) ?? []).map((link) => [link.index, link]));
  const doubtful = [...newest.values()].filter(({ index }) => !last.has(index));
  const found = await socket.turn((turn) => findLinks(turn, doubtful));
  return [...last.values(), ...found].sort((a, b) => a.index - b.index);
}
