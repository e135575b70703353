/**
 * Deletes network devices together. The kernel waits once for all users of the devices of one deletion, so
 * that many cost hardly more than one. Deletions that are asked for while the kernel works on earlier ones
 * are made together afterwards.
 */

import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../host-contract/host.ts';
import type { ExpectedLink } from '../host-contract/links.ts';

/** How long a deletion waits for unplugs that are expected, in ms. */
const PATIENCE_MS = 100;

/** A device that somebody waits for. */
interface Deletion {
  readonly link: ExpectedLink;
  readonly signal: AbortSignal | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

/** One for each host: it serves all unplugs of the host, whoever calls them. */
export class DeletionQueue {
  readonly #host: Host;
  #waiting: Deletion[] = [];
  #isWorking = false;
  /** Unplugs that will come to a deletion, or end without one. */
  #expected = 0;
  #onArrival = (): void => {};

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Deletes a device. A missing device is ignored, and so is one that is no longer as the caller saw it.
   *
   * @param signal withdraws the deletion while it waits
   * @throws the error of the kernel for this device, or the reason of the signal
   */
  delete(link: ExpectedLink, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ link, signal, resolve, reject });
      this.#onArrival();
      if (!this.#isWorking) void this.#work();
    });
  }

  /**
   * Runs one of many unplugs. A deletion waits a moment for those that run, so that they are made together.
   */
  async expecting<T>(unplug: () => Promise<T>): Promise<T> {
    this.#expected += 1;
    try {
      return await unplug();
    } finally {
      this.#expected -= 1;
      this.#onArrival();
    }
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    while (this.#waiting.length > 0) {
      await this.#gather();
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#deleteTogether(batch.filter(isWanted));
    }
    this.#isWorking = false;
  }

  /**
   * Waits as long as each round of the event loop brings another deletion: callers that
   * started together arrive together.
   */
  async #gather(): Promise<void> {
    for (let before = 0; before < this.#waiting.length; ) {
      before = this.#waiting.length;
      await setImmediate();
    }
    if (this.#waiting.length < this.#expected) await this.#untilAllArrive();
  }

  async #untilAllArrive(): Promise<void> {
    const patience = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      this.#onArrival = () => {
        if (this.#waiting.length >= this.#expected) resolve();
      };
    });
    await Promise.race([arrived, sleep(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})]);
    this.#onArrival = () => {};
    patience.abort();
  }

  async #deleteTogether(batch: readonly Deletion[]): Promise<void> {
    const { links } = this.#host;
    const all = batch.map(({ link }) => link);
    try {
      if (all.length > 0) await links.deleteAll(indexesOf(all), all);
      for (const { resolve } of batch) resolve();
    } catch {
      // A device that cannot be deleted does not keep the others.
      for (const { link, resolve, reject } of batch)
        await links.deleteAll(indexesOf([link]), [link]).then(resolve, reject);
    }
  }
}

function isWanted({ signal, reject }: Deletion): boolean {
  if (signal?.aborted) reject(signal.reason);
  return !signal?.aborted;
}

function indexesOf(links: readonly ExpectedLink[]): number[] {
  return links.map(({ index }) => index);
}
