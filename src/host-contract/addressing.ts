/** IPv4 addresses and routes of network devices. */

import type { ExpectedLink } from './links.ts';

/** The IPv4 addresses and routes of devices. */
export interface Addressing {
  /** Addresses with global scope on the device, and the routes through it that are not the kernel's own. */
  get(index: number): Promise<AddressPlan>;
  /**
   * Moves addresses and routes from one device to another; no route is missing at any moment. Addresses and routes that
   * are there already are left alone. Fails with LinkValueError when both devices are the same.
   */
  move(plan: AddressPlan, from: number, to: number, expected?: readonly ExpectedLink[]): Promise<void>;
}

/** Addresses and routes that go together. */
export interface AddressPlan {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

/** An IPv4 address of a device. */
export interface Address {
  /** With the length of the prefix: `192.0.2.7/24`. */
  readonly address: string;
  readonly broadcast?: string;
  /** Seconds that it is valid and preferred for; absent: for ever. */
  readonly lifetime?: { readonly valid: number; readonly preferred: number };
}

/** An IPv4 route through a device. */
export interface Route {
  /** `198.51.100.0/24`; `0.0.0.0/0` is the default route. */
  readonly destination: string;
  readonly gateway?: string;
  /** The source address of packets that take it. */
  readonly source?: string;
  /** Of several routes to one destination the one with the lowest is taken. */
  readonly priority?: number;
  /** Number of the routing table; 254 is the main one. */
  readonly table: number;
  /** Who made it (rtnetlink(7), rtm_protocol). */
  readonly protocol: number;
  /** rtnetlink(7), rtm_scope. */
  readonly scope: number;
  /** The gateway is taken to be on the link. */
  readonly onLink?: boolean;
  /** rtnetlink(7), RTA_METRICS: number of the metric to its value. */
  readonly metrics?: Readonly<Record<number, number>>;
}
