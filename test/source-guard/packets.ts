/**
 * Builds frames of Ethernet with IPv4, IPv6, ARP, UDP and ICMPv6. Checksums are 0, because no test
 * looks at them.
 */

import { ipBytes } from '../../src/host/linux/netlink/ip-address.ts';

export const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(/[\s:]/g, ''), 'hex');
export const zeros = (count: number): Buffer => Buffer.alloc(count);

export function u16(...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 0xff])));
}

/** `type` below 1536 is the length of an 802.3 frame. */
export function ether(source: string, destination: string, type: number, ...payload: Buffer[]): Buffer {
  return Buffer.concat([bytesOf(destination), bytesOf(source), u16(type), ...payload]);
}

export interface Ipv4Options {
  readonly protocol?: number;
  /** In units of 8 bytes. */
  readonly offset?: number;
  readonly more?: boolean;
  /** A multiple of 4 bytes. */
  readonly options?: Buffer;
}

/** RFC 791. */
export function ipv4(source: string, destination: string, payload: Buffer, given: Ipv4Options = {}): Buffer {
  const { protocol = 17, offset = 0, more = false, options = zeros(0) } = given;
  const length = 20 + options.length;
  return Buffer.concat([
    Buffer.from([0x40 | (length / 4), 0]),
    u16(length + payload.length, 7, (more ? 0x2000 : 0) | offset),
    Buffer.from([64, protocol]),
    zeros(2),
    ipBytes(source),
    ipBytes(destination),
    options,
    payload,
  ]);
}

/** RFC 8200. */
export function ipv6(source: string, destination: string, next: number, payload: Buffer): Buffer {
  return Buffer.concat([
    bytesOf('60000000'),
    u16(payload.length),
    Buffer.from([next, 255]),
    ipBytes(source),
    ipBytes(destination),
    payload,
  ]);
}

export function udp(sourcePort: number, destinationPort: number, data = zeros(0)): Buffer {
  return Buffer.concat([u16(sourcePort, destinationPort, 8 + data.length, 0), data]);
}

/** An extension header of 8 bytes: hop-by-hop (0), routing (43) or destination (60) options. */
export function options(next: number, content = bytesOf('010400000000')): Buffer {
  return Buffer.concat([Buffer.from([next, 0]), content]);
}

/** The fragment header (44). */
export function fragment(next: number, offset: number, more: boolean): Buffer {
  return Buffer.concat([Buffer.from([next, 0]), u16((offset << 3) | Number(more)), bytesOf('00000007')]);
}

/** A message of ICMPv6. `body` comes after the checksum. */
export function icmpv6(type: number, body = zeros(4)): Buffer {
  return Buffer.concat([Buffer.from([type, 0, 0, 0]), body]);
}

/** RFC 4861: a neighbour solicitation (135) or advertisement (136). */
export function neighbour(type: 135 | 136, target: string): Buffer {
  return icmpv6(type, Buffer.concat([zeros(4), ipBytes(target)]));
}

/** RFC 826 and RFC 903. */
export function arp(operation: number, sender: [string, string], target: [string, string]): Buffer {
  const addresses = [sender, target].map(([mac, ip]) => Buffer.concat([bytesOf(mac), ipBytes(ip)]));
  return Buffer.concat([bytesOf('0001 0800 0604'), u16(operation), ...addresses]);
}

/** RFC 951: a request (1) or an answer (2), with the hardware address of the client. */
export function bootp(operation: number, client: string): Buffer {
  return Buffer.concat([
    Buffer.from([operation, 1, 6, 0]),
    zeros(24),
    bytesOf(client),
    zeros(202),
    bytesOf('63825363ff'),
  ]);
}
