/** A host that exists in memory only, with the kernel's rules: for dry runs, examples and tests. */

import { HostClosedError } from '../../errors.ts';
import type { Host, Links } from '../../wiring/host.ts';
import { MemoryLinks } from './memory-links.ts';
import { MemoryOvsdb } from './memory-ovsdb.ts';

/** Needs no privileges and no Linux. What it holds is gone with it. */
export class MemoryHost implements Host {
  readonly links: Links;
  readonly ovsdb: MemoryOvsdb;
  #closed = false;

  constructor() {
    this.links = new MemoryLinks(() => {
      if (this.#closed) throw new HostClosedError();
    });
    this.ovsdb = new MemoryOvsdb();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.ovsdb.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
