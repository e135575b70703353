/** Plugs VIFs again, a few at a time. */

import type { WatchedVIF } from './watched-vif.ts';

/** The largest number of repairs at a time. */
const MAX_RUNNING = 16;

/** The repairs of a watch. */
export class Repairs {
  readonly #repair: (vif: WatchedVIF) => Promise<void>;
  readonly #waiting = new Set<WatchedVIF>();
  #running = 0;

  /** @param repair never rejects */
  constructor(repair: (vif: WatchedVIF) => Promise<void>) {
    this.#repair = repair;
  }

  add(vif: WatchedVIF): void {
    this.#waiting.add(vif);
    this.#startSome();
  }

  delete(vif: WatchedVIF): void {
    this.#waiting.delete(vif);
  }

  #startSome(): void {
    for (const vif of this.#waiting) {
      if (this.#running === MAX_RUNNING) return;
      this.#waiting.delete(vif);
      this.#running += 1;
      void this.#repair(vif).then(() => {
        this.#running -= 1;
        this.#startSome();
      });
    }
  }
}
