/** Network devices as the kernel keeps them, in memory. */

import { NetlinkError } from '../../errors.ts';
import type { BridgeSettings, Link, LinkKind, LinkSettings, Links, NamedLink, NewLink } from '../../wiring/host.ts';
import { requireLinkName, requireLinkSettings, requireNewLink } from '../../wiring/link-values.ts';

/** How the kernel makes each kind (ether_setup() and the kind's own setup). */
const KINDS: { readonly [K in LinkKind]: { readonly mtu: number; readonly maxMtu: number } } = {
  bridge: { mtu: 1500, maxMtu: 65535 },
  veth: { mtu: 1500, maxMtu: 65535 },
  tap: { mtu: 1500, maxMtu: 65521 },
};
/** br_dev_setup(): the spanning tree protocol is off, snooping on. */
const BRIDGE_DEFAULTS: Required<BridgeSettings> = {
  ageingTime: 300,
  stp: false,
  forwardDelay: 15,
  multicastSnooping: true,
  vlanFiltering: false,
};

export class MemoryLinks implements Links {
  readonly #links = new Map<number, Link>();
  readonly #requireOpen: () => void;
  #lastIndex = 0;

  constructor(requireOpen: () => void) {
    this.#requireOpen = requireOpen;
    this.#add({ name: 'lo' }, { kind: '', mtu: 65536, mac: '00:00:00:00:00:00' });
  }

  async get(link: string | number): Promise<Link | undefined> {
    this.#requireOpen();
    if (typeof link === 'string') requireLinkName(link);
    return typeof link === 'string' ? this.#named(link) : this.#links.get(link);
  }

  async list(): Promise<Link[]> {
    this.#requireOpen();
    return [...this.#links.values()];
  }

  async create(link: NewLink): Promise<void> {
    this.#requireOpen();
    requireNewLink(link);
    const what = `creation of ${link.kind} ${link.name}`;
    this.#refuseTaken(what, link.name);
    this.#refuseSettings(what, link.kind, 0, link);
    const { kind } = link;
    const own = { kind, mtu: KINDS[kind].mtu };
    if (kind === 'veth') {
      const peer: NamedLink = { ...link.peer, alias: link.peer.alias ?? link.alias ?? '' };
      this.#refuseTaken(what, peer.name);
      this.#refuseSettings(what, kind, 0, peer);
      const first = this.#add(link, own);
      const second = this.#add(peer, { ...own, lower: first });
      this.#update(first, { lower: second });
    } else if (kind === 'bridge') {
      this.#add(link, { ...own, bridge: { ...BRIDGE_DEFAULTS, ...link.bridge } });
    } else {
      this.#add(link, { ...own, tap: { multiQueue: false, ...link.tap, persistent: true } });
    }
  }

  async change(index: number, settings: LinkSettings): Promise<void> {
    this.#requireOpen();
    requireLinkSettings(`link ${index}`, settings);
    const what = `change of link ${index} (${Object.keys(settings).join(', ')})`;
    const link = this.#require(what, index);
    this.#refuseSettings(what, link.kind, index, settings);
    this.#update(index, { ...known(settings), ...(link.bridge && { bridge: { ...link.bridge, ...settings.bridge } }) });
  }

  async delete(index: number): Promise<void> {
    this.#requireOpen();
    const link = this.#require(`deletion of link ${index}`, index);
    if (link.kind === '') throw new NetlinkError(`deletion of link ${index}`, 'EOPNOTSUPP', 'Operation not supported');
    this.#links.delete(index);
    for (const other of [...this.#links.values()]) {
      if (other.master === index) this.#update(other.index, { master: 0 });
      // Kernel: a veth goes with its peer, what stands on a device goes with that device.
      if (other.lower === index) this.#links.delete(other.index);
    }
  }

  #named(name: string): Link | undefined {
    for (const link of this.#links.values()) if (link.name === name) return link;
    return undefined;
  }

  #require(what: string, index: number): Link {
    const link = this.#links.get(index);
    if (link === undefined) throw new NetlinkError(what, 'ENODEV', 'no such device');
    return link;
  }

  #refuseTaken(what: string, name: string): void {
    if (this.#named(name)) throw new NetlinkError(what, 'EEXIST', 'file already exists');
  }

  #refuseSettings(what: string, kind: string, index: number, { mtu, master }: LinkSettings): void {
    const range = Object.entries(KINDS).find(([known]) => known === kind)?.[1];
    if (mtu !== undefined && range && mtu > range.maxMtu)
      throw new NetlinkError(what, 'EINVAL', 'mtu greater than device maximum');
    if (!master) return;
    const target = this.#require(what, master);
    if (target.kind !== 'bridge') throw new NetlinkError(what, 'EOPNOTSUPP', 'Device does not support enslaving');
    if (kind === 'bridge' || master === index)
      throw new NetlinkError(what, 'ELOOP', 'Can not enslave a bridge to a bridge');
  }

  #add(link: NamedLink, own: Partial<Link> & { kind: string; mtu: number }): number {
    this.#lastIndex += 1;
    const index = this.#lastIndex;
    const defaults = { mac: localMac(index), up: false, promiscuous: false, alias: '', group: 0, master: 0, lower: 0 };
    this.#links.set(index, { ...defaults, ...own, ...known(link), name: link.name, index });
    return index;
  }

  #update(index: number, changes: Partial<Link>): void {
    const link = this.#links.get(index);
    if (link) this.#links.set(index, { ...link, ...changes });
  }
}

/** The settings that every device keeps, without those that were not asked for. */
function known({ mac, mtu, up, promiscuous, alias, group, master }: LinkSettings): Partial<Link> {
  const settings = { mac: mac?.toLowerCase(), mtu, up, promiscuous, alias, group, master };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** A locally administered unicast address, another for each index. */
function localMac(index: number): string {
  return `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 0xff).toString(16).padStart(2, '0')}`;
}
