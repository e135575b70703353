/** Addresses, sysctls, refused MAC addresses and PCI functions, in memory. */

import { SystemCallError } from '../../errors/kernel.ts';
import {
  type Address,
  type Addressing,
  type AddressPlan,
  addressKey,
  labelOn,
  renewedOf,
} from '../../host-contract/addressing.ts';
import { requireExpectedLinks } from '../../host-contract/expected-links.ts';
import type { IngressFilter, SourceMacDrop, SourceMacDropState } from '../../host-contract/filters/packet-filters.ts';
import type { Sysctl } from '../../host-contract/host.ts';
import { requireMove, requireSourceMacDrop } from '../../host-contract/link-values.ts';
import type { ExpectedLink, Links } from '../../host-contract/links.ts';
import type { Pci, SwitchPort } from '../../host-contract/pci.ts';

/** The addresses and routes of a MemoryHost. */
export class MemoryAddressing implements Addressing {
  readonly #requireOpen: () => void;
  readonly #plans = new Map<number, AddressPlan>();
  readonly #links: Links;

  constructor(requireOpen: () => void, links: Links) {
    this.#requireOpen = requireOpen;
    this.#links = links;
  }

  /** Replaces the addresses and routes of a device. */
  set(index: number, plan: AddressPlan): void {
    this.#plans.set(index, plan);
  }

  async get(index: number): Promise<AddressPlan> {
    this.#requireOpen();
    return this.#plans.get(index) ?? { addresses: [], routes: [] };
  }

  async move(plan: AddressPlan, from: number, to: number, expected: readonly ExpectedLink[] = []): Promise<void> {
    this.#requireOpen();
    await this.copy(plan, from, to, expected);
    const renewed = renewedOf(plan, await this.get(from));
    if (renewed.length > 0) await this.copy({ addresses: renewed, routes: [] }, from, to, expected);
    const { addresses, routes, ...rest } = await this.get(from);
    this.set(from, {
      ...rest,
      addresses: without(addresses, plan.addresses, addressKey),
      routes: without(routes, plan.routes, JSON.stringify),
    });
  }

  async copy(plan: AddressPlan, from: number, to: number, expected: readonly ExpectedLink[] = []): Promise<void> {
    this.#requireOpen();
    requireMove(from, to);
    requireExpectedLinks(`move of addresses from link ${from} to link ${to}`, expected, await this.#links.list());
    const [fromName, toName] = [await this.#nameOf(from), await this.#nameOf(to)];
    const { addresses, routes, ...rest } = await this.get(to);
    const copied = plan.addresses.map((address) => relabelled(address, fromName, toName));
    this.set(to, {
      ...rest,
      addresses: [...without(addresses, copied, addressKey), ...copied],
      routes: [...without(routes, plan.routes, JSON.stringify), ...plan.routes],
    });
  }

  async #nameOf(index: number): Promise<string> {
    return (await this.#links.get(index))?.name ?? '';
  }
}

function relabelled({ label, ...address }: Address, from: string, to: string): Address {
  const renamed = labelOn(to, from, { ...address, ...(label !== undefined && { label }) });
  return renamed === to ? address : { ...address, label: renamed };
}

function without<T>(all: readonly T[], some: readonly T[], keyOf: (one: T) => string): T[] {
  const unwanted = new Set(some.map(keyOf));
  return all.filter((one) => !unwanted.has(keyOf(one)));
}

/** The sysctls of devices for IPv4 and IPv6. The first value of each is 0. */
export class MemorySysctl implements Sysctl {
  readonly #requireOpen: () => void;
  readonly #links: Links;
  readonly #values = new Map<string, string>();

  constructor(requireOpen: () => void, links: Links) {
    this.#requireOpen = requireOpen;
    this.#links = links;
  }

  async get(key: string): Promise<string | undefined> {
    this.#requireOpen();
    const place = await this.#placeOf(key);
    return place === undefined ? undefined : (this.#values.get(place) ?? '0');
  }

  async set(key: string, value: string, expected: readonly ExpectedLink[] = []): Promise<void> {
    this.#requireOpen();
    const what = `setting ${key} to ${value}`;
    const place = await this.#placeOf(key);
    if (place === undefined) throw new SystemCallError(what, 'ENOENT', 'no such file or directory');
    requireExpectedLinks(what, expected, await this.#links.list());
    this.#values.set(place, value);
  }

  /**
   * The place of a value.
   * It contains the index of the device, so that a device that is created again has new values.
   */
  async #placeOf(key: string): Promise<string | undefined> {
    const [, family, name, setting] = /^net\/(ipv[46])\/conf\/([^/]+)\/(\w+)$/.exec(key) ?? [];
    const link = name === undefined ? undefined : await this.#links.get(name);
    return link && `${family} ${link.index} ${setting}`;
  }
}

/** The addresses that devices of a MemoryHost refuse. */
export class MemoryIngress implements IngressFilter {
  readonly #requireOpen: () => void;
  readonly #drops = new Map<string, SourceMacDrop>();

  constructor(requireOpen: () => void) {
    this.#requireOpen = requireOpen;
  }

  async list(): Promise<SourceMacDropState[]> {
    this.#requireOpen();
    return [...this.#drops.values()].map((drop) => ({ ...drop, active: true }));
  }

  async create(drop: SourceMacDrop): Promise<void> {
    this.#requireOpen();
    requireSourceMacDrop(drop);
    const { device, mac } = drop;
    if (this.#drops.has(`${device} ${mac}`))
      throw new SystemCallError(`refusing ${mac} on ${device}`, 'EEXIST', 'file exists');
    this.#drops.set(`${device} ${mac}`, drop);
  }

  async delete({ device, mac }: SourceMacDrop): Promise<void> {
    this.#requireOpen();
    this.#drops.delete(`${device} ${mac}`);
  }
}

/** A PCI network function: its network devices and, for a virtual function, its physical function. */
export interface PciFunction {
  readonly interfaces: readonly string[];
  readonly physicalFunction?: { readonly address: string; readonly number: number };
}

/** The PCI functions of a MemoryHost. */
export class MemoryPci implements Pci {
  readonly #requireOpen: () => void;
  readonly #functions = new Map<string, PciFunction>();
  readonly #switchPorts = new Map<string, SwitchPort>();

  constructor(requireOpen: () => void) {
    this.#requireOpen = requireOpen;
  }

  /** Adds a function. */
  add(address: string, pciFunction: PciFunction): void {
    this.#functions.set(address, pciFunction);
  }

  /** Makes a network device a port of the switch inside its NIC. */
  addSwitchPort(name: string, port: SwitchPort): void {
    this.#switchPorts.set(name, port);
  }

  async interfaces(): Promise<string[]> {
    this.#requireOpen();
    const ofFunctions = [...this.#functions.values()].flatMap(({ interfaces }) => interfaces);
    return [...new Set([...ofFunctions, ...this.#switchPorts.keys()])].sort();
  }

  async switchPortOf(name: string): Promise<SwitchPort | undefined> {
    this.#requireOpen();
    return this.#switchPorts.get(name);
  }

  async interfacesOf(address: string): Promise<string[]> {
    this.#requireOpen();
    return [...(this.#functions.get(address)?.interfaces ?? [])];
  }

  async physicalFunctionOf(
    address: string,
  ): Promise<{ readonly address: string; readonly number: number } | undefined> {
    this.#requireOpen();
    return this.#functions.get(address)?.physicalFunction;
  }
}
