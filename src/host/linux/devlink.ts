/**
 * Asks devlink what the ports of NICs are for (kernel, Documentation/networking/devlink/devlink-port.rst).
 */

import { HostClosedError } from '../../errors/host.ts';
import { KernelError } from '../../errors/kernel.ts';
import type { SwitchPortRole } from '../../host-contract/pci.ts';
import type { Libc } from './libc.ts';
import { decodePorts, devlinkFamily, listFamilies, listPorts, NETLINK_GENERIC } from './netlink/devlink-message.ts';
import { NetlinkSocket } from './netlink/socket.ts';
import type { NetworkNamespace } from './network-namespace.ts';

/** Roles of ports, by the name of their network device. */
export type PortRoles = ReadonlyMap<string, SwitchPortRole>;

/** The NICs of one network namespace. Its socket is opened on first use. */
export class Devlink {
  readonly #libc: Libc;
  readonly #namespace: NetworkNamespace;
  #socket: NetlinkSocket | undefined;
  #running: Promise<PortRoles> | undefined;
  #closed = false;

  constructor(libc: Libc, namespace: NetworkNamespace) {
    this.#libc = libc;
    this.#namespace = namespace;
  }

  /** Calls at the same time share one list. Empty on a kernel without devlink. */
  ports(): Promise<PortRoles> {
    this.#running ??= this.#list().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#socket?.close();
  }

  async #list(): Promise<PortRoles> {
    if (this.#closed) throw new HostClosedError();
    try {
      this.#socket ??= NetlinkSocket.open(this.#libc, this.#namespace, NETLINK_GENERIC);
      const family = devlinkFamily(await this.#socket.dump(listFamilies()));
      return family === undefined ? new Map() : decodePorts(await this.#socket.dump(listPorts(family)));
    } catch (error) {
      // The kernel does not let us ask, or a driver fails to describe its ports: the names of the ports tell.
      if (error instanceof KernelError) return new Map();
      throw error;
    }
  }
}
