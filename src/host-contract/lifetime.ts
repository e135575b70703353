/**
 * The calls of an object that is closed at the end. Closing waits for the calls that are under way.
 */

export class Lifetime {
  readonly #closedError: () => Error;
  readonly #running = new Set<Promise<unknown>>();
  #ending: Promise<void> | undefined;

  /** @param closedError makes the error of calls after the end */
  constructor(closedError: () => Error) {
    this.#closedError = closedError;
  }

  /** @throws the error of calls after the end */
  requireOpen(): void {
    if (this.#ending !== undefined) throw this.#closedError();
  }

  /** Runs a call. @throws the error of calls after the end */
  async run<T>(call: () => Promise<T>): Promise<T> {
    this.requireOpen();
    const running = call();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /**
   * Refuses further calls, waits for the calls under way, and runs `release`. Each further call
   * returns the outcome of the first.
   */
  end(release: () => Promise<void>): Promise<void> {
    this.#ending ??= Promise.allSettled(this.#running).then(release);
    return this.#ending;
  }
}
