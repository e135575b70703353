/** An in-memory host with the rules of the kernel, for dry runs, examples and tests. */

import { type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { HostClosedError } from '../../errors/host.ts';
import { FUNCTION } from '../../errors/value-kinds.ts';
import type { Host } from '../../host-contract/host.ts';
import { MemoryFilter } from './memory-filter.ts';
import { MemoryGuards } from './memory-guards.ts';
import { MemoryLinks } from './memory-links.ts';
import { MemoryAddressing, MemoryIngress, MemoryPci, MemorySysctl } from './memory-network.ts';
import { MemoryOvsdb } from './memory-ovsdb.ts';
import type { BeforeChange } from './nic-settings.ts';

/** Options of a MemoryHost. */
export interface MemoryHostOptions {
  /** Simulates other processes of the host. Called immediately before each change of a device. */
  readonly beforeChange?: BeforeChange;
}

const OPTIONS: OptionKinds<MemoryHostOptions> = { beforeChange: FUNCTION };

/** An in-memory host. It needs no privileges and no Linux. Its state is lost with the object. */
export class MemoryHost implements Host {
  readonly links: MemoryLinks;
  readonly addressing: MemoryAddressing;
  readonly sysctl: MemorySysctl;
  readonly filter: MemoryFilter;
  readonly ingress: MemoryIngress;
  readonly guards: MemoryGuards;
  readonly pci: MemoryPci;
  readonly ovsdb: MemoryOvsdb;
  #closed = false;

  /** The name of the class. A bundler may rename the class itself. */
  get [Symbol.toStringTag](): string {
    return 'MemoryHost';
  }

  constructor(options: MemoryHostOptions = {}) {
    requireOptions('MemoryHost', options, OPTIONS);
    const { beforeChange } = options;
    const requireOpen = (): void => {
      if (this.#closed) throw new HostClosedError();
    };
    this.links = new MemoryLinks(requireOpen, beforeChange);
    this.addressing = new MemoryAddressing(requireOpen, this.links);
    this.sysctl = new MemorySysctl(requireOpen, this.links);
    this.filter = new MemoryFilter(requireOpen);
    this.ingress = new MemoryIngress(requireOpen);
    this.guards = new MemoryGuards(requireOpen, this.links);
    this.pci = new MemoryPci(requireOpen);
    this.ovsdb = new MemoryOvsdb({ hasLink: (name) => this.links.has(name) });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.links.endChanges(new HostClosedError());
    await this.ovsdb.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
