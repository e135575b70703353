/** The Linux machine on which this process runs, or one of its network namespaces. */

import { type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { HostClosedError, UnsupportedHostError } from '../../errors/host.ts';
import { OBJECT, TEXT } from '../../errors/value-kinds.ts';
import type { Addressing } from '../../host-contract/addressing.ts';
import type { SourceGuards } from '../../host-contract/guards/source-guards.ts';
import type { Host, Sysctl } from '../../host-contract/host.ts';
import { interceptHost } from '../../host-contract/intercept.ts';
import { Lifetime } from '../../host-contract/lifetime.ts';
import type { Links } from '../../host-contract/links.ts';
import type { Ovsdb } from '../../host-contract/ovsdb.ts';
import type { Filter, IngressFilter } from '../../host-contract/packet-filters.ts';
import type { Pci } from '../../host-contract/pci.ts';
import { adviceTo, advised } from '../../text/advice.ts';
import { OvsdbClient, type OvsdbClientOptions } from '../ovsdb/ovsdb-client.ts';
import { Devlink } from './devlink.ts';
import { type Libc, loadLibc } from './libc.ts';
import { LinuxAddressing } from './linux-addressing.ts';
import { LinuxFilter } from './linux-filter.ts';
import { LinuxGuards } from './linux-guards.ts';
import { LinuxIngress } from './linux-ingress.ts';
import { LinuxLinks } from './linux-links.ts';
import { LinuxPci } from './linux-pci.ts';
import { LinuxSysctl } from './linux-sysctl.ts';
import { NetlinkSocket } from './netlink/socket.ts';
import { type NetworkNamespace, openNetworkNamespace } from './network-namespace.ts';

/** How to open a LinuxHost. */
export interface LinuxHostOptions {
  /**
   * A network namespace: a name of `ip netns`, or a path such as /proc/1234/ns/net.
   * Default: the namespace of this process.
   */
  readonly netns?: string;
  /**
   * The address of Open vSwitch's database. The host connects at the first use.
   * Default: the local socket, unix:/run/openvswitch/db.sock.
   */
  readonly ovsdb?: OvsdbClientOptions;
  /** The mount point of sysfs, for PCI functions. Default: /sys. */
  readonly sysfsRoot?: string;
}

const OPEN_OPTIONS: OptionKinds<LinuxHostOptions> = { netns: TEXT, ovsdb: OBJECT, sysfsRoot: TEXT };

/**
 * Works on the network devices of the kernel through rtnetlink and /dev/net/tun.
 * Needs koffi. Every change needs CAP_NET_ADMIN.
 */
export class LinuxHost implements Host {
  readonly links: Links;
  readonly addressing: Addressing;
  readonly sysctl: Sysctl;
  readonly filter: Filter;
  readonly ingress: IngressFilter;
  readonly guards: SourceGuards;
  readonly pci: Pci;
  readonly ovsdb: Ovsdb;
  readonly netns: string | undefined;
  readonly #namespace: NetworkNamespace;
  readonly #socket: NetlinkSocket;
  readonly #devlink: Devlink;
  readonly #links: LinuxLinks;
  readonly #guards: LinuxGuards;
  readonly #lifetime = new Lifetime(() => new HostClosedError());

  /** The name of the class. A bundler may rename the class itself. */
  get [Symbol.toStringTag](): string {
    return 'LinuxHost';
  }

  private constructor(
    libc: Libc,
    ovsdb: Ovsdb,
    namespace: NetworkNamespace,
    socket: NetlinkSocket,
    sysfsRoot: string,
    netns: string | undefined,
  ) {
    this.netns = netns;
    this.#devlink = new Devlink(libc, namespace);
    const links = new LinuxLinks(libc, namespace, socket);
    this.#guards = new LinuxGuards(libc, namespace, links);
    const parts = {
      links,
      addressing: new LinuxAddressing(socket, links),
      sysctl: new LinuxSysctl(namespace, links),
      filter: new LinuxFilter(namespace),
      ingress: new LinuxIngress(namespace),
      guards: this.#guards,
      pci: new LinuxPci(sysfsRoot, () => this.#devlink.ports()),
      ovsdb,
      close: async () => {},
    };
    // The namespace stays open until each call has ended. A closed descriptor may be another file
    // later.
    const guarded = interceptHost(parts, (_, proceed) =>
      this.#lifetime.run(() => {
        namespace.requireName();
        return proceed();
      }),
    );
    this.#links = links;
    this.links = guarded.links;
    this.addressing = guarded.addressing;
    this.sysctl = guarded.sysctl;
    this.filter = guarded.filter;
    this.ingress = guarded.ingress;
    this.guards = guarded.guards;
    this.pci = guarded.pci;
    this.ovsdb = ovsdb;
    this.#namespace = namespace;
    this.#socket = socket;
  }

  /**
   * Opens a host.
   *
   * @throws UnsupportedHostError on an operating system other than Linux
   * @throws MissingKoffiError if koffi is not installed
   * @throws OvsdbConnectionError if `ovsdb.connection` is invalid
   * @throws NamespaceError if `netns` does not exist or may not be entered
   */
  static async open(options: LinuxHostOptions = {}): Promise<LinuxHost> {
    requireOptions('LinuxHost.open', options, OPEN_OPTIONS);
    const { netns, ovsdb, sysfsRoot = '/sys' } = options;
    if (process.platform !== 'linux') throw notLinux(process.platform);
    const database = new OvsdbClient(ovsdb);
    const libc = await loadLibc();
    const namespace = openNetworkNamespace(libc, netns);
    try {
      const socket = NetlinkSocket.open(libc, namespace);
      return new LinuxHost(libc, database, namespace, socket, sysfsRoot, netns);
    } catch (error) {
      namespace.close();
      throw error;
    }
  }

  /**
   * Waits for the calls to the kernel, and closes all sockets. Calls to Open vSwitch end with
   * ERR_OSVIF_CLOSED, and so do later calls. A further `close()` waits for the first.
   */
  async close(): Promise<void> {
    await this.ovsdb.close();
    await this.#links.endChanges();
    await this.#lifetime.end(async () => {
      await this.#socket.close();
      await this.#devlink.close();
      await this.#guards.close();
      this.#namespace.close();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function notLinux(platform: string): UnsupportedHostError {
  const text = `LinuxHost works on Linux, this is ${platform}: use MemoryHost for a dry run`;
  const advice = adviceTo('use-another-host', text, { platform });
  return advised(new UnsupportedHostError(advice.text), advice);
}
