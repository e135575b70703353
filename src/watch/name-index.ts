/** Finds the VIFs that depend on a device or a row. */

import type { WatchedVIF } from './watched-vif.ts';

/** The VIFs of a watch, by the names that their checks have read. */
export class NameIndex {
  readonly #vifs = new Map<string, Set<WatchedVIF>>();

  /** The VIFs whose last check has read the name. */
  find(name: string): Iterable<WatchedVIF> {
    return this.#vifs.get(name) ?? [];
  }

  /** Replaces the names of a VIF. */
  set(vif: WatchedVIF, names: ReadonlySet<string>): void {
    const before = vif.names;
    vif.names = names;
    for (const name of before) if (!names.has(name)) this.#remove(name, vif);
    for (const name of names) if (!before.has(name)) this.#add(name, vif);
  }

  #add(name: string, vif: WatchedVIF): void {
    const vifs = this.#vifs.get(name);
    if (vifs === undefined) this.#vifs.set(name, new Set([vif]));
    else vifs.add(vif);
  }

  #remove(name: string, vif: WatchedVIF): void {
    const vifs = this.#vifs.get(name);
    vifs?.delete(vif);
    if (vifs?.size === 0) this.#vifs.delete(name);
  }
}
