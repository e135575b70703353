/**
 * Messages of nf_tables (linux/netfilter/nf_tables.h) in the family netdev. Numbers are big-endian.
 */

import { type Attribute, decodeAttributes, type Message, text } from '../netlink/message.ts';
import type { Request } from '../netlink/request.ts';

export const NETLINK_NETFILTER = 12;
const NFNL_SUBSYS_NFTABLES = 10;
const NFPROTO_NETDEV = 5;
const NFNETLINK_V0 = 0;

/** Types of messages. A `new` message is also the answer to a `get` message. */
export const TYPES = {
  newTable: 0,
  deleteTable: 2,
  newChain: 3,
  getChain: 4,
  deleteChain: 5,
  newRule: 6,
  getRule: 7,
  deleteRule: 8,
  newObject: 18,
  getObject: 19,
  deleteObject: 20,
} as const;
const GETS: ReadonlySet<number> = new Set([TYPES.getChain, TYPES.getRule, TYPES.getObject]);

/** The first and the last message of a transaction. */
export const BATCH_BEGIN = 0x10;
export const BATCH_END = 0x11;

/** struct nfgenmsg. */
const HEADER_SIZE = 4;
const HEADER = Buffer.from([NFPROTO_NETDEV, NFNETLINK_V0, 0, 0]);
/** In a batch, the last field of the header is the subsystem. */
export const BATCH_HEADER = Buffer.from([0, NFNETLINK_V0, 0, NFNL_SUBSYS_NFTABLES]);

/** Returns a message about an object of nf_tables. */
export function nftRequest(
  what: string,
  type: (typeof TYPES)[keyof typeof TYPES],
  attributes: readonly Attribute[],
  flags = 0,
): Request {
  const reads = GETS.has(type);
  return { what, type: (NFNL_SUBSYS_NFTABLES << 8) | type, flags, body: HEADER, attributes, ...(reads && { reads }) };
}

/** Returns the attributes of an answer. */
export function attributesIn({ payload }: Message): Map<number, Buffer> {
  return decodeAttributes(payload.subarray(HEADER_SIZE));
}

export function be32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** A text without limits of its length, such as a name or a comment. */
export const name = text;

/** libnftnl: NFTNL_UDATA_CHAIN_COMMENT and NFTNL_UDATA_RULE_COMMENT. */
const COMMENT = 0;

/** Returns the user data that nft(8) shows as a comment. */
export function commentData(comment: string): Buffer {
  const value = text(comment);
  return Buffer.concat([Buffer.from([COMMENT, value.length]), value]);
}

/** Returns the comment in user data. Empty if there is none. */
export function commentIn(data: Buffer | undefined): string {
  for (let at = 0; data !== undefined && at + 2 <= data.length; at += 2 + (data[at + 1] ?? 0)) {
    if (data[at] === COMMENT) return data.toString('utf8', at + 2, at + 1 + (data[at + 1] ?? 0));
  }
  return '';
}
