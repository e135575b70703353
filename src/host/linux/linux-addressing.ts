/** IPv4 addresses and routes of a network namespace, by rtnetlink. */

import { KernelError } from '../../errors/kernel.ts';
import type { Addressing, AddressPlan } from '../../host-contract/addressing.ts';
import { requireMove } from '../../host-contract/link-values.ts';
import type { ExpectedLink, Links } from '../../host-contract/links.ts';
import {
  addressAttributes,
  addressHeader,
  decodeAddress,
  decodeRoute,
  RTM_DELADDR,
  RTM_GETADDR,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWROUTE,
  routeAttributes,
  routeHeader,
  routeListHeader,
} from './netlink/address-message.ts';
import { requestExpecting } from './netlink/expecting.ts';
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from './netlink/message.ts';
import type { Request } from './netlink/request.ts';
import type { NetlinkSocket } from './netlink/socket.ts';

export class LinuxAddressing implements Addressing {
  readonly #socket: NetlinkSocket;
  readonly #links: Links;

  constructor(socket: NetlinkSocket, links: Links) {
    this.#socket = socket;
    this.#links = links;
  }

  async get(index: number): Promise<AddressPlan> {
    const addresses = await this.#socket.dump({ what: 'list of addresses', type: RTM_GETADDR, body: addressHeader(0) });
    const routes = await this.#socket.dump({ what: 'list of routes', type: RTM_GETROUTE, body: routeListHeader() });
    return {
      addresses: addresses
        .flatMap((message) => decodeAddress(message) ?? [])
        .flatMap((found) => (found.index === index ? [found.address] : [])),
      routes: routes
        .flatMap((message) => decodeRoute(message) ?? [])
        .flatMap((found) => (found.index === index ? [found.route] : [])),
    };
  }

  /** Adds each address before it removes it, and replaces each route in one request, so that traffic continues. */
  async move(
    { addresses, routes }: AddressPlan,
    from: number,
    to: number,
    expected: readonly ExpectedLink[] = [],
  ): Promise<void> {
    requireMove(from, to);
    const label = (await this.#links.get(to))?.name ?? '';
    for (const address of addresses) {
      await this.#ignoring('EEXIST', expected, {
        what: `addition of ${address.address} to ${label}`,
        type: RTM_NEWADDR,
        flags: NLM_F_CREATE | NLM_F_EXCL,
        body: addressHeader(to, address),
        attributes: addressAttributes(address, label),
      });
    }
    // Routes of the link first, because the kernel accepts a gateway only when a route reaches it.
    for (const route of routes.toSorted((a, b) => b.scope - a.scope)) {
      await requestExpecting(this.#socket, expected, {
        what: `change of the route to ${route.destination} to ${label}`,
        type: RTM_NEWROUTE,
        flags: NLM_F_CREATE | NLM_F_REPLACE,
        body: routeHeader(route),
        attributes: routeAttributes(route, to),
      });
    }
    for (const address of addresses) {
      await this.#ignoring('EADDRNOTAVAIL', expected, {
        what: `removal of ${address.address}`,
        type: RTM_DELADDR,
        flags: 0,
        body: addressHeader(from, address),
        attributes: addressAttributes(address, '').slice(0, 2),
      });
    }
  }

  async #ignoring(errno: string, expected: readonly ExpectedLink[], request: Request): Promise<void> {
    try {
      await requestExpecting(this.#socket, expected, request);
    } catch (error) {
      if (!(error instanceof KernelError && error.errno === errno)) throw error;
    }
  }
}
