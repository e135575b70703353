/** The policy of a helper: which requests of its clients the helper performs. */

import { HelperRefusalError } from '../../errors/helper.ts';
import { NetlinkError, SystemCallError } from '../../errors/kernel.ts';
import { KindDefinitionError } from '../../errors/kinds.ts';
import type { AddressPlan } from '../../host-contract/addressing.ts';
import type { Host } from '../../host-contract/host.ts';
import { isDefinedKind } from '../../host-contract/link-kinds.ts';
import {
  requireFilterableName,
  requireLinkName,
  requireMove,
  requireNewLink,
} from '../../host-contract/link-values.ts';
import {
  type ExpectedLink,
  endsOf,
  isDefinedLink,
  type Link,
  type LinkSettings,
  type NewLink,
} from '../../host-contract/links.ts';
import { isUnnamed, ownerOf } from '../../host-contract/ownership.ts';
import { describeValue } from '../../text/describe-value.ts';
import { permittedRules } from './filter-rules.ts';
import { permittedPlan } from './permitted-plan.ts';

/** The devices that a policy checked. The host compares them again immediately before a change. */
export type Checked = readonly ExpectedLink[];

// An allowed request is performed only if the checked devices have not changed.
/** Each method throws HelperRefusalError for a refused request, the kernel's error for a missing device. */
export interface Policy {
  create(link: NewLink): Promise<Checked>;
  change(index: number, settings: LinkSettings): Promise<Checked>;
  delete(index: number): Promise<Checked>;
  /** Resolves to the devices that may be deleted. Missing devices are left out. */
  deleteAll(indexes: readonly number[]): Promise<Checked>;
  /** Resolves to the plan with the properties of the addresses and routes on the host. */
  move(plan: AddressPlan, from: number, to: number): Promise<{ readonly plan: AddressPlan; readonly checked: Checked }>;
  /** Checks a device whose virtual functions or records change. */
  use(what: string, index: number): Promise<Checked>;
  setSysctl(device: string): Promise<Checked>;
  /** Resolves to the rules that the host may set in the chain of the bridge. */
  setFilter(bridge: string, rules: readonly string[]): Promise<string[]>;
  createDrop(device: string): Promise<void>;
  /** Checks the deletion of rules of a device, by its name. The device may be missing. */
  deleteRules(device: string): Promise<void>;
}

/** The permissions of a helper besides changes of devices that this library created. */
export interface PolicyOptions {
  /** Devices of other owners that clients may use as a port, as a lower device, or for virtual functions. */
  readonly devices?: readonly string[];
  /** Patterns of names for new devices, with `*` and `?` as in a shell. Default: every name. */
  readonly names?: readonly string[];
  /** Targets of filter rules besides ACCEPT, DROP, REJECT and RETURN. */
  readonly filterTargets?: readonly string[];
  /** Allows a passthru macvtap device to change the MAC address of a device in `devices`. Default: false. */
  readonly passthruMac?: boolean;
  /**
   * Kinds of devices, besides the built-in ones, that a client may create. `defineLinkKind` must have added
   * them to the process of the helper. A client may choose all settings of such a kind. Default: none.
   */
  readonly linkKinds?: readonly string[];
}

/** The settings of devices of other owners that a client may change. Plugging needs them. */
const SETTINGS_OF_OTHERS: ReadonlySet<string> = new Set<keyof LinkSettings>(['up', 'mtu', 'master', 'port']);

/** Directories of /proc/sys/net for all devices, or for future devices. */
const NOT_DEVICES: ReadonlySet<string> = new Set(['all', 'default']);

/** The policy for devices of this library and for configured devices. */
export class OwnDevicesPolicy implements Policy {
  readonly #host: Host;
  readonly #devices: ReadonlySet<string>;
  readonly #names: readonly RegExp[];
  readonly #filterTargets: ReadonlySet<string>;
  readonly #passthruMac: boolean;
  readonly #linkKinds: ReadonlySet<string>;

  constructor(
    host: Host,
    { devices = [], names = ['*'], filterTargets = [], passthruMac = false, linkKinds = [] }: PolicyOptions = {},
  ) {
    for (const kind of linkKinds) requireDefinedKind(kind);
    this.#host = host;
    this.#devices = new Set(devices);
    this.#names = names.map(patternOf);
    this.#filterTargets = new Set(filterTargets);
    this.#passthruMac = passthruMac;
    this.#linkKinds = new Set(linkKinds);
  }

  async create(link: NewLink): Promise<Checked> {
    // This check precedes the check of the settings by the definition of the kind.
    if (isDefinedLink(link) && !this.#linkKinds.has(link.kind))
      throw new HelperRefusalError(
        `${link.name} is of the kind ${describeValue(link.kind)}, which this helper does not create; its configuration must name the kind (--link-kind)`,
      );
    requireNewLink(link);
    const checked: ExpectedLink[] = [];
    for (const { name, alias = '', master = 0 } of endsOf(link)) {
      this.#requireCreatable(name);
      if (!ownerOf({ alias }))
        throw new HelperRefusalError(`${name} needs an alias that names its owner, such as os-vif:<VIF id>`);
      if (master !== 0) checked.push(identityOf(await this.#usable(`master of ${name}`, master)));
    }
    if ('lower' in link && link.lower !== undefined) {
      const lower = await this.#usable(`creation of ${link.kind} ${link.name}`, link.lower);
      if (link.kind === 'macvtap' && link.macvtap?.mode === 'passthru' && link.mac !== undefined)
        this.#requirePassthruMac(link.name, lower);
      checked.push(identityOf(lower));
    }
    return checked;
  }

  async change(index: number, settings: LinkSettings): Promise<Checked> {
    const what = `change of link ${index}`;
    const link = await this.#present(what, index);
    const { alias, mac, master = 0 } = settings;
    const checked = [identityOf(link)];
    if (isOurs(link)) {
      if (alias !== undefined && !ownerOf({ alias }))
        throw new HelperRefusalError(`${link.name} would lose the alias that names its owner`);
      if (mac !== undefined && link.macvtap?.mode === 'passthru')
        this.#requirePassthruMac(link.name, await this.#present(what, link.lower));
    } else {
      this.#requireAllowed(link);
      requireSettingsOfOthers(link, settings);
      checked.push(...(await this.#leavableMaster(link, settings)));
    }
    if (master !== 0) checked.push(identityOf(await this.#usable(what, master)));
    return checked;
  }

  async delete(index: number): Promise<Checked> {
    const link = await this.#present(`deletion of link ${index}`, index);
    requireOurs(link);
    return [identityOf(link)];
  }

  async deleteAll(indexes: readonly number[]): Promise<Checked> {
    const wanted = new Set(indexes);
    // One list takes less time than many look-ups.
    const found = (await this.#host.links.list()).filter(({ index }) => wanted.has(index));
    for (const link of found) requireOurs(link);
    return found.map(identityOf);
  }

  async move(
    plan: AddressPlan,
    from: number,
    to: number,
  ): Promise<{ readonly plan: AddressPlan; readonly checked: Checked }> {
    requireMove(from, to);
    const what = `move of addresses from link ${from} to link ${to}`;
    const [source, target] = [await this.#usable(what, from), await this.#usable(what, to)];
    const { addressing } = this.#host;
    // The properties on the first device count, such as the lifetime of a renewed lease.
    const present = [await addressing.get(to), await addressing.get(from)];
    return {
      plan: permittedPlan(plan, present, `${source.name} and ${target.name}`, target.name),
      checked: [identityOf(source), identityOf(target)],
    };
  }

  async use(what: string, index: number): Promise<Checked> {
    return [identityOf(await this.#usable(what, index))];
  }

  async setSysctl(device: string): Promise<Checked> {
    requireDeviceName(device);
    const link = await this.#host.links.get(device);
    if (link === undefined)
      throw new SystemCallError(`change of a sysctl of ${device}`, 'ENOENT', 'no such file or directory');
    this.#requireUsable(link);
    return [identityOf(link)];
  }

  async setFilter(bridge: string, rules: readonly string[]): Promise<string[]> {
    requireFilterableName(bridge);
    // Other devices may disappear without the helper. For example, a TAP is deleted when its user closes it.
    await this.#requireRuleDevice(bridge, ['bridge']);
    return permittedRules(bridge, rules, this.#filterTargets);
  }

  async createDrop(device: string): Promise<void> {
    await this.#requireRuleDevice(device, ['bridge', 'veth', 'vlan', 'macvtap']);
  }

  async deleteRules(device: string): Promise<void> {
    requireDeviceName(device);
    const link = await this.#host.links.get(device);
    if (link !== undefined) this.#requireUsable(link);
  }

  #requireCreatable(name: string): void {
    requireDeviceName(name);
    if (!this.#names.some((pattern) => pattern.test(name)))
      throw new HelperRefusalError(`${name} matches no pattern of names that the helper may create (--name)`);
  }

  /** Checks a device in a rule. It must exist, and only the helper or an administrator can delete it. */
  async #requireRuleDevice(name: string, kinds: readonly string[]): Promise<void> {
    requireDeviceName(name);
    const link = await this.#host.links.get(name);
    if (link === undefined) throw new HelperRefusalError(`a rule names ${name}, which does not exist`);
    this.#requireUsable(link);
    if (isOurs(link) && !kinds.includes(link.kind))
      throw new HelperRefusalError(`a rule names ${name}, which is a ${link.kind}; expected ${kinds.join(' or ')}`);
  }

  #requirePassthruMac(name: string, lower: Link): void {
    if (!isOurs(lower) && !this.#passthruMac)
      throw new HelperRefusalError(
        `${name} would change the MAC address of ${lower.name}, which has another owner; --passthru-mac allows it`,
      );
  }

  /** A device of another owner must stay in a bridge of another owner, and keep its port settings. */
  async #leavableMaster(link: Link, { master, port }: LinkSettings): Promise<Checked> {
    const isUntouched = master === undefined || master === link.master;
    if (link.master === 0 || (isUntouched && port === undefined)) return [];
    const bridge = await this.#host.links.get(link.master);
    if (bridge !== undefined && isOurs(bridge)) return [identityOf(bridge)];
    throw new HelperRefusalError(
      `${link.name} is a port of ${bridge?.name ?? 'a bridge'}, which os-vif did not create: ${isUntouched ? 'its port settings cannot be changed' : 'it cannot leave this bridge'}`,
    );
  }

  async #usable(what: string, index: number): Promise<Link> {
    const link = await this.#present(what, index);
    this.#requireUsable(link);
    return link;
  }

  async #present(what: string, index: number): Promise<Link> {
    const link = index < 1 ? undefined : await this.#host.links.get(index);
    if (link === undefined) throw new NetlinkError(what, 'ENODEV', `no such device: ${index}`);
    return link;
  }

  #requireUsable(link: Link): void {
    if (!isOurs(link)) this.#requireAllowed(link);
  }

  #requireAllowed({ name }: Link): void {
    if (!this.#devices.has(name))
      throw new HelperRefusalError(
        `os-vif did not create ${name}; the configuration of the helper must name it (--device) before a client may use it`,
      );
  }
}

function requireDefinedKind(kind: string): void {
  if (!isDefinedKind(kind))
    throw new KindDefinitionError(
      `the helper cannot allow the kind ${describeValue(kind)} of network devices: no module of its process has defined it (--plugin)`,
    );
}

function isOurs(link: Link): boolean {
  return Boolean(ownerOf(link)) || isUnnamed(link);
}

function requireOurs(link: Link): void {
  if (!isOurs(link))
    throw new HelperRefusalError(`os-vif did not create ${link.name}, so the helper does not delete it`);
}

/** The properties of a device on which a decision depends. */
function identityOf(link: Link): ExpectedLink {
  const { index, name, alias, group, master } = link;
  return isOurs(link) ? { index, alias, group } : { index, name, alias, master };
}

function requireSettingsOfOthers(link: Link, settings: LinkSettings): void {
  const excess = Object.keys(settings).filter((setting) => !SETTINGS_OF_OTHERS.has(setting));
  if (excess.length > 0)
    throw new HelperRefusalError(
      `os-vif did not create ${link.name}, so the helper does not change its ${excess.join(', ')}`,
    );
}

function requireDeviceName(name: string): void {
  requireLinkName(name);
  if (NOT_DEVICES.has(name))
    throw new HelperRefusalError(`${name} is not a device: it means all devices in /proc/sys/net`);
}

/** Converts a pattern of a shell to a regular expression. */
function patternOf(pattern: string): RegExp {
  const parts = [...pattern].map((character) =>
    character === '*' ? '.*' : character === '?' ? '.' : character.replace(/[\\^$.|+()[\]{}]/, '\\$&'),
  );
  return new RegExp(`^${parts.join('')}$`, 'su');
}
