/** The deadline and the signal of one call. They end all waiting of the call. */
import { OvsdbTimeoutError } from '../../errors/ovs.ts';
import type { OvsdbCallOptions } from '../../host-contract/ovsdb.ts';

/** The deadline of one call. Call `end` when the call ends. */
export class Deadline {
  /** Aborted when the caller aborts the call, when the deadline passes, and when the call ends. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort: () => void;

  /** @param describe returns the current work of the call, for the error at the deadline */
  constructor(connection: string, options: OvsdbCallOptions, defaultTimeout: number, describe: () => string) {
    this.signal = this.#controller.signal;
    this.#outer = options.signal;
    this.#onOuterAbort = () => {
      const reason: unknown = this.#outer?.reason;
      // The error of AbortSignal.timeout() does not contain the work of the call.
      const isDeadline = reason instanceof DOMException && reason.name === 'TimeoutError';
      const late = () =>
        new OvsdbTimeoutError(connection, `${describe()} did not end before the deadline`, { cause: reason });
      this.#controller.abort(isDeadline ? late() : reason);
    };
    const timeout = options.timeout ?? defaultTimeout;
    if (timeout > 0) {
      const onDeadline = () =>
        this.#controller.abort(new OvsdbTimeoutError(connection, `${describe()} did not end within ${timeout} ms`));
      this.#timer = setTimeout(onDeadline, timeout);
    }
    if (this.#outer?.aborted) this.#onOuterAbort();
    else this.#outer?.addEventListener('abort', this.#onOuterAbort, { once: true });
  }

  /** @throws the reason of the end if the call has ended */
  throwIfEnded(): void {
    this.signal.throwIfAborted();
  }

  /** The result of `promise`. Throws if the call ends first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(this.signal.reason);
      if (this.signal.aborted) onAbort();
      else this.signal.addEventListener('abort', onAbort, { once: true });
      promise.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', onAbort));
    });
  }

  /** Waits for this many milliseconds. */
  async sleep(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.race(new Promise((resolve) => (timer = setTimeout(resolve, milliseconds))));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the call: releases its timer and its listeners. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
  }
}

/** Waits for this many milliseconds. @throws the reason of the signal if it is aborted first */
export function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
