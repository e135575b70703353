/** Plugs VIFs again, a few at a time. */

import type { WatchedVIF } from './watched-vif.ts';

/** The largest number of repairs of one plugin at a time. */
const MAX_RUNNING = 16;

/**
 * The repairs of a watch. Each plugin has its own limit: while ovs-vswitchd is away, the repairs that
 * wait for it do not delay those of other plugins.
 */
export class Repairs {
  readonly #repair: (vif: WatchedVIF) => Promise<void>;
  readonly #waiting = new Set<WatchedVIF>();
  /** The number of running repairs, by plugin. */
  readonly #running = new Map<string, number>();

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
      const plugin = vif.attachment.vif.plugin ?? '';
      const running = this.#running.get(plugin) ?? 0;
      if (running === MAX_RUNNING) continue;
      this.#waiting.delete(vif);
      this.#running.set(plugin, running + 1);
      void this.#repair(vif).then(() => {
        this.#running.set(plugin, (this.#running.get(plugin) ?? 0) - 1);
        this.#startSome();
      });
    }
  }
}
