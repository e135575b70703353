/** The network devices of a Linux network namespace, through rtnetlink. */

import { KernelError, NetlinkError } from '../../errors/kernel.ts';
import type { Changes, ChangesOptions } from '../../host-contract/changes/changes.ts';
import { isExpected, nameIn } from '../../host-contract/expected-links.ts';
import { birthGroup, deletionGroup } from '../../host-contract/interface-groups.ts';
import {
  requireAlternativeName,
  requireEmbeddedSwitchMode,
  requireLinkIndex,
  requireLinkName,
  requireLinkSettings,
  requireNewLink,
} from '../../host-contract/link-values.ts';
import {
  type EmbeddedSwitchMode,
  type ExpectedLink,
  endsOf,
  isDefinedLink,
  type Link,
  type LinkSettings,
  type Links,
  type NamedLink,
  type NewLink,
  type VirtualFunction,
  type VirtualFunctionSettings,
} from '../../host-contract/links.ts';
import { LinkEvents } from './events/link-events.ts';
import type { Libc } from './libc.ts';
import { nameAddition, nameRemoval } from './netlink/alternative-name-message.ts';
import { compare, findLinks, linksIn, linksWithSysctls, lookUpOf, requestExpecting } from './netlink/expecting.ts';
import {
  decodeEmbeddedSwitch,
  embeddedSwitchChange,
  embeddedSwitchList,
} from './netlink/functions/embedded-switch-message.ts';
import {
  decodeVirtualFunctions,
  VIRTUAL_FUNCTIONS_TOO,
  virtualFunctionAttribute,
} from './netlink/functions/virtual-function-message.ts';
import { RTM_DELLINK, RTM_GETLINK, RTM_NEWLINK } from './netlink/link-attributes.ts';
import { listLinks } from './netlink/link-list.ts';
import {
  changeByName,
  creationAttributes,
  linkHeader,
  nameAttribute,
  otherMtuFirst,
  settingAttributes,
} from './netlink/link-message.ts';
import { NLM_F_CREATE, NLM_F_EXCL } from './netlink/message.ts';
import type { Request, Turn } from './netlink/request.ts';
import type { NetlinkSocket } from './netlink/socket.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { createTap } from './tun-device.ts';

export class LinuxLinks implements Links {
  readonly #libc: Libc;
  readonly #namespace: NetworkNamespace;
  readonly #socket: NetlinkSocket;
  readonly #events: LinkEvents;

  constructor(libc: Libc, namespace: NetworkNamespace, socket: NetlinkSocket) {
    this.#libc = libc;
    this.#namespace = namespace;
    this.#socket = socket;
    this.#events = new LinkEvents(libc, namespace, socket);
  }

  changes(since?: string, options?: ChangesOptions): Promise<Changes> {
    return this.#events.changes(since, options);
  }

  /** Ends the calls that wait for changes. */
  async endChanges(): Promise<void> {
    await this.#events.close();
  }

  async get(link: string | number): Promise<Link | undefined> {
    if (typeof link === 'string') requireLinkName(link);
    if (link === 0) return undefined;
    try {
      const [answers = []] = await this.#socket.request(lookUpOf(link));
      return linksIn(answers)[0];
    } catch (error) {
      if (error instanceof KernelError && error.errno === 'ENODEV') return undefined;
      throw error;
    }
  }

  async list({ sysctls = false }: { readonly sysctls?: boolean } = {}): Promise<Link[]> {
    return listLinks(this.#socket, sysctls ? linksWithSysctls : linksIn);
  }

  async create(link: NewLink, expected: readonly ExpectedLink[] = []): Promise<number> {
    requireNewLink(link);
    if ('lower' in link && link.lower !== undefined) requireLinkIndex(link.lower);
    const configureIn = async (turn: Turn, ends: readonly NamedLink[]): Promise<number> => {
      await compare(turn, `configuration of ${link.name}`, expected);
      return configure(turn, link, ends);
    };
    if (!isDefinedLink(link) && link.kind === 'tap')
      return createTap(this.#libc, this.#namespace, link, () => this.#socket.turn((turn) => configureIn(turn, [link])));
    // All requests are one turn. Otherwise, another caller of this host could delete the device in between,
    // and another process could take its name.
    return this.#socket.turn(async (turn) => {
      await compare(turn, `creation of ${link.kind} ${link.name}`, expected);
      await turn.request(creationOf(link));
      try {
        return await configureIn(turn, endsToConfigure(link));
      } catch (error) {
        await turn.request(deletionByName(link.name));
        throw error;
      }
    });
  }

  async change(index: number, settings: LinkSettings, expected: readonly ExpectedLink[] = []): Promise<void> {
    requireLinkIndex(index);
    requireLinkSettings(`link ${index}`, settings);
    const { port, ...others } = settings;
    // The kernel accepts the settings of a bridge port only after the device has become a port.
    const parts: LinkSettings[] =
      port === undefined ? [others] : Object.keys(others).length === 0 ? [{ port }] : [others, { port }];
    await requestExpecting(
      this.#socket,
      expected,
      ...parts.map((part) => changeOf(index, part, nameIn(expected, index))),
    );
  }

  async delete(index: number, expected: readonly ExpectedLink[] = []): Promise<void> {
    requireLinkIndex(index);
    await requestExpecting(this.#socket, expected, deletionOf(index, nameIn(expected, index)));
  }

  async deleteAll(indexes: readonly number[], expected: readonly ExpectedLink[] = []): Promise<void> {
    for (const index of indexes) requireLinkIndex(index);
    const byIndex = new Map(expected.map((link) => [link.index, link]));
    for (let from = 0; from < indexes.length; from += MAX_TOGETHER) {
      const some = indexes.slice(from, from + MAX_TOGETHER);
      const theirs = some.flatMap((index) => byIndex.get(index) ?? []);
      await this.#socket.turn((turn) => deleteTogether(turn, some, theirs));
    }
  }

  async virtualFunctions(index: number): Promise<VirtualFunction[]> {
    requireLinkIndex(index);
    const request = {
      what: `virtual functions of link ${index}`,
      type: RTM_GETLINK,
      flags: 0,
      body: linkHeader(index),
    };
    const [answers = []] = await this.#socket.request({ ...request, attributes: [VIRTUAL_FUNCTIONS_TOO] });
    return answers.flatMap(decodeVirtualFunctions);
  }

  async changeVirtualFunction(
    index: number,
    number: number,
    settings: VirtualFunctionSettings,
    expected: readonly ExpectedLink[] = [],
  ): Promise<void> {
    requireLinkIndex(index);
    await requestExpecting(this.#socket, expected, {
      what: `change of virtual function ${number} of ${nameIn(expected, index)} (${Object.keys(settings).join(', ')})`,
      type: RTM_NEWLINK,
      flags: 0,
      body: linkHeader(index),
      attributes: [virtualFunctionAttribute(number, settings)],
    });
  }

  async embeddedSwitchMode(index: number): Promise<EmbeddedSwitchMode | undefined> {
    requireLinkIndex(index);
    const lists = await this.#socket.dumps(embeddedSwitchList(index), (messages) => messages);
    return decodeEmbeddedSwitch(index, lists.flat());
  }

  async changeEmbeddedSwitchMode(
    index: number,
    mode: EmbeddedSwitchMode,
    expected: readonly ExpectedLink[] = [],
  ): Promise<void> {
    requireLinkIndex(index);
    requireEmbeddedSwitchMode(`link ${index}`, mode);
    await requestExpecting(this.#socket, expected, embeddedSwitchChange(index, mode, expected));
  }

  async addAlternativeName(index: number, name: string, expected: readonly ExpectedLink[] = []): Promise<void> {
    requireLinkIndex(index);
    requireAlternativeName(name);
    await requestExpecting(this.#socket, expected, nameAddition(index, name, expected));
  }

  async removeAlternativeName(index: number, name: string, expected: readonly ExpectedLink[] = []): Promise<void> {
    requireLinkIndex(index);
    requireAlternativeName(name);
    await requestExpecting(this.#socket, expected, nameRemoval(index, name, expected));
  }
}

/** Configures the new device, and returns its index. */
async function configure(turn: Turn, link: NewLink, ends: readonly NamedLink[]): Promise<number> {
  const { name } = link;
  const answers = await turn.request(...otherMtuFirst(link), ...ends.map(changeByName), lookUpOf(name));
  const [made] = linksIn(answers.flat());
  if (made === undefined)
    throw new NetlinkError(`look-up of ${name}`, 'ENODEV', 'the device was deleted after its creation');
  return made.index;
}

/**
 * Deletes devices by their interface group. The kernel then waits once for all users of the devices, instead
 * of once for each device. The group is random, so a new device with the index of a deleted device is not in
 * the group.
 */
async function deleteTogether(
  turn: Turn,
  indexes: readonly number[],
  expected: readonly ExpectedLink[],
): Promise<void> {
  const found = await findLinks(turn, expected);
  const changed = new Set(expected.filter((link) => !isExpected(link, found)).map(({ index }) => index));
  const leaving = indexes.filter((index) => !changed.has(index));
  const [first] = leaving;
  if (first === undefined) return;
  if (leaving.length === 1) return ignoring('ENODEV', turn.request(deletionOf(first)));
  const group = deletionGroup(Math.floor(Math.random() * 2 ** 24));
  await ignoring('ENODEV', turn.request(...leaving.map((index) => changeOf(index, { group }))));
  const request = { what: `deletion of ${leaving.length} links`, type: RTM_DELLINK, flags: 0, body: linkHeader() };
  await ignoring('ENODEV', turn.request({ ...request, attributes: settingAttributes({ group }) }));
}

/**
 * Maximum number of devices in one deletion. The requests and their answers then fit into the buffers of a
 * socket.
 */
const MAX_TOGETHER = 100;

async function ignoring(errno: string, request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof KernelError && error.errno === errno)) throw error;
  }
}

function creationOf(link: NewLink): Request {
  return {
    what: `creation of ${link.kind} ${link.name}`,
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: linkHeader(),
    attributes: creationAttributes(link, birthGroup(link.alias ?? '')),
  };
}

function deletionOf(index: number, name = `link ${index}`): Request {
  return { what: `deletion of ${name}`, type: RTM_DELLINK, flags: 0, body: linkHeader(index) };
}

function deletionByName(name: string): Request {
  const attributes = [nameAttribute(name)];
  return { what: `deletion of ${name}`, type: RTM_DELLINK, flags: 0, body: linkHeader(), attributes };
}

function changeOf(index: number, settings: LinkSettings, name = `link ${index}`): Request {
  return {
    what: `change of ${name} (${Object.keys(settings).join(', ')})`,
    type: RTM_NEWLINK,
    flags: 0,
    body: linkHeader(index, settings),
    attributes: settingAttributes(settings),
  };
}

/** Returns the settings that the creation request cannot carry, for each end of the link. */
function endsToConfigure(link: NewLink): NamedLink[] {
  const ends = endsOf(link);
  const mtu = link.kind === 'bridge' ? link.mtu : undefined;
  // Kernel: macvlan_common_newlink() gives a passthru device the address of its lower
  // device and ignores IFLA_ADDRESS.
  const mac = link.kind === 'macvtap' && link.macvtap?.mode === 'passthru' ? link.mac : undefined;
  return ends.map(({ name, alias, up, promiscuous, master, group = 0 }) => ({
    name,
    ...(mtu !== undefined && { mtu }),
    ...(mac !== undefined && { mac }),
    group,
    ...(alias !== undefined && { alias }),
    ...(up !== undefined && { up }),
    ...(promiscuous !== undefined && { promiscuous }),
    ...(master !== undefined && master !== 0 && { master }),
  }));
}
