/** IPv4 addresses and routes of a network namespace, by rtnetlink. */

import { KernelError } from '../../errors/host.ts';
import type { Addressing, AddressPlan, Links } from '../../wiring/host.ts';
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
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from './netlink/message.ts';
import type { NetlinkSocket, Request } from './netlink/socket.ts';

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

  /** Adds before it takes away, and replaces each route in one request: traffic goes on all the while. */
  async move({ addresses, routes }: AddressPlan, from: number, to: number): Promise<void> {
    const label = (await this.#links.get(to))?.name ?? '';
    for (const address of addresses) {
      await this.#ignoring('EEXIST', {
        what: `addition of ${address.address} to ${label}`,
        type: RTM_NEWADDR,
        flags: NLM_F_CREATE | NLM_F_EXCL,
        body: addressHeader(to, address),
        attributes: addressAttributes(address, label),
      });
    }
    // Routes on the link first: a gateway may be reached by one.
    for (const route of routes.toSorted((a, b) => b.scope - a.scope)) {
      await this.#socket.request({
        what: `change of the route to ${route.destination} to ${label}`,
        type: RTM_NEWROUTE,
        flags: NLM_F_CREATE | NLM_F_REPLACE,
        body: routeHeader(route),
        attributes: routeAttributes(route, to),
      });
    }
    for (const address of addresses) {
      await this.#ignoring('EADDRNOTAVAIL', {
        what: `removal of ${address.address}`,
        type: RTM_DELADDR,
        flags: 0,
        body: addressHeader(from, address),
        attributes: addressAttributes(address, '').slice(0, 2),
      });
    }
  }

  async #ignoring(errno: string, request: Request): Promise<void> {
    try {
      await this.#socket.request(request);
    } catch (error) {
      if (!(error instanceof KernelError && error.errno === errno)) throw error;
    }
  }
}
