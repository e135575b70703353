/** The network devices of an in-memory host, with the rules of the kernel. */

import { NetlinkError } from '../../errors/kernel.ts';
import type { Changes, ChangesOptions } from '../../host-contract/changes/changes.ts';
import { ChangeJournal } from '../../host-contract/changes/journal.ts';
import { isExpected, nameIn, requireExpectedLinks } from '../../host-contract/expected-links.ts';
import {
  requireAlternativeName,
  requireEmbeddedSwitchMode,
  requireLinkName,
  requireLinkSettings,
  requireNewLink,
} from '../../host-contract/link-values.ts';
import {
  type EmbeddedSwitchMode,
  type ExpectedLink,
  isDefinedLink,
  type Link,
  type LinkSettings,
  type Links,
  type NewLink,
  type VirtualFunction,
  type VirtualFunctionSettings,
} from '../../host-contract/links.ts';
import { PORT_DEFAULTS } from './kernel-defaults.ts';
import { refuseSettings } from './link-rules.ts';
import { known, LinkTable } from './link-table.ts';
import { createBridge, createDefined, createOnLower, createVeth, presentLink, refuseTaken } from './new-links.ts';
import type { BeforeChange, NicSettings } from './nic-settings.ts';
import { refuseStackedChange } from './stacked-links.ts';

/**
 * The network devices of a MemoryHost. Besides devices of plugins, it can have NICs with virtual functions.
 */
export class MemoryLinks implements Links {
  readonly #journal = new ChangeJournal();
  readonly #links = new LinkTable((name) => this.#journal.add(name));
  readonly #virtualFunctions = new Map<number, VirtualFunction[]>();
  readonly #embeddedSwitches = new Map<number, EmbeddedSwitchMode>();
  readonly #requireOpen: () => void;
  readonly #beforeChange: BeforeChange | undefined;
  #isInterrupted = false;

  constructor(requireOpen: () => void, beforeChange?: BeforeChange) {
    this.#requireOpen = requireOpen;
    this.#beforeChange = beforeChange;
    this.#links.add({ name: 'lo' }, { kind: '', mtu: 65536, mac: '00:00:00:00:00:00' });
  }

  /** Adds a NIC, and returns its index. */
  addNic({ virtualFunctions = 0, ...nic }: NicSettings): number {
    const index = this.#links.add({ mtu: 1500, ...nic }, { kind: '', mtu: 1500 });
    if (virtualFunctions > 0) this.#embeddedSwitches.set(index, 'veb');
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

  /**
   * Replaces the device at an index, as if another process deleted it, and a device of another
   * namespace took its index.
   */
  replace(index: number, { name, kind }: Pick<Link, 'name' | 'kind'>): void {
    this.#links.replace(index, { name }, { kind, mtu: 1500 });
  }

  /** Whether a device with this name exists. */
  has(name: string): boolean {
    return this.#links.named(name) !== undefined;
  }

  async get(link: string | number): Promise<Link | undefined> {
    this.#requireOpen();
    if (typeof link === 'string') requireLinkName(link);
    return typeof link === 'string' ? this.#links.named(link) : this.#links.get(link);
  }

  async list(): Promise<Link[]> {
    this.#requireOpen();
    return this.#links.all();
  }

  async create(link: NewLink, expected: readonly ExpectedLink[] = []): Promise<number> {
    requireNewLink(link);
    const what = `creation of ${link.kind} ${link.name}`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#links.all());
    refuseTaken(this.#links, what, link.name);
    refuseSettings(what, link.kind, 0, link, this.#links.all());
    if (isDefinedLink(link)) return createDefined(this.#links, what, link);
    const { kind } = link;
    switch (kind) {
      case 'veth':
        return createVeth(this.#links, what, link);
      case 'bridge':
        return createBridge(this.#links, link);
      case 'tap':
        return this.#links.add(link, { kind, mtu: 1500, tap: { multiQueue: false, ...link.tap, persistent: true } });
      case 'macvtap':
      case 'vlan':
        return createOnLower(this.#links, what, link);
    }
  }

  async change(index: number, settings: LinkSettings, expected: readonly ExpectedLink[] = []): Promise<void> {
    requireLinkSettings(`link ${index}`, settings);
    const what = `change of ${nameIn(expected, index)} (${Object.keys(settings).join(', ')})`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#links.all());
    const { group } = settings;
    // Kernel: rtnl_group_changelink().
    // LinuxHost refuses index 0, because a caller never wants to change all devices of a group.
    const targets =
      index === 0 && group !== undefined ? this.#links.all().filter((link) => link.group === group) : undefined;
    for (const target of targets?.map((link) => link.index) ?? [index]) this.#change(what, target, settings);
  }

  #change(what: string, index: number, settings: LinkSettings): void {
    const link = this.#require(what, index);
    refuseSettings(what, link.kind, index, settings, this.#links.all());
    const { bridge, macvtap, port } = settings;
    if (port && !(settings.master ?? link.master))
      throw new NetlinkError(what, 'EOPNOTSUPP', 'Operation not supported');
    refuseStackedChange(what, link, settings, this.#links.all());
    if (settings.mtu !== undefined && settings.mtu !== link.mtu) this.#links.keepMtu(index);
    this.#links.update(index, {
      ...known(settings),
      ...(link.bridge && { bridge: { ...link.bridge, ...bridge } }),
      ...(link.macvtap && macvtap && { macvtap }),
    });
    if (port) this.#links.update(index, { port: { ...PORT_DEFAULTS, ...this.#require(what, index).port, ...port } });
    this.#links.follow(link, settings);
  }

  async delete(index: number, expected: readonly ExpectedLink[] = []): Promise<void> {
    const what = `deletion of ${nameIn(expected, index)}`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#links.all());
    this.#delete(what, index);
  }

  #delete(what: string, index: number): void {
    if (index === 0) throw new NetlinkError(what, 'EINVAL', 'invalid argument');
    const link = this.#require(what, index);
    if (link.kind === '') throw new NetlinkError(what, 'EOPNOTSUPP', 'Operation not supported');
    this.#links.drop(index);
  }

  async deleteAll(indexes: readonly number[], expected: readonly ExpectedLink[] = []): Promise<void> {
    const what = `deletion of ${indexes.length} links`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    const changed = new Set(expected.filter((link) => !isExpected(link, this.#links.all())).map(({ index }) => index));
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
    const what = `change of virtual function ${number} of ${nameIn(expected, index)} (${Object.keys(settings).join(', ')})`;
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#links.all());
    this.#require(what, index);
    const functions = this.#virtualFunctions.get(index) ?? [];
    const found = functions[number];
    if (functions.length === 0) throw new NetlinkError(what, 'EOPNOTSUPP', 'Operation not supported');
    if (found === undefined) throw new NetlinkError(what, 'EINVAL', 'Invalid argument');
    functions[number] = { ...found, ...settings };
  }

  async embeddedSwitchMode(index: number): Promise<EmbeddedSwitchMode | undefined> {
    this.#requireOpen();
    return this.#embeddedSwitches.get(index);
  }

  async changeEmbeddedSwitchMode(
    index: number,
    mode: EmbeddedSwitchMode,
    expected: readonly ExpectedLink[] = [],
  ): Promise<void> {
    const what = `change of the embedded switch of ${nameIn(expected, index)} to ${mode}`;
    requireEmbeddedSwitchMode(`link ${index}`, mode);
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#links.all());
    this.#require(what, index);
    if (!this.#embeddedSwitches.has(index)) throw new NetlinkError(what, 'EOPNOTSUPP', 'Operation not supported');
    this.#embeddedSwitches.set(index, mode);
  }

  async addAlternativeName(index: number, name: string, expected: readonly ExpectedLink[] = []): Promise<void> {
    const what = `addition of the alternative name ${name} to ${nameIn(expected, index)}`;
    const { alternativeNames: names = [] } = await this.#renamed(what, index, name, expected);
    const isTaken = this.#links.all().some((link) => link.name === name || link.alternativeNames?.includes(name));
    if (isTaken) throw new NetlinkError(what, 'EEXIST', 'File exists');
    this.#links.setAlternativeNames(index, [...names, name]);
  }

  async removeAlternativeName(index: number, name: string, expected: readonly ExpectedLink[] = []): Promise<void> {
    const what = `removal of the alternative name ${name} from ${nameIn(expected, index)}`;
    const { alternativeNames: names = [] } = await this.#renamed(what, index, name, expected);
    if (!names.includes(name)) throw new NetlinkError(what, 'ENOENT', 'No such file or directory');
    this.#links.setAlternativeNames(
      index,
      names.filter((other) => other !== name),
    );
  }

  async #renamed(what: string, index: number, name: string, expected: readonly ExpectedLink[]): Promise<Link> {
    requireAlternativeName(name);
    if (this.#isWatched()) await this.#interrupt(what);
    this.#requireOpen();
    requireExpectedLinks(what, expected, this.#links.all());
    return this.#require(what, index);
  }

  async changes(since?: string, options?: ChangesOptions): Promise<Changes> {
    this.#requireOpen();
    return this.#journal.after('links.changes', since, options);
  }

  /** Ends the calls that wait for changes. */
  endChanges(error: Error): void {
    this.#journal.end(error);
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

  #require(what: string, index: number): Link {
    return presentLink(this.#links, what, index);
  }
}
