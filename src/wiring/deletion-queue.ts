/**
 * Deletes network devices in batches. The kernel waits once for all users of the devices of one request, so a
 * request for many devices hardly takes longer than a request for one. Deletions that arrive while the kernel
 * works on a batch form the next batch.
 */

import type { Operation } from '../host-contract/diagnostics/messages.ts';
import { currentOperations, onBehalfOf } from '../host-contract/diagnostics/traced.ts';
import type { Host } from '../host-contract/host.ts';
import type { ExpectedLink } from '../host-contract/links.ts';
import { nextRound, sleep } from './timing.ts';

/** Maximum time that a deletion waits for the deletions of other running unplugs, in ms. */
const PATIENCE_MS = 100;

/** One deletion that a caller waits for. */
interface Deletion {
  readonly link: ExpectedLink;
  readonly signal: AbortSignal | undefined;
  /** The operations that the caller is a part of. */
  readonly operations: readonly Operation[];
  resolve(): void;
  reject(error: unknown): void;
}

/** Serves all unplugs of one host. */
export class DeletionQueue {
  readonly #host: Host;
  #waiting: Deletion[] = [];
  #isWorking = false;
  /** Number of running unplugs. Each unplug asks for a deletion or ends without one. */
  #expected = 0;
  #onArrival = (): void => {};

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Deletes a device. A missing device is ignored. A device that no longer agrees with `link` is ignored too.
   *
   * @param signal cancels the deletion while it waits in the queue
   * @throws the error of the kernel for this device, or the reason of the signal
   */
  delete(link: ExpectedLink, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ link, signal, operations: currentOperations(), resolve, reject });
      this.#onArrival();
      if (!this.#isWorking) void this.#work();
    });
  }

  /**
   * Runs one of many unplugs. A deletion waits up to 100 ms for the other running unplugs, so that one
   * request deletes the devices of all of them.
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
   * Waits until one round of the event loop brings no further deletion, because callers that started together
   * arrive together. Then waits for the running unplugs.
   */
  async #gather(): Promise<void> {
    for (let before = 0; before < this.#waiting.length; ) {
      before = this.#waiting.length;
      await nextRound();
    }
    if (this.#waiting.length < this.#expected) await this.#waitForRunningUnplugs();
  }

  /** Waits until each running unplug has asked for its deletion or has ended, at most 100 ms. */
  async #waitForRunningUnplugs(): Promise<void> {
    const patience = new AbortController();
    const arrived = new Promise<void>((resolve) => {
      this.#onArrival = () => {
        if (this.#waiting.length >= this.#expected) resolve();
      };
    });
    await Promise.race([arrived, sleep(PATIENCE_MS, patience.signal)]);
    this.#onArrival = () => {};
    patience.abort();
  }

  async #deleteTogether(batch: readonly Deletion[]): Promise<void> {
    const { links } = this.#host;
    const all = batch.map(({ link }) => link);
    try {
      const operations = batch.flatMap((deletion) => deletion.operations);
      if (all.length > 0) await onBehalfOf(operations, () => links.deleteAll(indexesOf(all), all));
      for (const { resolve } of batch) resolve();
    } catch {
      // One device that cannot be deleted does not stop the others: each device now has its own request.
      for (const { link, operations, resolve, reject } of batch)
        await onBehalfOf(operations, () => links.deleteAll(indexesOf([link]), [link])).then(resolve, reject);
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
