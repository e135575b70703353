/** Events that wait for their reader. */

/** A queue with one reader. A new event replaces an unread event with the same key. */
export class EventQueue<T> {
  readonly #events = new Map<string, T>();
  #readers: ((result: Promise<IteratorResult<T, undefined>>) => void)[] = [];
  #isEnded = false;
  #error: unknown;

  push(key: string, event: T): void {
    if (this.#isEnded) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader(Promise.resolve({ done: false, value: event }));
      return;
    }
    // The newest event comes last.
    this.#events.delete(key);
    this.#events.set(key, event);
  }

  /** Ends the queue. The reader gets the unread events first, and then the error, once. */
  end(error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    for (const reader of this.#readers.splice(0)) reader(this.#last());
  }

  /** Drops the unread events. */
  clear(): void {
    this.#events.clear();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    for (const [key, value] of this.#events) {
      this.#events.delete(key);
      return Promise.resolve({ done: false, value });
    }
    if (this.#isEnded) return this.#last();
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  #last(): Promise<IteratorResult<T, undefined>> {
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }
}
