/**
 * The rules of one guard. They contain its addresses as literals, because a look-up in a set takes
 * longer.
 */

import { parseGuardedAddress } from '../../../host-contract/guards/guarded-address.ts';
import { type IpPrefix, linkLocalOf } from '../../../host-contract/guards/ip-prefix.ts';
import type { SourceGuard } from '../../../host-contract/guards/source-guards.ts';
import { compare, type Expression, isFragment, transportProtocol } from './expressions.ts';
import { FIELDS, from, icmpv6, ipv4HasPorts, macOctets, PROTOCOLS, port, quicklyFrom, within } from './frame-fields.ts';
import { type Chain, countedDrop, type Rule, rule } from './rules.ts';

/** The chains of a guard. */
export interface GuardChains {
  /** The chain that the hook of the device calls. */
  readonly base: Chain;
  /**
   * Accepts messages of neighbour discovery about the addresses of the guest. Undefined if the
   * rules of the base chain do so.
   */
  readonly targets: Chain | undefined;
}

/**
 * Up to this number of IPv6 addresses, each rule for a source is repeated for each target. A chain
 * of its own needs fewer rules, but at each transaction, the kernel visits all chains of the namespace
 * (nf_tables_commit()).
 */
const MOST_REPEATED = 3;

/** The name of the chain that the hook calls, and of the counter. */
export function baseName(device: string): string {
  return `guard-${escaped(device)}`;
}

export function targetsName(device: string): string {
  return `targets-${escaped(device)}`;
}

/** The device of a base chain. Undefined for another chain. */
export function deviceOfChain(chain: string): string | undefined {
  const [, device] = /^guard-(.+)$/.exec(chain) ?? [];
  return device && decodeURIComponent(device.replaceAll('/', '%'));
}

/**
 * A name that nft(8) can read. It accepts letters, digits and `/\-_.`. Every other byte becomes `/`
 * and two hexadecimal digits.
 */
function escaped(device: string): string {
  const bytes = [...Buffer.from(device)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.-]/.test(character) ? character : `/${byte.toString(16).padStart(2, '0')}`;
  });
  return bytes.join('');
}

export function chainsOf(guard: SourceGuard): GuardChains {
  const name = baseName(guard.device);
  const senders = sendersOf(guard);
  const targets = senders.flatMap(ipv6Of);
  const isRepeated = targets.length <= MOST_REPEATED;
  const aboutOwn: AboutOwn = isRepeated
    ? (conditions) => targets.map((target) => rule([...conditions, ...aboutTarget(target)], 'accept'))
    : (conditions) => [rule(conditions, { jump: targetsName(guard.device) })];
  return {
    base: {
      name,
      rules: [
        ...(guard.mode === 'mac' ? [untaggedFrom(guard.mac)] : []),
        ...senders.flatMap((sender) => sender.ipv4.map((address) => commonIpv4(sender, address))),
        ...senders.flatMap((sender) => sender.ipv6.map((address) => commonIpv6(sender, address))),
        ...senders.flatMap((sender) => sender.ipv4.flatMap((address) => rareIpv4(sender, address))),
        ...senders.flatMap((sender) => ipv6Of(sender).flatMap((address) => rareIpv6(sender, address, aboutOwn))),
        ...senders.flatMap((sender) => withoutAddress(sender, aboutOwn)),
        countedDrop(name),
      ],
    },
    targets: isRepeated
      ? undefined
      : { name: targetsName(guard.device), rules: targets.map((target) => rule(aboutTarget(target), 'accept')) },
  };
}

/** A MAC address of the guest whose packets are compared, and its IP addresses. */
interface Sender {
  readonly mac: string;
  readonly ipv4: readonly Address[];
  readonly ipv6: readonly Address[];
}

/** The guest itself, unless the guard compares only its MAC address, and each other MAC address. */
function sendersOf({ mac, mode, addresses }: SourceGuard): Sender[] {
  const found = new Map<string, Address[]>(mode === 'mac' ? [] : [[mac, []]]);
  for (const text of addresses) {
    const { prefix, mac: sender = mac } = parseGuardedAddress(text) ?? NOWHERE;
    found.set(sender, [...(found.get(sender) ?? []), { text, prefix }]);
  }
  return [...found].map(([sender, all]) => ({
    mac: sender,
    ipv4: all.filter(({ prefix }) => prefix.bytes.length === 4),
    ipv6: all.filter(({ prefix }) => prefix.bytes.length === 16),
  }));
}

/** The IPv6 addresses of the sender, with its link-local address. */
function ipv6Of({ mac, ipv6 }: Sender): Address[] {
  return [...ipv6, { text: '', prefix: linkLocalOf(mac) }];
}

const NOWHERE = { prefix: { bytes: [], length: 0 }, mac: undefined };

/**
 * Returns the rules that accept messages of neighbour discovery with these conditions, if they are
 * about an address of the guest.
 */
type AboutOwn = (conditions: Expression[][]) => Rule[];
interface Address {
  /** The address in the guard. Empty for the link-local address. */
  readonly text: string;
  readonly prefix: IpPrefix;
}

/**
 * Every frame from the MAC address, without VLAN tag, that a bridge forwards (IEEE 802.1Q, table
 * 8-1).
 */
function untaggedFrom(mac: string): Rule {
  const reserved = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x00];
  const conditions = [
    compare(FIELDS.etherDestination, 'isNot', reserved, [0xff, 0xff, 0xff, 0xff, 0xff, 0xf0]),
    compare(FIELDS.etherSource, 'is', macOctets(mac)),
    compare(FIELDS.etherType, 'isNot', [0x81, 0x00]),
    compare(FIELDS.etherType, 'isNot', [0x88, 0xa8]),
  ];
  return rule(conditions, 'accept');
}

/**
 * The common packet, in few comparisons. The kernel knows where the transport header is only if the
 * IPv4 header is valid, so the version needs no rule here. 67 is the port of a DHCP server.
 */
function commonIpv4({ mac }: Sender, { text, prefix }: Address): Rule {
  return rule([quicklyFrom(mac, 'ipv4'), within(FIELDS.ipv4Source, prefix), port('isNot', 67)], 'accept', text);
}

/** TCP and UDP directly behind the IPv6 header. 547 is the port of a DHCPv6 server. */
function commonIpv6({ mac }: Sender, { text, prefix }: Address): Rule {
  const transport = [
    compare(FIELDS.ipv6NextHeader, 'atLeast', [PROTOCOLS.tcp]),
    compare(FIELDS.ipv6NextHeader, 'atMost', [PROTOCOLS.udp]),
    port('isNot', 547),
  ];
  return rule([quicklyFrom(mac, 'ipv6'), within(FIELDS.ipv6Source, prefix), ...transport], 'accept', text);
}

/** RFC 826: Ethernet and IPv4; then the operation. */
const ARP_FORMATS = [0, 1, 8, 0, 6, 4];
const [ARP_REQUEST, ARP_REPLY] = [1, 2];
const ARP_ANY = [...ARP_FORMATS, 0];

function rareIpv4({ mac }: Sender, { prefix }: Address): Rule[] {
  const arp = [from(mac, 'arp'), compare(FIELDS.arpSenderMac, 'is', macOctets(mac))];
  const operation = { base: 'network', offset: 7 } as const;
  const ordinary = [
    compare(FIELDS.arpHeader, 'is', ARP_ANY),
    compare(operation, 'atLeast', [ARP_REQUEST]),
    compare(operation, 'atMost', [ARP_REPLY]),
    within(FIELDS.arpSenderIp, prefix),
  ];
  // RFC 5227: a probe asks whether another host has the address.
  const probe = [
    compare(FIELDS.arpHeader, 'is', [...ARP_ANY, ARP_REQUEST]),
    compare(FIELDS.arpSenderIp, 'is', [0, 0, 0, 0]),
    within(FIELDS.arpTargetIp, prefix),
  ];
  return [
    rule([...arp, ...ordinary], 'accept'),
    rule([...arp, ...probe], 'accept'),
    rule([from(mac, 'ipv4'), within(FIELDS.ipv4Source, prefix)], { jump: 'own-ipv4' }),
  ];
}

function rareIpv6({ mac }: Sender, { prefix }: Address, aboutOwn: AboutOwn): Rule[] {
  const source = [from(mac, 'ipv6'), within(FIELDS.ipv6Source, prefix)];
  return [rule(source, { jump: 'own-ipv6' }), ...aboutOwn([...source, icmpv6('neighbourAdvertisement')])];
}

/** Frames of a guest that has no address yet, or that moves to another host. */
function withoutAddress({ mac }: Sender, aboutOwn: AboutOwn): Rule[] {
  const unspecified4 = [from(mac, 'ipv4'), ipv4HasPorts(true)];
  const unspecified6 = [from(mac, 'ipv6'), compare(FIELDS.ipv6Source, 'is', Array(16).fill(0))];
  return [
    // RFC 2131: from port 68 to port 67, from 0.0.0.0 to the broadcast address.
    rule(
      [
        ...unspecified4,
        compare(FIELDS.ipv4Source, 'is', [0, 0, 0, 0, 255, 255, 255, 255]),
        transportProtocol('is', PROTOCOLS.udp),
        compare(FIELDS.sourcePort, 'is', [0, 68, 0, 67]),
        compare(FIELDS.dhcpClientMac, 'is', macOctets(mac)),
      ],
      'accept',
    ),
    // RFC 3376: reports of multicast groups, to 224.0.0.0/24.
    rule(
      [
        ...unspecified4,
        compare(FIELDS.ipv4Protocol, 'is', [PROTOCOLS.igmp]),
        compare(FIELDS.ipv4Source, 'is', [0, 0, 0, 0, 224, 0, 0]),
      ],
      'accept',
    ),
    rule(unspecified6, { jump: 'unspecified-ipv6' }),
    // RFC 4862: duplicate address detection.
    ...aboutOwn([...unspecified6, icmpv6('neighbourSolicitation')]),
    // RFC 903. QEMU sends such a frame after a migration, so that switches learn the new place of
    // the guest.
    rule(
      [
        from(mac, 'rarp'),
        compare(FIELDS.arpHeader, 'is', [...ARP_FORMATS, 0, 3]),
        compare(FIELDS.arpSenderMac, 'is', macOctets(mac)),
        compare(FIELDS.arpSenderIp, 'is', [0, 0, 0, 0]),
      ],
      'accept',
    ),
  ];
}

/** RFC 6980: messages of neighbour discovery are not fragmented. */
function aboutTarget({ prefix }: Address): Expression[][] {
  return [isFragment(false), within(FIELDS.neighbourTarget, prefix)];
}
