/** Which devices a helper changes: those that this library made, and those that its configuration names, as far as plugging needs it. */

import { HelperRefusalError } from '../../errors/helper.ts';
import type { AddressPlan, Host, Link, LinkSettings, NamedLink, NewLink } from '../../wiring/host.ts';
import { requireLinkName, requireNewLink } from '../../wiring/link-values.ts';
import { isUnnamed, ownerOf } from '../../wiring/ownership.ts';

/** Each throws a HelperRefusalError for what a client may not do. */
export interface Policy {
  create(link: NewLink): Promise<void>;
  change(index: number, settings: LinkSettings): Promise<void>;
  delete(indexes: readonly number[]): Promise<void>;
  move(plan: AddressPlan, from: number, to: number): Promise<void>;
  /** @param rules as the filter takes them */
  filter(bridge: string, rules: readonly string[]): Promise<void>;
  /** To stand on, to be a port of, or to have its virtual functions set up. */
  use(index: number): Promise<void>;
  /** The same by name, of one that is there: what is laid down for a name may bind whoever takes the name later. */
  useNamed(name: string): Promise<void>;
  /** The same by name; one that is not there is the host's to refuse. */
  useIfThere(name: string): Promise<void>;
}

/** What plugging asks of a device that others made: never its name, its owner, or its group. */
const SETTINGS_OF_OTHERS: ReadonlySet<string> = new Set<keyof LinkSettings>(['up', 'mtu', 'master', 'port']);

/** Directories beside those of devices, for all of them and for those to come. */
const NOT_DEVICES: ReadonlySet<string> = new Set(['all', 'default']);

export class OwnDevicesPolicy implements Policy {
  readonly #host: Host;
  readonly #devices: ReadonlySet<string>;

  /** @param devices names of devices that others made, and that may be used all the same */
  constructor(host: Host, devices: readonly string[]) {
    this.#host = host;
    this.#devices = new Set(devices);
  }

  async create(link: NewLink): Promise<void> {
    requireNewLink(link);
    const ends: readonly NamedLink[] =
      link.kind === 'veth' ? [link, { ...link.peer, alias: link.peer.alias ?? link.alias ?? '' }] : [link];
    for (const { name, alias = '', master = 0 } of ends) {
      requireNamed(name);
      if (!ownerOf({ alias }))
        throw new HelperRefusalError(`${name} is to be made without an alias that says for whom: os-vif:<VIF id>`);
      if (master !== 0) await this.use(master);
    }
    if ('lower' in link) await this.use(link.lower);
  }

  async change(index: number, settings: LinkSettings): Promise<void> {
    const link = await this.#host.links.get(index);
    if (link === undefined) return;
    const { alias, master = 0 } = settings;
    if (!isOurs(link)) {
      this.#requireAllowed(link);
      const excess = Object.keys(settings).filter((setting) => !SETTINGS_OF_OTHERS.has(setting));
      if (excess.length > 0)
        throw new HelperRefusalError(`${link.name} was made by others: its ${excess.join(', ')} stays as it is`);
    }
    if (alias !== undefined && !ownerOf({ alias }))
      throw new HelperRefusalError(`${link.name} is to lose the alias that says for whom it was made`);
    if (master !== 0) await this.use(master);
  }

  async delete(indexes: readonly number[]): Promise<void> {
    for (const link of await this.#linksAt(indexes)) {
      if (!isOurs(link)) throw new HelperRefusalError(`${link.name} was not made by os-vif, so it is not deleted`);
    }
  }

  /** Nothing but what is on one of the two already, and so may have to go back. */
  async move(plan: AddressPlan, from: number, to: number): Promise<void> {
    for (const index of [from, to]) await this.use(index);
    const [there, here] = [await this.#host.addressing.get(from), await this.#host.addressing.get(to)];
    const known = new Set([...namesOf(there), ...namesOf(here)]);
    const foreign = namesOf(plan).find((name) => !known.has(name));
    if (foreign !== undefined)
      throw new HelperRefusalError(`${foreign} is on neither of the devices ${from} and ${to}`);
  }

  /** Each rule is about the bridge alone, whoever is on its other side. */
  async filter(bridge: string, rules: readonly string[]): Promise<void> {
    await this.useNamed(bridge);
    const other = rules.find((rule) => !isAbout(rule, bridge));
    if (other !== undefined) throw new HelperRefusalError(`the rule ${other} is not about ${bridge}`);
  }

  async use(index: number): Promise<void> {
    const link = await this.#host.links.get(index);
    if (link !== undefined) this.#requireUsable(link);
  }

  async useNamed(name: string): Promise<void> {
    requireNamed(name);
    const link = await this.#host.links.get(name);
    if (link === undefined) throw new HelperRefusalError(`rules for ${name}, which is not there`);
    this.#requireUsable(link);
  }

  async useIfThere(name: string): Promise<void> {
    requireNamed(name);
    const link = await this.#host.links.get(name);
    if (link !== undefined) this.#requireUsable(link);
  }

  #requireUsable(link: Link): void {
    if (!isOurs(link)) this.#requireAllowed(link);
  }

  #requireAllowed({ name }: Link): void {
    if (!this.#devices.has(name))
      throw new HelperRefusalError(
        `${name} was not made by os-vif; where it is to be used all the same, name it in the helper's configuration (devices)`,
      );
  }

  /** One list is cheaper than many look-ups. */
  async #linksAt(indexes: readonly number[]): Promise<Link[]> {
    const [only] = indexes;
    if (only !== undefined && indexes.length === 1)
      return [await this.#host.links.get(only)].flatMap((link) => link ?? []);
    const wanted = new Set(indexes);
    return (await this.#host.links.list()).filter(({ index }) => wanted.has(index));
  }
}

function isOurs(link: Link): boolean {
  return Boolean(ownerOf(link)) || isUnnamed(link);
}

function requireNamed(name: string): void {
  requireLinkName(name);
  if (NOT_DEVICES.has(name))
    throw new HelperRefusalError(`${name} stands for every device in /proc/sys/net, it names none`);
}

/** As `-i br0` or `-o br0` in `iptables -S`. */
function isAbout(rule: string, bridge: string): boolean {
  const words = rule.split(' ');
  return words.some((word, i) => word === bridge && /^-[io]$/.test(words[i - 1] ?? ''));
}

/** What tells an address, or a route, from others. */
function namesOf({ addresses, routes }: AddressPlan): string[] {
  return [
    ...addresses.map(({ address }) => `the address ${address}`),
    ...routes.map(
      ({ destination, gateway, priority = 0, table }) =>
        `the route to ${destination} by ${gateway ?? 'the link'} of priority ${priority} in table ${table}`,
    ),
  ];
}
