/**
 * Reads the roles of the ports of NICs from devlink (kernel,
 * Documentation/networking/devlink/devlink-port.rst).
 */

import { HostClosedError } from '../../errors/host.ts';
import { KernelError, OpenFilesError } from '../../errors/kernel.ts';
import type { SwitchPortRole } from '../../host-contract/pci.ts';
import type { Libc } from './libc.ts';
import { decodePorts, devlinkFamily, listFamilies, listPorts, NETLINK_GENERIC } from './netlink/devlink-message.ts';
import { NetlinkSocket } from './netlink/socket.ts';
import type { NetworkNamespace } from './network-namespace.ts';

/** Roles of ports, by the name of their network device. */
export type PortRoles = ReadonlyMap<string, SwitchPortRole>;

/** The NICs of one network namespace. The socket is opened at the first call. */
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

  /**
   * Reads the roles of all ports. Simultaneous calls share one list. The list is empty on a kernel without
   * devlink.
   */
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
      // The kernel does not permit the request, or a driver fails to describe its ports. The names of the
      // ports then tell their roles.
      if (error instanceof KernelError && !(error instanceof OpenFilesError)) return new Map();
      throw error;
    }
  }
}
