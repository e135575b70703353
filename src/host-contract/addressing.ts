/** IPv4 and IPv6 addresses and routes of network devices. */

import { utf8 } from '../text/utf8.ts';
import type { ExpectedLink } from './links.ts';

/** The IPv4 and IPv6 addresses and routes of devices. */
export interface Addressing {
  /**
   * The addresses and routes of the device: all IPv4 addresses, and the IPv6 addresses of global scope that
   * are not temporary. Routes that the kernel adds together with an address are left out.
   */
  get(index: number): Promise<AddressPlan>;
  /**
   * Moves addresses and routes from one device to another. The other device gets them first, so that no
   * address and no route is missing at any moment. It also gets the neighbours of the first device.
   *
   * An address that the other device already has gets the lifetime of the plan. If a program renews the
   * address on the first device meanwhile, it gets that lifetime. In a label, the name of the other device
   * replaces the name of the first.
   *
   * @throws LinkValueError if both devices are the same
   */
  move(plan: AddressPlan, from: number, to: number, expected?: readonly ExpectedLink[]): Promise<void>;
  /** Adds addresses and routes to `to` as `move` does, and leaves those of `from` where they are. */
  copy(plan: AddressPlan, from: number, to: number, expected?: readonly ExpectedLink[]): Promise<void>;
}

/** Addresses and routes that go together. */
export interface AddressPlan {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  /** Routes of the device that cannot be moved, each with the reason. Absent: none. */
  readonly immovable?: readonly string[];
}

/** An IPv4 or IPv6 address of a device. */
export interface Address {
  /** With the length of the prefix: `192.0.2.7/24`, `2001:db8::7/64`. */
  readonly address: string;
  /** The address of the other end of a point-to-point link. The prefix length is then the one of the peer. */
  readonly peer?: string;
  readonly broadcast?: string;
  /** rtnetlink(7), ifa_scope. Absent: 0, global. */
  readonly scope?: number;
  /** The label of an IPv4 address, such as `eth0:1`. Absent: the name of the device. */
  readonly label?: string;
  /** rtnetlink(7), ifa_flags, those that a program may set: 0x200 is noprefixroute. Absent: 0. */
  readonly flags?: number;
  /** The metric of the route that the kernel adds with the address (IFA_RT_PRIORITY). */
  readonly metric?: number;
  /** The origin of the address (IFA_PROTO). */
  readonly protocol?: number;
  /**
   * Seconds for which the address is valid and preferred. 0xffffffff means without end.
   * Absent: both without end.
   */
  readonly lifetime?: { readonly valid: number; readonly preferred: number };
}

/** An IPv4 or IPv6 route through a device. */
export interface Route {
  /** `198.51.100.0/24`; `0.0.0.0/0` and `::/0` are the default routes. */
  readonly destination: string;
  readonly gateway?: string;
  /** The source address of packets that use the route. */
  readonly source?: string;
  /** The metric. The kernel uses the route to a destination that has the lowest metric. */
  readonly priority?: number;
  /** Number of the routing table; 254 is the main one. */
  readonly table: number;
  /** The origin of the route (rtnetlink(7), rtm_protocol). */
  readonly protocol: number;
  /** rtnetlink(7), rtm_scope. */
  readonly scope: number;
  /** The kernel treats the gateway as a neighbour on the link (RTNH_F_ONLINK). */
  readonly onLink?: boolean;
  /** Seconds after which the kernel removes an IPv6 route. Absent: never. */
  readonly expires?: number;
  /** The preference of an IPv6 router (RTA_PREF). Absent: 0, medium. */
  readonly preference?: number;
  /** rtnetlink(7), RTA_METRICS: number of the metric to its value. */
  readonly metrics?: Readonly<Record<number, number>>;
}

/** Seconds of an address or a route without end. */
export const FOR_EVER = 0xffffffff;

/** Kernel: IFNAMSIZ less the closing NUL. */
const MAX_LABEL_BYTES = 15;

export function isIpv6({ address, destination = address }: Partial<Address & Route>): boolean {
  return destination?.includes(':') === true;
}

/** The properties by which the kernel identifies an address of a device. */
export function addressKey({ address, peer = '' }: Address): string {
  return `${address} ${peer}`;
}

/** The addresses of a plan that have been renewed since: those that are valid longer now. */
export function renewedOf({ addresses }: AddressPlan, now: AddressPlan): Address[] {
  const planned = new Map(addresses.map((address) => [addressKey(address), validityOf(address)]));
  return now.addresses.filter((address) => validityOf(address) > (planned.get(addressKey(address)) ?? FOR_EVER));
}

function validityOf({ lifetime }: Address): number {
  return lifetime?.valid ?? FOR_EVER;
}

/**
 * The label that the address has on another device: a label that begins with the name of the one device
 * begins with the name of the other. A label that becomes too long for the kernel is replaced by the
 * name of the device.
 */
export function labelOn(to: string, from: string, { label = from }: Address): string {
  const renamed = label === from || label.startsWith(`${from}:`) ? `${to}${label.slice(from.length)}` : label;
  return utf8(renamed).length > MAX_LABEL_BYTES ? to : renamed;
}
