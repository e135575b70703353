/** Entries of the neighbour tables (ARP, NDP) as rtnetlink messages (rtnetlink(7), linux/neighbour.h). */

import { ipText } from './ip-address.ts';
import { type Attribute, decodeAttributes, type Message, readI32, readU16, u8, u16, u32 } from './message.ts';

export const RTM_NEWNEIGH = 28;
export const RTM_GETNEIGH = 30;

const NDA_DST = 1;
const NDA_LLADDR = 2;
const NTF_ROUTER = 0x80;
const NUD_REACHABLE = 0x02;
const NUD_STALE = 0x04;
const NUD_DELAY = 0x08;
const NUD_PROBE = 0x10;
const NUD_PERMANENT = 0x80;
const HAS_ADDRESS = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;

/** The link-layer address of a host on the link. */
export interface Neighbour {
  readonly index: number;
  readonly family: number;
  readonly destination: Buffer;
  readonly linkAddress: Buffer;
  readonly state: number;
  readonly isRouter: boolean;
}

/** struct ndmsg of a request for all neighbours of a family */
export function neighbourListHeader(family: number): Buffer {
  return Buffer.concat([u8(family), Buffer.alloc(11)]);
}

/**
 * struct ndmsg. An entry that is neither reachable nor permanent becomes stale, so that the kernel verifies
 * it again.
 */
export function neighbourHeader({ family, state, isRouter }: Neighbour, index: number): Buffer {
  const newState = (state & (NUD_PERMANENT | NUD_REACHABLE)) !== 0 ? state : NUD_STALE;
  return Buffer.concat([u8(family), Buffer.alloc(3), u32(index), u16(newState), u8(isRouter ? NTF_ROUTER : 0), u8(0)]);
}

export function neighbourAttributes({ destination, linkAddress }: Neighbour): Attribute[] {
  return [
    [NDA_DST, destination],
    [NDA_LLADDR, linkAddress],
  ];
}

/** Returns the neighbour in a message. Undefined for an entry without a usable address. */
export function decodeNeighbour({ payload }: Message): Neighbour | undefined {
  const attributes = decodeAttributes(payload.subarray(12));
  const [destination, linkAddress] = [attributes.get(NDA_DST), attributes.get(NDA_LLADDR)];
  const state = readU16(payload, 8);
  if (destination === undefined || linkAddress === undefined || (state & HAS_ADDRESS) === 0) return undefined;
  const isRouter = (payload.readUInt8(10) & NTF_ROUTER) !== 0;
  return { index: readI32(payload, 4), family: payload.readUInt8(0), destination, linkAddress, state, isRouter };
}

export function isPermanent({ state }: Neighbour): boolean {
  return (state & NUD_PERMANENT) !== 0;
}

export function textOf({ destination }: Neighbour): string {
  return ipText(destination);
}
