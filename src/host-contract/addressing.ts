/** IPv4 addresses and routes of network devices. */

import type { ExpectedLink } from './links.ts';

/** The IPv4 addresses and routes of devices. */
export interface Addressing {
  /**
   * The addresses of the device with global scope, and its routes.
   * Routes that the kernel adds by itself are left out.
   */
  get(index: number): Promise<AddressPlan>;
  /**
   * Moves addresses and routes from one device to another. No route is missing at any moment. Addresses
   * and routes that the other device already has do not change. Fails with LinkValueError when both
   * devices are the same.
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
  /** Seconds for which the address is valid and preferred. Absent: without end. */
  readonly lifetime?: { readonly valid: number; readonly preferred: number };
}

/** An IPv4 route through a device. */
export interface Route {
  /** `198.51.100.0/24`; `0.0.0.0/0` is the default route. */
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
  /** rtnetlink(7), RTA_METRICS: number of the metric to its value. */
  readonly metrics?: Readonly<Record<number, number>>;
}
