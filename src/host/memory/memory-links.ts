/** Network devices as the kernel keeps them, in memory. */

import { NetlinkError } from '../../errors/kernel.ts';
import { isExpected, requireExpectedLinks } from '../../host-contract/expected-links.ts';
import { requireLinkName, requireLinkSettings, requireNewLink } from '../../host-contract/link-values.ts';
import {
  type BuiltInLink,
  type DefinedLink,
  type ExpectedLink,
  isDefinedLink,
  type Link,
  type LinkSettings,
  type Links,
  type NamedLink,
  type NewLink,
  type VirtualFunction,
  type VirtualFunctionSettings,
} from '../../host-contract/links.ts';
import { BRIDGE_DEFAULTS, localMac, MAX_MTU, PORT_DEFAULTS } from './kernel-defaults.ts';

/** A device that only a test or a dry run can add: a NIC of the machine. */
export interface NicSettings extends NamedLink {
  /** How many virtual functions it has. */
  readonly virtualFunctions?: number;
}

/**
 * Called with the description of each change of a device, immediately before the change takes effect. A test makes devices
 * appear or disappear here, as other processes do on a real host. Changes that it makes do not call it again.
 */
export type BeforeChange = (what: string) => void | Promise<void>;

/** The network devices of a MemoryHost. Beside devices that plugins create it has NICs with virtual functions. */
export class MemoryLinks implements Links {
  readonly #links = new Map<number, Link>();
  readonly #virtualFunctions = new Map<number, VirtualFunction[]>();
  readonly #requireOpen: () => void;
  readonly #beforeChange: BeforeChange | undefined;
  #isInterrupted = false;
  #lastIndex = 0;

  constructor(requireOpen: () => void, beforeChange?: BeforeChange) {
    this.#requireOpen = requireOpen;
    this.#beforeChange = beforeChange;
    this.#add({ name: 'lo' }, { kind: '', mtu: 65536, mac: '00:00:00:00:00:00' });
  }

  /** Puts a NIC into the machine, and returns its index. */
  addNic({ virtualFunctions = 0, ...nic }: NicSettings): number {
    const index = this.#add({ mtu: 1500, ...nic }, { kind: '', mtu: 1500 });
    this.#virtualFunctions.set(
      index,
      Array.from({ length: virtualFunctions }, (_, number) => ({
        number,
        mac: '00:00:00:00:00:00',
        vlan: 0,
        trust: false,
        spoofCheck: true,
      })),
    );
    return index;
  }

  /** Exchanges the device at an index, as when the device is deleted and one from another namespace takes its index. */
  replace(index: number, { name, kind }: Pick<Link, 'name' | 'kind'>): void {
    this.#drop(index);
    const other = this.#add({ name }, { kind, mtu: 1500 });
    const link = this.#links.get(other);
    this.#links.delete(other);
    if (link !== undefined) this.#links.set(index, { ...link, index });
  }

  /** Whether there is a device of that name. */
  has(name: string): boolean {
    return this.#named(name) !== undefined;
  }

  async get(link: string | number): Promise<Link | undefined> {
    this.#requireOpen();
    if (typeof link === 'string') requireLinkName(link);
    return typeof link === 'string' ? this.#named(link) : this.#links.get(link);
  }

  async list(): Promise<Link[]> {
    this.#requireOpen();
    return this.#all();
  }

  async create(link: NewLink, expected: readonly ExpectedLink[] = []): Promise<number> {
    requireNewLink(link);
    const what = `creation of ${link.kind} ${link.name}`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#all());
    this.#refuseTaken(what, link.name);
    this.#refuseSettings(what, link.kind, 0, link);
    if (isDefinedLink(link)) return this.#createDefined(what, link);
    const { kind } = link;
    switch (kind) {
      case 'veth':
        return this.#createVeth(what, link);
      case 'bridge':
        return this.#add(link, { kind, mtu: 1500, bridge: { ...BRIDGE_DEFAULTS, ...link.bridge } });
      case 'tap':
        return this.#add(link, { kind, mtu: 1500, tap: { multiQueue: false, ...link.tap, persistent: true } });
      case 'macvtap':
      case 'vlan':
        return this.#createOnLower(what, link);
    }
  }

  async change(index: number, settings: LinkSettings, expected: readonly ExpectedLink[] = []): Promise<void> {
    requireLinkSettings(`link ${index}`, settings);
    const what = `change of link ${index} (${Object.keys(settings).join(', ')})`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#all());
    const { group } = settings;
    // Kernel: rtnl_group_changelink(). LinuxHost refuses index 0, because the caller never means all devices of a group.
    const targets = index === 0 && group !== undefined ? this.#all().filter((link) => link.group === group) : undefined;
    for (const target of targets?.map((link) => link.index) ?? [index]) this.#change(what, target, settings);
  }

  #change(what: string, index: number, settings: LinkSettings): void {
    const link = this.#require(what, index);
    this.#refuseSettings(what, link.kind, index, settings);
    const { bridge, macvtap, port } = settings;
    if (port && !(settings.master ?? link.master))
      throw new NetlinkError(what, 'EOPNOTSUPP', 'Operation not supported');
    this.#update(index, {
      ...known(settings),
      ...(link.bridge && { bridge: { ...link.bridge, ...bridge } }),
      ...(link.macvtap && macvtap && { macvtap }),
    });
    if (port) this.#update(index, { port: { ...PORT_DEFAULTS, ...this.#require(what, index).port, ...port } });
  }

  async delete(index: number, expected: readonly ExpectedLink[] = []): Promise<void> {
    const what = `deletion of link ${index}`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#all());
    this.#delete(what, index);
  }

  #delete(what: string, index: number): void {
    if (index === 0) throw new NetlinkError(what, 'EINVAL', 'invalid argument');
    const link = this.#require(what, index);
    if (link.kind === '') throw new NetlinkError(what, 'EOPNOTSUPP', 'Operation not supported');
    this.#drop(index);
  }

  async deleteAll(indexes: readonly number[], expected: readonly ExpectedLink[] = []): Promise<void> {
    const what = `deletion of ${indexes.length} links`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    const changed = new Set(expected.filter((link) => !isExpected(link, this.#all())).map(({ index }) => index));
    for (const index of indexes) if (this.#links.has(index) && !changed.has(index)) this.#delete(what, index);
  }

  async virtualFunctions(index: number): Promise<VirtualFunction[]> {
    this.#requireOpen();
    this.#require(`virtual functions of link ${index}`, index);
    return this.#virtualFunctions.get(index) ?? [];
  }

  async changeVirtualFunction(
    index: number,
    number: number,
    settings: VirtualFunctionSettings,
    expected: readonly ExpectedLink[] = [],
  ): Promise<void> {
    const what = `change of virtual function ${number} of link ${index} (${Object.keys(settings).join(', ')})`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#all());
    this.#require(what, index);
    const functions = this.#virtualFunctions.get(index) ?? [];
    const found = functions[number];
    if (functions.length === 0) throw new NetlinkError(what, 'EOPNOTSUPP', 'Operation not supported');
    if (found === undefined) throw new NetlinkError(what, 'EINVAL', 'Invalid argument');
    functions[number] = { ...found, ...settings };
  }

  #isWatched(): boolean {
    return this.#beforeChange !== undefined && !this.#isInterrupted;
  }

  async #interrupt(what: string): Promise<void> {
    this.#isInterrupted = true;
    try {
      await this.#beforeChange?.(what);
    } finally {
      this.#isInterrupted = false;
    }
  }

  #all(): Link[] {
    return [...this.#links.values()];
  }

  #createVeth(what: string, link: BuiltInLink & { kind: 'veth' }): number {
    const peer: NamedLink = { ...link.peer, alias: link.peer.alias ?? link.alias ?? '' };
    this.#refuseTaken(what, peer.name);
    this.#refuseSettings(what, 'veth', 0, peer);
    const first = this.#add(link, { kind: 'veth', mtu: 1500 });
    const second = this.#add(peer, { kind: 'veth', mtu: 1500, lower: first });
    this.#update(first, { lower: second });
    return first;
  }

  #createDefined(what: string, link: DefinedLink): number {
    const { kind, settings, lower = 0 } = link;
    const { mtu } = lower === 0 ? { mtu: 1500 } : this.#require(what, lower);
    return this.#add(link, { kind, mtu, lower, settings });
  }

  #createOnLower(what: string, link: BuiltInLink & { kind: 'macvtap' | 'vlan' }): number {
    const { kind, lower } = link;
    const below = this.#require(what, lower);
    if (link.mtu !== undefined && link.mtu > below.mtu) throw new NetlinkError(what, 'EINVAL', 'Invalid argument');
    const users = this.#all().filter((other) => other.lower === lower && other.kind === kind);
    if (
      kind === 'macvtap' &&
      users.some(({ macvtap }) => macvtap?.mode === 'passthru' || link.macvtap.mode === 'passthru')
    ) {
      throw new NetlinkError(what, 'EINVAL', 'Invalid argument');
    }
    if (kind === 'vlan' && users.some(({ vlan }) => vlan?.id === link.vlan.id))
      throw new NetlinkError(what, 'EEXIST', 'VLAN device already exists');
    return this.#add(link, {
      kind,
      mtu: below.mtu,
      lower,
      ...(kind === 'macvtap' ? { macvtap: link.macvtap } : { vlan: link.vlan }),
    });
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
    const max = Object.entries(MAX_MTU).find(([known]) => known === kind)?.[1];
    if (mtu !== undefined && max && mtu > max)
      throw new NetlinkError(what, 'EINVAL', 'mtu greater than device maximum');
    if (!master) return;
    const target = this.#links.get(master);
    // Kernel: do_set_master()
    if (target === undefined) throw new NetlinkError(what, 'EINVAL', 'invalid argument');
    if (target.kind !== 'bridge') throw new NetlinkError(what, 'EOPNOTSUPP', 'Device does not support enslaving');
    if (kind === 'bridge' || master === index)
      throw new NetlinkError(what, 'ELOOP', 'Can not enslave a bridge to a bridge');
  }

  #add(link: NamedLink, own: Partial<Link> & { kind: string; mtu: number }): number {
    this.#lastIndex += 1;
    const index = this.#lastIndex;
    const defaults = { mac: localMac(index), up: false, promiscuous: false, alias: '', group: 0, master: 0, lower: 0 };
    this.#links.set(index, { ...defaults, ...own, name: link.name, index });
    this.#update(index, known(link));
    return index;
  }

  /** Kernel: a veth goes with its peer, and what stands on a device goes with that device. */
  #drop(index: number): void {
    if (!this.#links.delete(index)) return;
    for (const other of this.#all()) {
      if (other.master === index) this.#update(other.index, { master: 0 });
      if (other.lower === index) this.#drop(other.index);
    }
  }

  #update(index: number, changes: Partial<Link>): void {
    const link = this.#links.get(index);
    if (link === undefined) return;
    const { port, ...updated } = { ...link, ...changes };
    // A port that changes its bridge starts anew.
    const kept = link.master === updated.master ? port : PORT_DEFAULTS;
    this.#links.set(index, updated.master ? { ...updated, port: kept ?? PORT_DEFAULTS } : updated);
  }
}

/** The settings that every device keeps, without those that were not asked for. */
function known({ mac, mtu, up, promiscuous, alias, group, master }: LinkSettings): Partial<Link> {
  const settings = { mac: mac?.toLowerCase(), mtu, up, promiscuous, alias, group, master };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
