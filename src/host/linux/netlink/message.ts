/** The netlink wire format (netlink(7)): messages and attributes, in the byte order of the host. */

import { endianness } from 'node:os';

export const NLM_F_REQUEST = 0x001;
export const NLM_F_ACK = 0x004;
export const NLM_F_DUMP_INTR = 0x010;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_OVERRUN = 4;

const HEADER_SIZE = 16;
export const ATTRIBUTE_HEADER_SIZE = 4;
/** NLA_TYPE_MASK: the two top bits of an attribute's type are flags. */
export const ATTRIBUTE_TYPE = 0x3fff;
const NLMSGERR_ATTR_MSG = 1;

const littleEndian = endianness() === 'LE';

/** An attribute to send. Its value is bytes, or nested attributes. */
export type Attribute = readonly [type: number, value: Uint8Array | readonly Attribute[]];

/** A received message. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly seq: number;
  readonly payload: Buffer;
}

/** Returns a complete message. Padding at its end lets another message follow. */
export function encodeMessage(
  type: number,
  flags: number,
  seq: number,
  body: Buffer,
  attributes: readonly Attribute[] = [],
): Buffer {
  const payload = Buffer.concat([padded(body), encodeAttributes(attributes)]);
  const length = HEADER_SIZE + payload.length;
  // The kernel replaces the port 0 by the port of the sender.
  return Buffer.concat([u32(length), u16(type), u16(flags), u32(seq), u32(0), payload]);
}

export function encodeAttributes(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat(attributes.map(encodeAttribute));
}

function encodeAttribute([type, value]: Attribute): Buffer {
  const bytes = value instanceof Uint8Array ? value : encodeAttributes(value);
  return padded(Buffer.concat([u16(ATTRIBUTE_HEADER_SIZE + bytes.length), u16(type), bytes]));
}

/** Splits the result of one recv() into messages. Stops at the first incomplete message. */
export function decodeMessages(buffer: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at + HEADER_SIZE <= buffer.length; ) {
    const length = readU32(buffer, at);
    if (length < HEADER_SIZE || at + length > buffer.length) break;
    messages.push({
      type: readU16(buffer, at + 4),
      flags: readU16(buffer, at + 6),
      seq: readU32(buffer, at + 8),
      payload: buffer.subarray(at + HEADER_SIZE, at + length),
    });
    at += aligned(length);
  }
  return messages;
}

/** Returns the attributes in these bytes, by type. The last attribute of a type counts, as in the kernel. */
export function decodeAttributes(buffer: Buffer): Map<number, Buffer> {
  return new Map(decodeAttributeList(buffer));
}

/** Returns the attributes in these bytes, in order. For lists whose entries share one type. */
export function decodeAttributeList(buffer: Buffer): [number, Buffer][] {
  const attributes: [number, Buffer][] = [];
  let at = 0;
  while (at + ATTRIBUTE_HEADER_SIZE <= buffer.length) {
    const length = readU16(buffer, at);
    if (length < ATTRIBUTE_HEADER_SIZE || at + length > buffer.length) break;
    const type = readU16(buffer, at + 2) & ATTRIBUTE_TYPE;
    attributes.push([type, buffer.subarray(at + ATTRIBUTE_HEADER_SIZE, at + length)]);
    at += aligned(length);
  }
  return attributes;
}

/**
 * Decodes an NLMSG_ERROR message: errno 0 with an optional warning, or a positive errno with an optional
 * reason.
 */
export function decodeAck({ flags, payload }: Message): { errno: number; text: string } {
  if (payload.length < 4) return { errno: 0, text: '' };
  const errno = Math.abs(readI32(payload, 0));
  if (!(flags & NLM_F_ACK_TLVS) || payload.length < 4 + HEADER_SIZE) return { errno, text: '' };
  // The kernel repeats the request, or only its header if NETLINK_CAP_ACK is on.
  const repeated = flags & NLM_F_CAPPED ? HEADER_SIZE : aligned(readU32(payload, 4));
  const text = decodeAttributes(payload.subarray(4 + repeated)).get(NLMSGERR_ATTR_MSG);
  return { errno, text: text ? readString(text) : '' };
}

export function u8(value: number): Buffer {
  return Buffer.from([value]);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  if (littleEndian) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
}

/** Negative values are written as their two's complement. */
export function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  if (littleEndian) bytes.writeUInt32LE(value >>> 0);
  else bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Encodes a string with a closing NUL. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

export function readU16(buffer: Buffer, offset: number): number {
  return littleEndian ? buffer.readUInt16LE(offset) : buffer.readUInt16BE(offset);
}

export function readU32(buffer: Buffer, offset: number): number {
  return littleEndian ? buffer.readUInt32LE(offset) : buffer.readUInt32BE(offset);
}

export function readI32(buffer: Buffer, offset: number): number {
  return littleEndian ? buffer.readInt32LE(offset) : buffer.readInt32BE(offset);
}

/** Reads the text of a part of the buffer, up to the first NUL. */
export function readString(buffer: Buffer, start = 0, end = buffer.length): string {
  let last = start;
  while (last < end && buffer[last] !== 0) last++;
  return last === start ? '' : buffer.toString('utf8', start, last);
}

export function aligned(length: number): number {
  return (length + 3) & ~3;
}

function padded(bytes: Buffer): Buffer {
  const missing = aligned(bytes.length) - bytes.length;
  return missing === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(missing)]);
}
