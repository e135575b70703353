/** The last calls of a server with their results, so that a message that comes twice runs once. */

/**
 * How many calls are remembered. oslo.messaging remembers 16, and does not answer a repeated one.
 */
const MOST_CALLS = 1_024;
/**
 * The size of all remembered results, in characters of JSON. Larger results of earlier calls are
 * forgotten first.
 */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** A call that runs or has run. */
interface Remembered {
  /** The JSON text of its result. Undefined after the result was forgotten. */
  outcome: Promise<string> | undefined;
  size: number;
}

/** Calls by the ids of their messages, the earliest first. */
export class RecentCalls {
  readonly #calls = new Map<string, Remembered>();
  #size = 0;

  /** Whether a call with this id runs or has run. */
  has(id: string): boolean {
    return this.#calls.has(id);
  }

  /** The result of an earlier call with this id. Undefined if it was forgotten. */
  outcomeOf(id: string): Promise<string> | undefined {
    return this.#calls.get(id)?.outcome;
  }

  /** Remembers a call that begins. */
  add(id: string, outcome: Promise<string>): void {
    const call: Remembered = { outcome, size: 0 };
    this.#calls.set(id, call);
    for (const earliest of this.#calls.keys()) {
      if (this.#calls.size <= MOST_CALLS) break;
      this.forget(earliest);
    }
    void outcome.then((text) => this.#addSize(id, call, text.length));
  }

  /** Forgets a call, so that a further message with its id runs. */
  forget(id: string): void {
    this.#size -= this.#calls.get(id)?.size ?? 0;
    this.#calls.delete(id);
  }

  #addSize(id: string, added: Remembered, size: number): void {
    if (this.#calls.get(id) !== added) return;
    added.size = size;
    this.#size += size;
    for (const call of this.#calls.values()) {
      if (this.#size <= MOST_CHARACTERS) return;
      this.#size -= call.size;
      if (call.size > 0) call.outcome = undefined;
      call.size = 0;
    }
  }
}
