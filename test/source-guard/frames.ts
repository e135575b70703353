/**
 * Frames of a guest, spoofed and legitimate. Each ends with a mark by which a receiver recognizes
 * it.
 */

import {
  arp,
  bootp,
  bytesOf,
  ether,
  fragment,
  icmpv6,
  ipv4,
  ipv6,
  neighbour,
  options,
  u16,
  udp,
  zeros,
} from './packets.ts';

/** The guest, another guest and the gateway. */
export const GUEST = { mac: '02:00:00:00:00:0a', ip4: '10.0.0.10', ip6: 'fd00::a', local: 'fe80::ff:fe00:a' };
const OTHER = { mac: '02:00:00:00:00:0b', ip4: '10.0.0.11', ip6: 'fd00::b', local: 'fe80::ff:fe00:b' };
const GATEWAY = { mac: '02:00:00:00:00:01', ip4: '10.0.0.1', ip6: 'fd00::1', local: 'fe80::1' };
/** A virtual router of VRRP (RFC 9568): the guest may use its addresses with its MAC address. */
const PAIR = { mac: '00:00:5e:00:01:0a', ip4: '10.0.0.200', ip6: 'fd00::c8' };
/** Permitted in addition to the addresses of GUEST. */
export const ALLOWED = ['192.0.2.0/24', `${PAIR.ip4} ${PAIR.mac}`, `${PAIR.ip6} ${PAIR.mac}`];
/** Those with another MAC address. */
export const ALLOWED_PAIRS = ALLOWED.slice(1);
const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const [IPV4, ARP, RARP, VLAN, IPV6] = [0x0800, 0x0806, 0x8035, 0x8100, 0x86dd];
const [HOP, ROUTING, FRAGMENT, AUTHENTICATION, ICMPV6, DESTINATION] = [0, 43, 44, 51, 58, 60];
const NO_IP = '0.0.0.0';

const from4 = (source: string, payload = udp(4000, 4001), mac = GUEST.mac) =>
  ether(mac, GATEWAY.mac, IPV4, ipv4(source, GATEWAY.ip4, payload));
const from6 = (source: string, next = 17, ...payload: Buffer[]) => from6At(GUEST.mac, source, next, ...payload);
const from6At = (mac: string, source: string, next = 17, ...payload: Buffer[]) =>
  ether(
    mac,
    '33:33:00:00:00:01',
    IPV6,
    ipv6(source, 'ff02::1', next, payload.length === 0 ? udp(4000, 4001) : Buffer.concat(payload)),
  );
const announced = (operation: number, sender: [string, string], target: string, mac = GUEST.mac) =>
  ether(mac, BROADCAST, ARP, arp(operation, sender, [BROADCAST, target]));
const dhcp = (client: string) =>
  ether(GUEST.mac, BROADCAST, IPV4, ipv4(NO_IP, '255.255.255.255', udp(68, 67, bootp(1, client))));
const rarp = (mac: string) => ether(GUEST.mac, BROADCAST, RARP, arp(3, [mac, NO_IP], [mac, NO_IP]));
const advertisement = icmpv6(134, Buffer.concat([zeros(12), bytesOf('0101'), bytesOf(GUEST.mac)]));
const data = zeros(64);
const otherPacket = ipv4(OTHER.ip4, GATEWAY.ip4, udp(4000, 4001));

export const SPOOFED: Readonly<Record<string, Buffer>> = {
  'other MAC, own IPv4': from4(GUEST.ip4, udp(4000, 4001), OTHER.mac),
  "the gateway's MAC, own IPv4": from4(GUEST.ip4, udp(4000, 4001), GATEWAY.mac),
  'other IPv4': from4(OTHER.ip4),
  "the gateway's IPv4": from4(GATEWAY.ip4),
  "ARP: the gateway's IPv4 at the own MAC": announced(2, [GUEST.mac, GATEWAY.ip4], OTHER.ip4),
  'ARP: own IPv4 at another MAC': announced(2, [OTHER.mac, GUEST.ip4], OTHER.ip4),
  'gratuitous ARP for another IPv4': announced(1, [GUEST.mac, OTHER.ip4], OTHER.ip4),
  'ARP probe for another IPv4': announced(1, [GUEST.mac, NO_IP], OTHER.ip4),
  'ARP of a kind other than request and reply': announced(8, [GUEST.mac, GUEST.ip4], GATEWAY.ip4),
  'other global IPv6': from6(OTHER.ip6),
  'other link-local IPv6': from6(OTHER.local),
  'advertisement for another target': from6(GUEST.local, ICMPV6, neighbour(136, OTHER.ip6)),
  'the same behind hop-by-hop options': from6(GUEST.local, HOP, options(ICMPV6), neighbour(136, OTHER.ip6)),
  'the same in an atomic fragment': from6(GUEST.local, FRAGMENT, fragment(ICMPV6, 0, false), neighbour(136, OTHER.ip6)),
  'own target in an atomic fragment': from6(
    GUEST.local,
    FRAGMENT,
    fragment(ICMPV6, 0, false),
    neighbour(136, GUEST.ip6),
  ),
  'duplicate address detection for another target': from6('::', ICMPV6, neighbour(135, OTHER.ip6)),
  'router advertisement': from6(GUEST.local, ICMPV6, advertisement),
  'router advertisement behind two headers': from6(
    GUEST.local,
    HOP,
    options(DESTINATION),
    options(ICMPV6),
    advertisement,
  ),
  'router advertisement in fragments, the first': from6(
    GUEST.local,
    FRAGMENT,
    fragment(DESTINATION, 0, true),
    options(ICMPV6),
  ),
  'router advertisement in fragments, the second': from6(
    GUEST.local,
    FRAGMENT,
    fragment(DESTINATION, 1, false),
    advertisement,
  ),
  'router advertisement behind an authentication header, in fragments': from6(
    GUEST.local,
    FRAGMENT,
    fragment(AUTHENTICATION, 2, false),
    advertisement,
  ),
  'router advertisement behind a routing header, in fragments': from6(
    GUEST.local,
    FRAGMENT,
    fragment(ROUTING, 1, false),
    advertisement,
  ),
  'router advertisement in an atomic fragment': from6(GUEST.local, FRAGMENT, fragment(ICMPV6, 0, false), advertisement),
  'router advertisement from the unspecified address': from6('::', ICMPV6, advertisement),
  redirect: from6(GUEST.local, ICMPV6, icmpv6(137, zeros(36))),
  'DHCP server, own IPv4': ether(
    GUEST.mac,
    BROADCAST,
    IPV4,
    ipv4(GUEST.ip4, '255.255.255.255', udp(67, 68, bootp(2, OTHER.mac))),
  ),
  'DHCPv6 server, own link-local IPv6': from6(GUEST.local, 17, udp(547, 546, data)),
  'DHCPv6 server behind destination options': from6(GUEST.local, DESTINATION, options(17), udp(547, 546, data)),
  'DHCP client for another MAC': dhcp(OTHER.mac),
  'IPv4 source 0.0.0.0 without DHCP': from4(NO_IP),
  'IPv6 source :: without ICMPv6': from6('::'),
  'VLAN tag, own addresses': ether(
    GUEST.mac,
    GATEWAY.mac,
    VLAN,
    u16(5, IPV4),
    ipv4(GUEST.ip4, GATEWAY.ip4, udp(4000, 4001)),
  ),
  'priority tag, other IPv4': ether(GUEST.mac, GATEWAY.mac, VLAN, u16(0x6000, IPV4), otherPacket),
  'two tags': ether(GUEST.mac, GATEWAY.mac, 0x88a8, u16(5, VLAN, 6, IPV4), otherPacket),
  'later fragment, other IPv4': ether(GUEST.mac, GATEWAY.mac, IPV4, ipv4(OTHER.ip4, GATEWAY.ip4, data, { offset: 8 })),
  'IPv4 with an experimental EtherType': ether(GUEST.mac, GATEWAY.mac, 0x88b5, otherPacket),
  'IPv4 in 802.3 with SNAP': ether(GUEST.mac, GATEWAY.mac, 48, bytesOf('aaaa030000000800'), otherPacket),
  'IPv6 with the EtherType of IPv4': ether(
    GUEST.mac,
    GATEWAY.mac,
    IPV4,
    // The bytes at the place of the IPv4 source are those of the guest.
    ipv6('fd00:0:0a00:000a::b', 'fd00::1', 17, udp(4000, 4001, data)),
  ),
  'IPv4 with the EtherType of IPv6': ether(GUEST.mac, GATEWAY.mac, IPV6, otherPacket, data),
  PPPoE: ether(GUEST.mac, GATEWAY.mac, 0x8864, bytesOf('1100000100400021'), otherPacket),
  BPDU: ether(GUEST.mac, '01:80:c2:00:00:00', 39, bytesOf('424203'), zeros(35)),
  LLDP: ether(GUEST.mac, '01:80:c2:00:00:0e', 0x88cc, zeros(40)),
  'RARP for another MAC': rarp(OTHER.mac),
  'own IPv4 from the MAC of a pair': from4(GUEST.ip4, udp(4000, 4001), PAIR.mac),
  'IPv4 of a pair from the own MAC': from4(PAIR.ip4),
  'ARP: IPv4 of a pair at the own MAC': announced(2, [GUEST.mac, PAIR.ip4], GATEWAY.ip4),
  'ARP: own IPv4 at the MAC of a pair': announced(2, [PAIR.mac, GUEST.ip4], GATEWAY.ip4, PAIR.mac),
  'IPv6 of a pair from the own MAC': from6(PAIR.ip6),
  'own IPv6 from the MAC of a pair': from6At(PAIR.mac, GUEST.ip6),
  'advertisement for another target from the MAC of a pair': from6At(
    PAIR.mac,
    PAIR.ip6,
    ICMPV6,
    neighbour(136, OTHER.ip6),
  ),
  'router advertisement from the MAC of a pair': from6At(PAIR.mac, PAIR.ip6, ICMPV6, advertisement),
  'DHCP server from the MAC of a pair': from4(PAIR.ip4, udp(67, 68, bootp(2, OTHER.mac)), PAIR.mac),
};

export const LEGITIMATE: Readonly<Record<string, Buffer>> = {
  'IPv4 with UDP': from4(GUEST.ip4),
  'IPv4 with TCP from port 67': ether(
    GUEST.mac,
    GATEWAY.mac,
    IPV4,
    ipv4(GUEST.ip4, GATEWAY.ip4, Buffer.concat([u16(67, 80), zeros(16)]), { protocol: 6 }),
  ),
  'IPv4 with ICMP': ether(
    GUEST.mac,
    GATEWAY.mac,
    IPV4,
    ipv4(GUEST.ip4, GATEWAY.ip4, bytesOf('0800000000010001'), { protocol: 1 }),
  ),
  'IPv4 from a permitted prefix': from4('192.0.2.7'),
  'ARP request': announced(1, [GUEST.mac, GUEST.ip4], GATEWAY.ip4),
  'ARP reply': announced(2, [GUEST.mac, GUEST.ip4], GATEWAY.ip4),
  'gratuitous ARP': announced(1, [GUEST.mac, GUEST.ip4], GUEST.ip4),
  'ARP probe': announced(1, [GUEST.mac, NO_IP], GUEST.ip4),
  'DHCP client': dhcp(GUEST.mac),
  'first fragment of IPv4': ether(
    GUEST.mac,
    GATEWAY.mac,
    IPV4,
    ipv4(GUEST.ip4, GATEWAY.ip4, udp(4000, 4001, data), { more: true }),
  ),
  'later fragment of IPv4': ether(GUEST.mac, GATEWAY.mac, IPV4, ipv4(GUEST.ip4, GATEWAY.ip4, data, { offset: 9 })),
  'later fragment of IPv4 whose data look like port 67': ether(
    GUEST.mac,
    GATEWAY.mac,
    IPV4,
    ipv4(GUEST.ip4, GATEWAY.ip4, Buffer.concat([u16(67), data]), { offset: 9 }),
  ),
  'IGMP from 0.0.0.0': ether(
    GUEST.mac,
    '01:00:5e:00:00:16',
    IPV4,
    ipv4(NO_IP, '224.0.0.22', Buffer.concat([bytesOf('2200'), zeros(14)]), {
      protocol: 2,
      options: bytesOf('94040000'),
    }),
  ),
  'IPv6 with UDP': from6(GUEST.ip6),
  'IPv6 with TCP': from6(GUEST.ip6, 6, u16(4000, 80), zeros(16)),
  'IPv6 from the link-local address': from6(GUEST.local),
  'IPv6 with UDP behind destination options': from6(GUEST.ip6, DESTINATION, options(17), udp(4000, 4001)),
  'duplicate address detection': from6('::', ICMPV6, neighbour(135, GUEST.ip6)),
  'duplicate address detection, link-local': from6('::', ICMPV6, neighbour(135, GUEST.local)),
  'solicitation of the gateway': from6(GUEST.local, ICMPV6, neighbour(135, GATEWAY.ip6)),
  'neighbour advertisement': from6(GUEST.ip6, ICMPV6, neighbour(136, GUEST.ip6)),
  'neighbour advertisement from the link-local address': from6(GUEST.local, ICMPV6, neighbour(136, GUEST.ip6)),
  'router solicitation': from6('::', ICMPV6, icmpv6(133)),
  'router solicitation from the link-local address': from6(GUEST.local, ICMPV6, icmpv6(133)),
  'multicast listener report with router alert': from6(
    '::',
    HOP,
    options(ICMPV6, bytesOf('050200000100')),
    icmpv6(143),
  ),
  'DHCPv6 client': from6(GUEST.local, 17, udp(546, 547, data)),
  ping: from6(GUEST.ip6, ICMPV6, icmpv6(128)),
  'first fragment of a ping': from6(GUEST.ip6, FRAGMENT, fragment(ICMPV6, 0, true), icmpv6(128), data),
  'later fragment of a ping': from6(GUEST.ip6, FRAGMENT, fragment(ICMPV6, 9, false), data),
  'later fragment of UDP whose data look like port 547': from6(
    GUEST.ip6,
    FRAGMENT,
    fragment(17, 9, false),
    u16(547),
    data,
  ),
  'RARP after a migration': rarp(GUEST.mac),
  'IPv4 of a pair': from4(PAIR.ip4, udp(4000, 4001), PAIR.mac),
  'gratuitous ARP of a pair': announced(1, [PAIR.mac, PAIR.ip4], PAIR.ip4, PAIR.mac),
  'IPv6 of a pair': from6At(PAIR.mac, PAIR.ip6),
  'neighbour advertisement of a pair': from6At(PAIR.mac, PAIR.ip6, ICMPV6, neighbour(136, PAIR.ip6)),
};

/** Frames that a guard in mode `mac` drops. */
export const OF_ANOTHER_DEVICE: readonly string[] = [
  'other MAC, own IPv4',
  "the gateway's MAC, own IPv4",
  'VLAN tag, own addresses',
  'priority tag, other IPv4',
  'two tags',
  'BPDU',
  'LLDP',
  'own IPv4 from the MAC of a pair',
  'ARP: own IPv4 at the MAC of a pair',
  'own IPv6 from the MAC of a pair',
  'advertisement for another target from the MAC of a pair',
  'router advertisement from the MAC of a pair',
  'DHCP server from the MAC of a pair',
];

/** Frames that a Linux bridge without spanning tree does not forward. Kernel: br_handle_frame(). */
export const KEPT_BY_BRIDGES: readonly string[] = ['LLDP'];

/** Whether frames of this name go to all devices. */
export function isForAll(name: string): boolean {
  return ((MARKED.get(name)?.[0] ?? 0) & 1) === 1;
}

const ALL = Object.entries({ ...SPOOFED, ...LEGITIMATE });

/** All frames by name, with their marks. */
export const MARKED: ReadonlyMap<string, Buffer> = new Map(
  ALL.map(([name, frame], i) => [name, Buffer.concat([frame, zeros(8), markOf(i)])]),
);

/** The names of the frames whose marks these frames contain. */
export function namesIn(frames: readonly Buffer[]): string[] {
  return ALL.flatMap(([name], i) => (frames.some((frame) => frame.includes(markOf(i))) ? [name] : []));
}

function markOf(i: number): Buffer {
  return Buffer.from(`GUARD${String(i).padStart(3, '0')}`);
}
