/** A limit of the number of calls that run at the same time. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  #idle: (() => void)[] = [];
  readonly #count: number;

  constructor(count: number) {
    this.#free = count;
    this.#count = count;
  }

  /** Takes a slot. Callers get slots in the order of their calls. */
  async take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve));
  }

  /** Gives a slot back. */
  release(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next();
      return;
    }
    this.#free++;
    if (this.#free < this.#count) return;
    for (const tell of this.#idle) tell();
    this.#idle = [];
  }

  /** Resolves when no slot is taken. */
  async idle(): Promise<void> {
    if (this.#free < this.#count) await new Promise<void>((resolve) => void this.#idle.push(resolve));
  }
}
