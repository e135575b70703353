/** The interface between the wiring engine and a host. LinuxHost, MemoryHost and RemoteHost implement it. */

import type { Addressing } from './addressing.ts';
import type { SourceGuards } from './guards/source-guards.ts';
import type { ExpectedLink, Links } from './links.ts';
import type { Ovsdb } from './ovsdb.ts';
import type { Filter, IngressFilter } from './packet-filters.ts';
import type { Pci } from './pci.ts';

/** A host: one network namespace of one machine. */
export interface Host {
  readonly links: Links;
  readonly addressing: Addressing;
  readonly sysctl: Sysctl;
  readonly filter: Filter;
  readonly ingress: IngressFilter;
  readonly guards: SourceGuards;
  readonly pci: Pci;
  readonly ovsdb: Ovsdb;
  /**
   * The network namespace of the host, as given to `LinuxHost.open`: a name that `ip netns` knows, or a
   * path. For a RemoteHost, the namespace of the helper. Absent for the namespace of the process, and for
   * a MemoryHost. A plugin that starts programs runs them in this namespace, for example with `ip netns
   * exec` or `nsenter --net=<path>`.
   */
  readonly netns?: string | undefined;
  /** Waits for running calls, then closes sockets and connections. Later calls fail with ERR_OSVIF_CLOSED. */
  close(): Promise<void>;
}

/** The files under /proc/sys, as this network namespace sees them. */
export interface Sysctl {
  /**
   * The value of a key, a path such as `net/ipv4/conf/br0/arp_ignore`.
   * Undefined when the file does not exist.
   */
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, expected?: readonly ExpectedLink[]): Promise<void>;
}
