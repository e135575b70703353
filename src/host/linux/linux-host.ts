/** The Linux machine on which this process runs, or one of its network namespaces. */

import { type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { UnsupportedHostError } from '../../errors/host.ts';
import { OBJECT, TEXT } from '../../errors/value-kinds.ts';
import type { Addressing } from '../../host-contract/addressing.ts';
import type { Filter, IngressFilter } from '../../host-contract/filters/packet-filters.ts';
import type { SourceGuards } from '../../host-contract/guards/source-guards.ts';
import type { Host, Sysctl } from '../../host-contract/host.ts';
import type { Links } from '../../host-contract/links.ts';
import type { Ovsdb } from '../../host-contract/ovsdb.ts';
import type { Pci } from '../../host-contract/pci.ts';
import { adviceTo, advised } from '../../text/advice.ts';
import { importedLater } from '../open-files.ts';
import type { LinuxHostOptions } from './linux-parts.ts';

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
  readonly #parts: Host;

  /** The name of the class. A bundler may rename the class itself. */
  get [Symbol.toStringTag](): string {
    return 'LinuxHost';
  }

  private constructor(parts: Host) {
    this.#parts = parts;
    this.links = parts.links;
    this.addressing = parts.addressing;
    this.sysctl = parts.sysctl;
    this.filter = parts.filter;
    this.ingress = parts.ingress;
    this.guards = parts.guards;
    this.pci = parts.pci;
    this.ovsdb = parts.ovsdb;
    this.netns = parts.netns;
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
    if (process.platform !== 'linux') throw notLinux(process.platform);
    const { openParts } = await parts();
    return new LinuxHost(await openParts(options));
  }

  /**
   * Waits for the calls to the kernel, and closes all sockets. Calls to Open vSwitch end with
   * ERR_OSVIF_CLOSED, and so do later calls. A further `close()` waits for the first.
   */
  async close(): Promise<void> {
    await this.#parts.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

// Loaded later, because a process that opens no LinuxHost needs no netlink and no client of Open vSwitch.
const parts = importedLater('the parts of a LinuxHost', () => import('./linux-parts.ts'));

function notLinux(platform: string): UnsupportedHostError {
  const text = `LinuxHost works on Linux, this is ${platform}: use MemoryHost for a dry run`;
  const advice = adviceTo('use-another-host', text, { platform });
  return advised(new UnsupportedHostError(advice.text), advice);
}
