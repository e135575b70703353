/** Requests that are sent only if the devices still have the properties that the caller saw. */

import { requireExpectedLinks } from '../../../host-contract/expected-links.ts';
import type { ExpectedLink, Link } from '../../../host-contract/links.ts';
import { RTM_GETLINK, RTM_NEWLINK } from './link-attributes.ts';
import { decodeLink, decodeLinkWithSysctls } from './link-decoder.ts';
import { linkHeader, nameAttribute, WITHOUT_COUNTERS } from './link-message.ts';
import type { Message } from './message.ts';
import type { Request, Turn } from './request.ts';
import type { NetlinkSocket } from './socket.ts';

/**
 * Compares the expected devices with the host, and sends the requests in the same turn. The kernel has no
 * compare-and-set: another process can still exchange a device between the two messages of the turn.
 *
 * @throws NetlinkError with ENODEV or ESTALE, before anything is sent, if an expected device is missing or
 *   has changed
 */
export function requestExpecting(
  socket: NetlinkSocket,
  expected: readonly ExpectedLink[],
  ...requests: Request[]
): Promise<Message[][]> {
  if (expected.length === 0) return socket.request(...requests);
  return socket.turn(async (turn) => {
    await compare(turn, requests[0]?.what ?? '', expected);
    return turn.request(...requests);
  });
}

/**
 * Compares the expected devices with the devices of the host.
 *
 * @throws NetlinkError with ENODEV or ESTALE if an expected device is missing or has changed
 */
export async function compare(turn: Turn, what: string, expected: readonly ExpectedLink[]): Promise<void> {
  requireExpectedLinks(what, expected, await findLinks(turn, expected));
}

/** Returns the devices with these indexes. Missing devices are left out. */
export async function findLinks(turn: Turn, wanted: readonly { readonly index: number }[]): Promise<Link[]> {
  return linksIn((await turn.look(wanted.map(({ index }) => lookUpOf(index)))).flat());
}

export function lookUpOf(link: string | number): Request {
  return {
    what: `look-up of ${link}`,
    type: RTM_GETLINK,
    flags: 0,
    body: linkHeader(typeof link === 'number' ? link : 0),
    attributes: typeof link === 'string' ? [nameAttribute(link), WITHOUT_COUNTERS] : [WITHOUT_COUNTERS],
  };
}

export function linksIn(messages: readonly Message[]): Link[] {
  return messages.filter(({ type }) => type === RTM_NEWLINK).map(decodeLink);
}

export function linksWithSysctls(messages: readonly Message[]): Link[] {
  return messages.filter(({ type }) => type === RTM_NEWLINK).map(decodeLinkWithSysctls);
}
