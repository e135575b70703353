/** Values of netlink attributes (netlink(7)): numbers and addresses as bytes, and back. */

import { LinkValueError } from '../errors/link.ts';
import { describeValue } from '../text/describe-value.ts';

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

/**
 * The bytes of an attribute's value. Numbers are unsigned and in the byte order of the host. `u16be`
 * and `u32be` use network byte order. Each function throws LinkValueError for a value that does not fit
 * or is not a number.
 */
export const attributeValue = {
  u8: (value: number): Uint8Array => integer(value, 1, false),
  u16: (value: number): Uint8Array => integer(value, 2, isLittleEndian),
  u32: (value: number): Uint8Array => integer(value, 4, isLittleEndian),
  u16be: (value: number): Uint8Array => integer(value, 2, false),
  u32be: (value: number): Uint8Array => integer(value, 4, false),
  /** An IPv4 address such as `192.0.2.1`: four bytes. */
  ipv4: (address: string): Uint8Array => {
    if (typeof address !== 'string' || !IPV4.test(address))
      throw new LinkValueError(`${describeValue(address)} is not an IPv4 address such as 192.0.2.1`);
    return asBuffer(Uint8Array.from(address.split('.'), Number));
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
  bytes(type: number): Uint8Array | undefined;
}

/** A reader of the attributes that the kernel reported, by their types. */
export function attributeReader(attributes: ReadonlyMap<number, Uint8Array>): LinkAttributes {
  const number = (type: number, bytes: number, little: boolean): number | undefined => {
    const value = attributes.get(type);
    if (value === undefined || value.length < bytes) return undefined;
    const first = value.subarray(0, bytes);
    return little ? first.reduceRight(joined, 0) : first.reduce(joined, 0);
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

function joined(number: number, byte: number): number {
  return number * 256 + byte;
}

function integer(value: number, length: number, little: boolean): Uint8Array {
  unsigned(value, length * 8);
  const bytes = Uint8Array.from({ length }, (_, i) => value / 2 ** (8 * i));
  return asBuffer(little ? bytes : bytes.reverse());
}

/** In Node.js the bytes are a Buffer, which plugins may use as such. Browsers have none. */
function asBuffer(bytes: Uint8Array<ArrayBuffer>): Uint8Array {
  return typeof Buffer === 'undefined' ? bytes : Buffer.from(bytes.buffer);
}

function unsigned(value: number, bits: number): number {
  const max = 2 ** bits - 1;
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new LinkValueError(`${describeValue(value)} is no integer from 0 to ${max}`);
}
