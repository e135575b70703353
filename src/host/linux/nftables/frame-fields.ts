/** The fields of frames that guards compare: Ethernet, ARP, IPv4, IPv6, UDP, DHCP and ICMPv6. */

import { type IpPrefix, maskOf } from '../../../host-contract/guards/ip-prefix.ts';
import { compare, type Expression, type Part, transportProtocol } from './expressions.ts';

/** linux/if_ether.h. */
export const ETHER_TYPES = { ipv4: [0x08, 0x00], arp: [0x08, 0x06], rarp: [0x80, 0x35], ipv6: [0x86, 0xdd] } as const;
/** RFC 3168, RFC 792 and others: numbers of protocols above IP. */
export const PROTOCOLS = { igmp: 2, tcp: 6, udp: 17, icmpv6: 58 } as const;
/** RFC 4861, RFC 2710, RFC 3810. */
export const ICMPV6 = {
  listenerReport: 131,
  listenerDone: 132,
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
  redirect: 137,
  listenerReport2: 143,
} as const;

/** Places in a frame, by the RFC or the standard that defines them. */
export const FIELDS = {
  etherDestination: { base: 'link', offset: 0 },
  etherSource: { base: 'link', offset: 6 },
  etherType: { base: 'link', offset: 12 },
  /** RFC 826: formats, lengths and operation; then the addresses of the sender and of the target. */
  arpHeader: { base: 'network', offset: 0 },
  arpSenderMac: { base: 'network', offset: 8 },
  arpSenderIp: { base: 'network', offset: 14 },
  arpTargetIp: { base: 'network', offset: 24 },
  /** RFC 791. */
  ipVersion: { base: 'network', offset: 0 },
  ipv4Fragment: { base: 'network', offset: 6 },
  ipv4Protocol: { base: 'network', offset: 9 },
  ipv4Source: { base: 'network', offset: 12 },
  ipv4Destination: { base: 'network', offset: 16 },
  /** RFC 8200. */
  ipv6NextHeader: { base: 'network', offset: 6 },
  ipv6Source: { base: 'network', offset: 8 },
  /** RFC 768. */
  sourcePort: { base: 'transport', offset: 0 },
  /** RFC 2131: `chaddr`, behind the header of UDP. */
  dhcpClientMac: { base: 'transport', offset: 36 },
  icmpv6Type: { base: 'transport', offset: 0 },
  /** RFC 4861: the target of a neighbour solicitation or advertisement. */
  neighbourTarget: { base: 'transport', offset: 8 },
} as const satisfies Readonly<Record<string, Part>>;

export function macOctets(mac: string): number[] {
  return mac.split(':').map((octet) => Number.parseInt(octet, 16));
}

/** The frame comes from the MAC address, and has the type directly behind it: no VLAN tag. */
export function from(mac: string, type: keyof typeof ETHER_TYPES): Expression[] {
  return [...compare(FIELDS.etherType, 'is', ETHER_TYPES[type]), ...compare(FIELDS.etherSource, 'is', macOctets(mac))];
}

/** The same with one comparison. nft(8) prints it in hexadecimal digits. */
export function quicklyFrom(mac: string, type: keyof typeof ETHER_TYPES): Expression[] {
  return compare(FIELDS.etherSource, 'is', [...macOctets(mac), ...ETHER_TYPES[type]]);
}

/** The address in the field is within the prefix. */
export function within(field: Part, prefix: IpPrefix): Expression[] {
  const isWhole = prefix.length === 8 * prefix.bytes.length;
  return compare(field, 'is', prefix.bytes, isWhole ? undefined : maskOf(prefix));
}

/** The field has this number, of 8 or 16 bits. */
export function port(how: 'is' | 'isNot', number: number): Expression[] {
  return compare(FIELDS.sourcePort, how, [number >> 8, number & 0xff]);
}

export function icmpv6(type: keyof typeof ICMPV6): Expression[] {
  return [...transportProtocol('is', PROTOCOLS.icmpv6), ...compare(FIELDS.icmpv6Type, 'is', [ICMPV6[type]])];
}

/** The IPv4 packet is whole, or the first fragment of a packet. */
export function ipv4HasPorts(yes: boolean): Expression[] {
  return compare(FIELDS.ipv4Fragment, yes ? 'is' : 'isNot', [0, 0], [0x1f, 0xff]);
}
