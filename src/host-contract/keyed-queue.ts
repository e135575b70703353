/** A queue for actions that must not run at the same time: those that share a key run one after the other. */

export class KeyedQueue {
  /** Settles when the last action with the key has left the queue. */
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs `action` after all earlier actions that share a key with it.
   *
   * @param signal ends the wait at once; an action that has started is not interrupted
   * @throws the reason of the signal, when it is aborted before the action starts
   */
  async run<T>(keys: readonly string[], action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const earlier = keys.flatMap((key) => this.#last.get(key) ?? []);
    const turn = earlier.length === 0 ? undefined : Promise.all(earlier);
    let leave = (): void => {};
    const done = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // An action that a signal ends leaves its place early, but later actions still wait for the earlier ones.
    const left = turn === undefined || signal === undefined ? done : turn.then(() => done);
    for (const key of keys) this.#last.set(key, left);
    try {
      await untilAborted(turn, signal);
      return await action();
    } finally {
      leave();
      void left.then(() => this.#forget(keys, left));
    }
  }

  /** Whether an action with the key runs or waits. */
  has(key: string): boolean {
    return this.#last.has(key);
  }

  /** Resolves when every action that is in the queue now has left it. */
  async idle(): Promise<void> {
    await Promise.all(this.#last.values());
  }

  #forget(keys: readonly string[], left: Promise<void>): void {
    for (const key of keys) if (this.#last.get(key) === left) this.#last.delete(key);
  }
}

/** The outcome of the work, or the reason of the signal, whichever comes first. */
async function untilAborted(work: Promise<unknown> | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (work === undefined || signal === undefined) {
    await work;
    return;
  }
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    await Promise.race([work, aborted]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
