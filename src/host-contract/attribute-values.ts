/** Values of netlink attributes (netlink(7)): numbers and addresses as bytes, and back. */

import { isIPv4 } from 'node:net';
import { endianness } from 'node:os';
import { LinkValueError } from '../errors/link.ts';
import { describeValue } from '../text/describe-value.ts';

const isLittleEndian = endianness() === 'LE';

/**
 * The bytes of an attribute's value. Numbers are unsigned and in the byte order of the host. `u16be`
 * and `u32be` use network byte order. Each function throws LinkValueError for a value that does not fit
 * or is not a number.
 */
export const attributeValue = {
  u8: (value: number): Buffer => Buffer.from([unsigned(value, 8)]),
  u16: (value: number): Buffer => integer(value, 2, isLittleEndian),
  u32: (value: number): Buffer => integer(value, 4, isLittleEndian),
  u16be: (value: number): Buffer => integer(value, 2, false),
  u32be: (value: number): Buffer => integer(value, 4, false),
  /** An IPv4 address such as `192.0.2.1`: four bytes. */
  ipv4: (address: string): Buffer => {
    if (typeof address !== 'string' || !isIPv4(address))
      throw new LinkValueError(`${describeValue(address)} is not an IPv4 address such as 192.0.2.1`);
    return Buffer.from(address.split('.').map(Number));
  },
};

/**
 * Attributes that the kernel reports, by type.
 * Each method returns undefined when the attribute is absent or too short.
 */
export interface LinkAttributes {
  u8(type: number): number | undefined;
  u16(type: number): number | undefined;
  u32(type: number): number | undefined;
  u16be(type: number): number | undefined;
  u32be(type: number): number | undefined;
  ipv4(type: number): string | undefined;
  /** The bytes of any other attribute. */
  bytes(type: number): Buffer | undefined;
}

/** A reader of the attributes that the kernel reported, by their types. */
export function attributeReader(attributes: ReadonlyMap<number, Buffer>): LinkAttributes {
  const number = (type: number, bytes: number, little: boolean): number | undefined => {
    const value = attributes.get(type);
    if (value === undefined || value.length < bytes) return undefined;
    return little ? value.readUIntLE(0, bytes) : value.readUIntBE(0, bytes);
  };
  return {
    u8: (type) => number(type, 1, false),
    u16: (type) => number(type, 2, isLittleEndian),
    u32: (type) => number(type, 4, isLittleEndian),
    u16be: (type) => number(type, 2, false),
    u32be: (type) => number(type, 4, false),
    ipv4: (type) => {
      const value = attributes.get(type);
      return value?.length === 4 ? [...value].join('.') : undefined;
    },
    bytes: (type) => attributes.get(type),
  };
}

function integer(value: number, bytes: number, little: boolean): Buffer {
  const buffer = Buffer.alloc(bytes);
  unsigned(value, bytes * 8);
  if (little) buffer.writeUIntLE(value, 0, bytes);
  else buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function unsigned(value: number, bits: number): number {
  const max = 2 ** bits - 1;
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new LinkValueError(`${describeValue(value)} is no integer from 0 to ${max}`);
}
