/**
 * The network devices of an in-memory host, and the changes that the kernel makes together with a
 * change of a device.
 */

import type { Link, LinkSettings, NamedLink } from '../../host-contract/links.ts';
import { localMac, PORT_DEFAULTS } from './kernel-defaults.ts';
import { followersOf, smallestMtu } from './stacked-links.ts';

/** The properties of a new device that depend on its kind. */
type OwnProperties = Partial<Link> & { readonly kind: string; readonly mtu: number };

/** The network devices of an in-memory host, by index. */
export class LinkTable {
  readonly #links = new Map<number, Link>();
  /** The bridges whose MTU was set. The MTU of every other bridge follows the MTU of its ports. */
  readonly #withOwnMtu = new Set<number>();
  #lastIndex = 0;
  readonly #onChange: (name: string) => void;

  /** @param onChange called with the name of each changed device */
  constructor(onChange: (name: string) => void) {
    this.#onChange = onChange;
  }

  get(index: number): Link | undefined {
    return this.#links.get(index);
  }

  has(index: number): boolean {
    return this.#links.has(index);
  }

  named(name: string): Link | undefined {
    for (const link of this.#links.values()) if (link.name === name) return link;
    return undefined;
  }

  all(): Link[] {
    return [...this.#links.values()];
  }

  /** Adds a device, and returns its index. */
  add(link: NamedLink, own: OwnProperties): number {
    this.#lastIndex += 1;
    const index = this.#lastIndex;
    const defaults = { mac: localMac(index), up: false, promiscuous: false, alias: '', group: 0, master: 0, lower: 0 };
    this.#links.set(index, { ...defaults, ...own, name: link.name, index });
    this.update(index, known(link));
    return index;
  }

  /** Replaces the device at an index by a new device. */
  replace(index: number, link: NamedLink, own: OwnProperties): void {
    this.drop(index);
    const other = this.add(link, own);
    const added = this.#links.get(other);
    this.#links.delete(other);
    if (added !== undefined) this.#links.set(index, { ...added, index });
  }

  /** Deletes a device. Kernel: the peer of a veth and all devices above the device are deleted too. */
  drop(index: number): void {
    const link = this.#links.get(index);
    if (!this.#links.delete(index)) return;
    if (link !== undefined) this.#onChange(link.name);
    this.#adjustMtu(link?.master ?? 0);
    for (const other of this.all()) {
      if (other.master === index) this.update(other.index, { master: 0 });
      if (other.lower === index) this.drop(other.index);
    }
  }

  /**
   * Changes a device, and adjusts the MTU of its bridge.
   * The settings of a port are reset when its bridge changes.
   */
  update(index: number, changes: Partial<Link>): void {
    const link = this.#links.get(index);
    if (link === undefined) return;
    const { port, ...updated } = { ...link, ...changes };
    // The settings of a port are reset when its bridge changes.
    const kept = link.master === updated.master ? port : PORT_DEFAULTS;
    this.#links.set(index, updated.master ? { ...updated, port: kept ?? PORT_DEFAULTS } : updated);
    this.#onChange(link.name);
    for (const bridge of new Set([link.master, updated.master])) this.#adjustMtu(bridge);
  }

  setAlternativeNames(index: number, names: readonly string[]): void {
    const link = this.#links.get(index);
    if (link === undefined) return;
    for (const name of new Set([link.name, ...(link.alternativeNames ?? []), ...names])) this.#onChange(name);
    const { alternativeNames: _, ...rest } = link;
    this.#links.set(index, names.length === 0 ? rest : { ...rest, alternativeNames: names });
  }

  /** Records that the MTU of the bridge was set, so that it no longer follows the MTU of its ports. */
  keepMtu(bridge: number): void {
    this.#withOwnMtu.add(bridge);
  }

  /** Changes the devices above a device, as the kernel does after a change of that device. */
  follow(before: Link, settings: LinkSettings): void {
    for (const [other, changes] of followersOf(before, settings, this.all())) {
      this.update(other.index, known(changes));
      this.follow(other, changes);
    }
  }

  /** Kernel: br_mtu_auto_adjust() */
  #adjustMtu(index: number): void {
    const bridge = this.#links.get(index);
    if (bridge?.kind !== 'bridge' || this.#withOwnMtu.has(index)) return;
    const mtu = smallestMtu(this.all().filter(({ master }) => master === index));
    if (mtu === bridge.mtu) return;
    this.update(index, { mtu });
    this.follow(bridge, { mtu });
  }
}

/** The settings that the link table stores, without undefined ones. */
export function known({ mac, mtu, up, promiscuous, alias, group, master }: LinkSettings): Partial<Link> {
  const settings = { mac: mac?.toLowerCase(), mtu, up, promiscuous, alias, group, master };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
