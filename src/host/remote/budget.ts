/** Limits the bytes that several holders have together. */

export class Budget<Holder> {
  readonly #limit: number;
  readonly #onExceeded: (largest: Holder) => void;
  readonly #held = new Map<Holder, number>();
  #total = 0;

  /**
   * @param limit the largest number of bytes of all holders together
   * @param onExceeded called with the holder with most bytes, each time that an addition exceeds the limit
   */
  constructor(limit: number, onExceeded: (largest: Holder) => void) {
    this.#limit = limit;
    this.#onExceeded = onExceeded;
  }

  /** Adds a holder. Changes of other holders have no effect. */
  join(holder: Holder): void {
    this.#held.set(holder, 0);
  }

  /** Removes the holder and its bytes. */
  leave(holder: Holder): void {
    this.#total -= this.heldBy(holder);
    this.#held.delete(holder);
  }

  heldBy(holder: Holder): number {
    return this.#held.get(holder) ?? 0;
  }

  change(holder: Holder, bytes: number): void {
    if (!this.#held.has(holder)) return;
    this.#held.set(holder, this.heldBy(holder) + bytes);
    this.#total += bytes;
    if (bytes > 0 && this.#total > this.#limit) this.#onExceeded(this.#largest(holder));
  }

  #largest(first: Holder): Holder {
    let largest = first;
    for (const [holder, bytes] of this.#held) if (bytes > this.heldBy(largest)) largest = holder;
    return largest;
  }
}
