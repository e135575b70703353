/**
 * Deletes network devices in batches. The kernel waits once for all users of the devices of one request, so a
 * request for many devices hardly takes longer than a request for one. Deletions that arrive while the kernel
 * works on a batch form the next batch.
 */

import type { Operation } from '../host-contract/diagnostics/messages.ts';
import { currentOperations, onBehalfOf } from '../host-contract/diagnostics/traced.ts';
import type { Host } from '../host-contract/host.ts';
import type { ExpectedLink } from '../host-contract/links.ts';
import type { Deletions } from './elements/verbs.ts';
import { nextRound, sleep } from './timing.ts';

/** Maximum time that a deletion waits for the deletions of other running unplugs, in ms. */
const PATIENCE_MS = 100;
/** Time without a further deletion after which a deletion does not wait for unplugs of other callers, in ms. */
const QUIET_MS = 3;

/** One deletion that a caller waits for. */
interface Deletion {
  readonly link: ExpectedLink;
  readonly signal: AbortSignal | undefined;
  /** The operations that the caller is a part of. */
  readonly operations: readonly Operation[];
  resolve(): void;
  reject(error: unknown): void;
}

/** An unplug under way that has not asked for a deletion yet. */
interface ExpectedUnplug {
  /** Whether one caller waits for this unplug and for others. */
  readonly isOneOfMany: boolean;
}

/** Serves all unplugs of one host. */
export class DeletionQueue implements Deletions {
  readonly #host: Host;
  #waiting: Deletion[] = [];
  #isWorking = false;
  readonly #expected = new Set<ExpectedUnplug>();
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
   * Runs an unplug. Deletions wait for it until it has asked for its first deletion, so that one request
   * deletes the devices of several unplugs. An unplug without others under way does not wait.
   *
   * @param isOneOfMany whether one caller waits for this unplug and for others: deletions wait up to 100 ms for
   *   it. For other unplugs, they wait while further deletions arrive within 3 ms.
   */
  async during<T>(unplug: (deletions: Deletions) => Promise<T>, isOneOfMany = false): Promise<T> {
    const expected: ExpectedUnplug = { isOneOfMany };
    this.#expected.add(expected);
    const forget = (): void => {
      this.#expected.delete(expected);
      this.#onArrival();
    };
    const deletions: Deletions = {
      delete: (link, signal) => {
        const deletion = this.delete(link, signal);
        forget();
        return deletion;
      },
    };
    return unplug(deletions).finally(forget);
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
   * arrive together. Then waits for the expected unplugs.
   */
  async #gather(): Promise<void> {
    for (let before = 0; before < this.#waiting.length; ) {
      before = this.#waiting.length;
      await nextRound();
    }
    await this.#waitForExpectedUnplugs();
  }

  /** Waits until each expected unplug has asked for its deletion or has ended, within the limits of `during`. */
  async #waitForExpectedUnplugs(): Promise<void> {
    let isOver = this.#expected.size === 0;
    if (isOver) return;
    const patience = new AbortController();
    void sleep(PATIENCE_MS, patience.signal).then(() => {
      if (isOver) return;
      isOver = true;
      this.#onArrival();
    });
    while (!isOver) {
      const isQuiet = await this.#isQuiet();
      isOver ||= this.#expected.size === 0 || (isQuiet && !this.#expectsOneOfMany());
    }
    patience.abort();
  }

  /** Waits for the next event of the queue. Returns false if there is one within 3 ms. */
  async #isQuiet(): Promise<boolean> {
    const pause = new AbortController();
    let isQuiet = true;
    this.#onArrival = () => {
      isQuiet = false;
      pause.abort();
    };
    await sleep(QUIET_MS, pause.signal);
    this.#onArrival = () => {};
    return isQuiet;
  }

  #expectsOneOfMany(): boolean {
    return [...this.#expected].some(({ isOneOfMany }) => isOneOfMany);
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
