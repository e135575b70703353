/** IPv4 and IPv6 addresses and routes of a network namespace, through rtnetlink. */

import { setTimeout as sleep } from 'node:timers/promises';
import { isKernelError, KernelError } from '../../errors/kernel.ts';
import {
  type Address,
  type Addressing,
  type AddressPlan,
  isIpv6,
  labelOn,
  type Route,
  renewedOf,
} from '../../host-contract/addressing.ts';
import { requireMove } from '../../host-contract/link-values.ts';
import type { ExpectedLink, Links } from '../../host-contract/links.ts';
import {
  AF_INET,
  AF_INET6,
  addressAttributes,
  addressHeader,
  addressListHeader,
  decodeAddress,
  IFA_F_NODAD,
  IFA_F_NOPREFIXROUTE,
  identifyingAttributes,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_NEWADDR,
} from './netlink/address-message.ts';
import { requestExpecting } from './netlink/expecting.ts';
import { networkOf, prefixOf } from './netlink/ip-address.ts';
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE } from './netlink/message.ts';
import {
  decodeNeighbour,
  isPermanent,
  neighbourAttributes,
  neighbourHeader,
  neighbourListHeader,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
  textOf,
} from './netlink/neighbour-message.ts';
import type { Request } from './netlink/request.ts';
import {
  decodeRoute,
  type FoundRoute,
  identifyingRouteAttributes,
  localAddressOn,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  routeAttributes,
  routeHeader,
  routeListAttributes,
  routeListHeader,
} from './netlink/route-message.ts';
import type { NetlinkSocket } from './netlink/socket.ts';

/**
 * Pause between two queries whether the kernel uses an address, and the maximum time of these queries, in ms.
 */
const PAUSE_MS = 2;
const LONGEST_WAIT_MS = 1000;
const RTPROT_KERNEL = 2;
/** Kernel: IP6_RT_PRIO_ADDRCONF. */
const IPV6_PREFIX_METRIC = 256;

export class LinuxAddressing implements Addressing {
  readonly #socket: NetlinkSocket;
  readonly #links: Links;

  constructor(socket: NetlinkSocket, links: Links) {
    this.#socket = socket;
    this.#links = links;
  }

  async get(index: number): Promise<AddressPlan> {
    const name = await this.#nameOf(index);
    const [ipv4, ipv6] = await Promise.all([AF_INET, AF_INET6].map((family) => this.#list(family, index)));
    const addresses = [...(ipv4?.addresses ?? []), ...(ipv6?.addresses ?? [])];
    const found = [...(ipv4?.routes ?? []), ...(ipv6?.routes ?? [])].filter((each) => !isAutomatic(each, addresses));
    const immovable = found.flatMap((each) => ('immovable' in each ? [each.immovable] : []));
    return {
      addresses: addresses.map(({ label, ...address }) => (label === name || !label ? address : { ...address, label })),
      routes: found.flatMap((each) => ('route' in each ? [each.route] : [])),
      ...(immovable.length > 0 && { immovable }),
    };
  }

  async move(plan: AddressPlan, from: number, to: number, expected: readonly ExpectedLink[] = []): Promise<void> {
    await this.copy(plan, from, to, expected);
    const renewed = plan.addresses.some(({ lifetime }) => lifetime) ? renewedOf(plan, await this.get(from)) : [];
    if (renewed.length > 0) await this.copy({ addresses: renewed, routes: [] }, from, to, expected);
    for (const route of plan.routes)
      await this.#ignoring('ESRCH', expected, {
        what: `removal of the route to ${route.destination}`,
        type: RTM_DELROUTE,
        flags: 0,
        body: routeHeader(route),
        attributes: identifyingRouteAttributes(route, from),
      });
    for (const address of plan.addresses)
      await this.#ignoring('EADDRNOTAVAIL', expected, {
        what: `removal of ${address.address}`,
        type: RTM_DELADDR,
        flags: 0,
        body: addressHeader(from, address),
        attributes: identifyingAttributes(address),
      });
  }

  async copy(
    { addresses, routes }: AddressPlan,
    from: number,
    to: number,
    expected: readonly ExpectedLink[] = [],
  ): Promise<void> {
    requireMove(from, to);
    const [fromName, toName] = [await this.#nameOf(from), await this.#nameOf(to)];
    const add = async (address: Address) => {
      await requestExpecting(this.#socket, expected, {
        what: `addition of ${address.address} to ${toName}`,
        type: RTM_NEWADDR,
        flags: NLM_F_CREATE | NLM_F_REPLACE,
        body: addressHeader(to, address),
        attributes: addressAttributes(address, labelOn(toName, fromName, address)),
      });
    };
    for (const address of addresses) await add(withoutDetection(address));
    const ipv6 = addresses.filter(isIpv6);
    if (ipv6.length > 0) await this.#untilUsable(ipv6, to);
    for (const address of ipv6) if (withoutDetection(address) !== address) await add(address);
    await this.#copyNeighbours(addresses, from, to, expected);
    // Routes without a gateway are added first, because the kernel accepts a gateway only if a route reaches
    // it.
    for (const route of routes.toSorted((a, b) => order(a) - order(b)))
      await this.#ignoring('EEXIST', expected, {
        what: `addition of the route to ${route.destination} by ${toName}`,
        type: RTM_NEWROUTE,
        // The new route comes after the route through the first device. The kernel uses the first route until
        // its removal.
        flags: NLM_F_CREATE | NLM_F_APPEND,
        body: routeHeader(route),
        attributes: routeAttributes(route, to),
      });
  }

  /**
   * Waits until the kernel uses the addresses. Kernel: a work queue adds the local route of a new IPv6
   * address. The host accepts no packet for the address before this route exists.
   */
  async #untilUsable(addresses: readonly Address[], index: number): Promise<void> {
    for (let waited = 0; waited < LONGEST_WAIT_MS; waited += PAUSE_MS) {
      const body = routeListHeader(AF_INET6);
      const routes = await this.#socket.dump({ what: 'list of routes', type: RTM_GETROUTE, body });
      const usable = new Set(routes.map((message) => localAddressOn(index, message)));
      if (addresses.every(({ address }) => usable.has(address.split('/')[0]))) return;
      await sleep(PAUSE_MS);
    }
  }

  /**
   * Copies the neighbours of the addresses. Without these neighbours, the new device could send only after it
   * has resolved them. While the NIC is a port of the bridge, answers to neighbour requests arrive at the
   * bridge.
   */
  async #copyNeighbours(
    addresses: readonly Address[],
    from: number,
    to: number,
    expected: readonly ExpectedLink[],
  ): Promise<void> {
    const families = new Set(addresses.map((address) => (isIpv6(address) ? AF_INET6 : AF_INET)));
    for (const family of families) {
      const body = neighbourListHeader(family);
      const entries = await this.#socket.dump({ what: 'list of neighbours', type: RTM_GETNEIGH, body });
      const neighbours = entries.flatMap((message) => decodeNeighbour(message) ?? []);
      for (const neighbour of neighbours.filter((each) => each.index === from && each.family === family)) {
        const request = requestExpecting(this.#socket, expected, {
          what: `addition of the neighbour ${textOf(neighbour)}`,
          type: RTM_NEWNEIGH,
          flags: NLM_F_CREATE,
          body: neighbourHeader(neighbour, to),
          attributes: neighbourAttributes(neighbour),
        });
        // The kernel resolves the other neighbours again.
        await (isPermanent(neighbour) ? request : request.catch(ignoreKernelError));
      }
    }
  }

  /** Lists the addresses of one family, each with its label, and all unicast routes. */
  async #list(family: number, index: number): Promise<{ addresses: Address[]; routes: FoundRoute[] }> {
    const list = (request: Omit<Request, 'flags'>) => this.#socket.dump(request).catch(noneOfMissingDevice);
    const [addresses, routes] = await Promise.all([
      list({ what: 'list of addresses', type: RTM_GETADDR, body: addressListHeader(family, index) }),
      list({
        what: 'list of routes',
        type: RTM_GETROUTE,
        body: routeListHeader(family),
        attributes: routeListAttributes(index),
      }),
    ]);
    return {
      addresses: addresses
        .flatMap((message) => decodeAddress(message, family) ?? [])
        .flatMap((found) => (found.index === index ? [found.address] : [])),
      routes: routes
        .flatMap((message) => decodeRoute(message, family) ?? [])
        .filter(({ indexes }) => indexes.includes(index)),
    };
  }

  async #nameOf(index: number): Promise<string> {
    return (await this.#links.get(index))?.name ?? '';
  }

  async #ignoring(errno: string, expected: readonly ExpectedLink[], request: Request): Promise<void> {
    try {
      await requestExpecting(this.#socket, expected, request);
    } catch (error) {
      if (!(error instanceof KernelError && error.errno === errno)) throw error;
    }
  }
}

/** A list of a device that another program has removed is empty. */
function noneOfMissingDevice(error: unknown): never[] {
  if (isKernelError(error, 'ENODEV')) return [];
  throw error;
}

function ignoreKernelError(error: unknown): void {
  if (!(error instanceof KernelError)) throw error;
}

/**
 * Returns the address with duplicate address detection disabled. The detection delays the use of an IPv6
 * address by a second or more.
 */
function withoutDetection(address: Address): Address {
  const { flags = 0 } = address;
  return isIpv6(address) && (flags & IFA_F_NODAD) === 0 ? { ...address, flags: flags | IFA_F_NODAD } : address;
}

function order({ gateway, scope }: Route): number {
  return (gateway === undefined ? 0 : 256) - scope;
}

/** Whether the kernel adds and removes the route together with an address, or with the link-local address. */
function isAutomatic(found: FoundRoute, addresses: readonly Address[]): boolean {
  if ('immovable' in found || found.route.protocol !== RTPROT_KERNEL || found.route.gateway !== undefined) return false;
  const { destination, priority } = found.route;
  if (/^(fe80|ff00):/.test(destination)) return true;
  const automatic = isIpv6(found.route) ? IPV6_PREFIX_METRIC : undefined;
  return addresses.some(
    ({ address, peer = address, flags = 0, metric = automatic }) =>
      (flags & IFA_F_NOPREFIXROUTE) === 0 && metric === priority && isPrefixOf(destination, address, peer),
  );
}

/**
 * Whether the destination is the network of the address. Kernel: for an IPv6 address with a peer, both ends
 * have a route.
 */
function isPrefixOf(destination: string, address: string, peer: string): boolean {
  const length = prefixOf(address);
  return [address, peer].some((end) => destination === networkOf(`${end.split('/')[0]}/${length}`));
}
