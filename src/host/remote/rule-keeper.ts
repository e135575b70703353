/**
 * Removes the packet filters of a device together with the device. Rules of iptables and nftables refer to
 * names. A remaining rule would apply to the next device with the same name.
 */

import { OsVifError } from '../../errors/base.ts';
import { bridgesWithChain, chainOf } from '../../host-contract/filters/filter-chains.ts';
import type { Host } from '../../host-contract/host.ts';
import type { Link } from '../../host-contract/links.ts';

/** The kinds of rules: chains of iptables, drop rules of nftables, and source guards. */
export type RuleKind = 'filter' | 'ingress' | 'guard';

/** Removes the packet filters of deleted devices. */
export class RuleKeeper {
  readonly #host: Host;
  /** Names of devices that may have rules of a kind. */
  readonly #names: Readonly<Record<RuleKind, Set<string>>> = {
    filter: new Set(),
    ingress: new Set(),
    guard: new Set(),
  };
  /** The number of times that rules were set. */
  #settings = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Finds the rules of earlier helpers, and removes rules whose device is missing. */
  async load(): Promise<void> {
    const { filter, ingress, guards } = this.#host;
    // Errors are ignored, because a host without iptables or nftables has no rules.
    for (const name of await emptyOnError(bridgesWithChain(filter))) this.#names.filter.add(name);
    for (const { device } of await emptyOnError(ingress.list())) this.#names.ingress.add(device);
    // A guard for any device may come before its device.
    for (const { device, anyDevice } of await emptyOnError(guards.list()))
      if (!anyDevice) this.#names.guard.add(device);
    await this.#removeOrphans();
  }

  /** Runs `action`, which sets rules for a device. Removes the rules if the device disappeared meanwhile. */
  async setting(kind: RuleKind, name: string, action: () => Promise<void>): Promise<void> {
    this.#names[kind].add(name);
    await action();
    this.#settings += 1;
    if ((await this.#host.links.get(name)) === undefined) await this.#remove([name]);
  }

  /**
   * Runs `action`, which deletes devices. Their rules are removed first, so that no rule remains
   * if the helper is killed between the two steps. Rules that another request sets during the
   * deletion are removed afterwards.
   */
  async deleting(indexes: readonly number[], action: () => Promise<void>): Promise<void> {
    const before = this.#settings;
    if (this.#hasNames()) await this.#remove(namesLeavingWith(indexes, await this.#host.links.list()));
    await action();
    if (this.#settings !== before) await this.#removeOrphans();
  }

  async #removeOrphans(): Promise<void> {
    if (!this.#hasNames()) return;
    const present = new Set((await this.#host.links.list()).map(({ name }) => name));
    const named = this.#all();
    await this.#remove(named.filter((name) => !present.has(name)));
  }

  async #remove(names: readonly string[]): Promise<void> {
    const { filter, ingress, guards } = this.#host;
    const chains = names.filter((name) => this.#names.filter.delete(name));
    if (chains.length > 0) {
      const bridges = await bridgesWithChain(filter);
      for (const name of chains) if (bridges.includes(name)) await filter.delete(chainOf(name));
    }
    const devices = new Set(names.filter((name) => this.#names.ingress.delete(name)));
    if (devices.size > 0)
      for (const drop of await ingress.list()) if (devices.has(drop.device)) await ingress.delete(drop);
    for (const name of names.filter((each) => this.#names.guard.delete(each))) {
      const guard = await guards.get(name);
      if (guard !== undefined && !guard.anyDevice) await guards.delete(guard);
    }
  }

  #all(): string[] {
    return Object.values(this.#names).flatMap((names) => [...names]);
  }

  #hasNames(): boolean {
    return Object.values(this.#names).some(({ size }) => size > 0);
  }
}

/**
 * The names of these devices and of all devices that the kernel deletes with them: peers of veths,
 * and devices above them.
 */
function namesLeavingWith(indexes: readonly number[], all: readonly Link[]): string[] {
  const leaving = new Set(indexes);
  let before = 0;
  while (before !== leaving.size) {
    before = leaving.size;
    for (const { index, lower, kind } of all) {
      if (leaving.has(lower)) leaving.add(index);
      if (kind === 'veth' && leaving.has(index)) leaving.add(lower);
    }
  }
  return all.flatMap(({ index, name }) => (leaving.has(index) ? [name] : []));
}

async function emptyOnError<T>(list: Promise<T[]>): Promise<T[]> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof OsVifError) return [];
    throw error;
  }
}
