/**
 * The chains that all guards share. They decide about frames whose addresses the chain of the guard
 * has compared, and accept a frame or return. A frame that no chain accepts is dropped by the last
 * rule of the guard.
 */

import { compare, fragmentHeader, isFragment, transportProtocol } from './expressions.ts';
import { FIELDS, ICMPV6, icmpv6, ipv4HasPorts, PROTOCOLS, port } from './frame-fields.ts';
import { type Chain, rule } from './rules.ts';

/** RFC 2131 and RFC 8415. */
const [DHCP_SERVER, DHCPV6_SERVER] = [67, 547];

/**
 * Extension headers of IPv6 (IANA, "Internet Protocol Version 6 (IPv6) Parameters"). Behind one of
 * these headers within fragments, a later fragment can have the ICMPv6 header that the first
 * fragment does not have.
 */
const EXTENSION_HEADERS = [0, 43, 44, 51, 60, 135, 139, 140];

/** Kernel: a transport protocol is unknown for a malformed packet, and then no comparison is true. */
const anyTransport = transportProtocol('isNot', 255);

/** Packets whose IPv4 source is an address of the guest. */
const ownIpv4: Chain = {
  name: 'own-ipv4',
  rules: [
    rule([compare(FIELDS.ipVersion, 'isNot', [0x40], [0xf0])], 'return'),
    rule([ipv4HasPorts(false)], 'accept'),
    rule([transportProtocol('is', PROTOCOLS.udp), port('is', DHCP_SERVER)], 'return'),
    rule([anyTransport], 'accept'),
  ],
};

/** Packets whose IPv6 source is an address of the guest. */
const ownIpv6: Chain = {
  name: 'own-ipv6',
  rules: [
    rule([compare(FIELDS.ipVersion, 'isNot', [0x60], [0xf0])], 'return'),
    ...EXTENSION_HEADERS.map((type) => rule([fragmentHeader(0, 'is', [type])], 'return')),
    // A later fragment has neither ports nor an ICMPv6 type.
    rule([fragmentHeader(2, 'isNot', [0, 0], [0xff, 0xf8])], 'accept'),
    rule([transportProtocol('is', PROTOCOLS.icmpv6)], { goto: 'own-icmpv6' }),
    rule([transportProtocol('is', PROTOCOLS.udp), port('is', DHCPV6_SERVER)], 'return'),
    rule([anyTransport], 'accept'),
  ],
};

/** ICMPv6 from an address of the guest. The guard itself decides about neighbour advertisements. */
const ownIcmpv6: Chain = {
  name: 'own-icmpv6',
  rules: [
    rule([icmpv6('redirect')], 'return'),
    rule([icmpv6('neighbourAdvertisement')], 'return'),
    // RFC 6980: messages of neighbour discovery are not fragmented.
    rule([isFragment(true), icmpv6('routerSolicitation')], 'return'),
    rule([isFragment(true), icmpv6('neighbourSolicitation')], 'return'),
    rule([compare(FIELDS.icmpv6Type, 'isNot', [ICMPV6.routerAdvertisement])], 'accept'),
  ],
};

/** ICMPv6 from the unspecified address, without duplicate address detection. */
const unspecifiedIpv6: Chain = {
  name: 'unspecified-ipv6',
  rules: [
    rule([isFragment(true)], 'return'),
    rule([icmpv6('routerSolicitation')], 'accept'),
    rule([icmpv6('listenerReport')], 'accept'),
    rule([icmpv6('listenerDone')], 'accept'),
    rule([icmpv6('listenerReport2')], 'accept'),
  ],
};

/** In an order in which a chain comes after the chains to which it leads. */
export const SHARED_CHAINS: readonly Chain[] = [ownIpv4, ownIcmpv6, ownIpv6, unspecifiedIpv6];
