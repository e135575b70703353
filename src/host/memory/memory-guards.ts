/**
 * The source guards of a MemoryHost. Like Linux 6.18, it binds a guard to each device that gets its
 * name.
 */

import { NetlinkError } from '../../errors/kernel.ts';
import { canonicalGuard } from '../../host-contract/guards/canonical-guard.ts';
import type {
  ListedGuard,
  SourceGuard,
  SourceGuardState,
  SourceGuards,
} from '../../host-contract/guards/source-guards.ts';
import type { Links } from '../../host-contract/links.ts';
import { canonicalUuid } from '../../text/uuid.ts';

interface KeptGuard {
  readonly guard: SourceGuard;
  /** The index of the device when the guard was set. */
  readonly index: number | undefined;
  readonly drops: number;
  readonly active: boolean;
}

/** The source guards of a MemoryHost. No frames pass, so the counters change only by `addDrops`. */
export class MemoryGuards implements SourceGuards {
  readonly #requireOpen: () => void;
  readonly #links: Pick<Links, 'get'>;
  readonly #guards = new Map<string, KeptGuard>();

  constructor(requireOpen: () => void, links: Pick<Links, 'get'>) {
    this.#requireOpen = requireOpen;
    this.#links = links;
  }

  /** Counts frames as dropped by the guard of a device. */
  addDrops(device: string, frames: number): void {
    this.#update(device, ({ drops }) => ({ drops: drops + frames }));
  }

  /** Changes the rules of a guard, as another program can do. */
  breakRules(device: string): void {
    this.#update(device, () => ({ active: false }));
  }

  /** Deletes all guards, as `nft flush ruleset` does. */
  flush(): void {
    this.#guards.clear();
  }

  async list(): Promise<ListedGuard[]> {
    return (await this.states()).map(({ addresses: _, active: __, ...listed }) => listed);
  }

  async states(): Promise<SourceGuardState[]> {
    this.#requireOpen();
    return Promise.all([...this.#guards.values()].map((kept) => this.#stateOf(kept)));
  }

  async get(device: string): Promise<SourceGuardState | undefined> {
    this.#requireOpen();
    const kept = this.#guards.get(device);
    return kept && (await this.#stateOf(kept));
  }

  async set(given: SourceGuard): Promise<void> {
    this.#requireOpen();
    const guard = canonicalGuard(given);
    const { device, owner, anyDevice } = guard;
    const what = `source guard of ${device}`;
    const before = this.#guards.get(device);
    if (before !== undefined && before.guard.owner !== owner)
      throw new NetlinkError(what, 'EEXIST', `the device has a guard of ${before.guard.owner}`);
    const index = anyDevice ? undefined : (await this.#links.get(device))?.index;
    if (index === undefined && !anyDevice) throw new NetlinkError(what, 'ENODEV', `no such device: ${device}`);
    this.#guards.set(device, { guard, index, drops: before?.drops ?? 0, active: true });
  }

  async delete({ device, owner }: Pick<SourceGuard, 'device' | 'owner'>): Promise<void> {
    this.#requireOpen();
    if (this.#guards.get(device)?.guard.owner === canonicalUuid(owner)) this.#guards.delete(device);
  }

  async #stateOf({ guard, index, drops, active }: KeptGuard): Promise<SourceGuardState> {
    const bound = index === undefined || (await this.#links.get(guard.device))?.index === index;
    return { ...guard, drops, bound, active };
  }

  #update(device: string, changes: (kept: KeptGuard) => Partial<KeptGuard>): void {
    const kept = this.#guards.get(device);
    if (kept !== undefined) this.#guards.set(device, { ...kept, ...changes(kept) });
  }
}
