/** The network devices of a Linux network namespace, by rtnetlink. */

import { randomInt } from 'node:crypto';
import { KernelError, NetlinkError } from '../../errors/host.ts';
import type {
  Link,
  LinkSettings,
  Links,
  NamedLink,
  NewLink,
  VirtualFunction,
  VirtualFunctionSettings,
} from '../../wiring/host.ts';
import { requireLinkName, requireLinkSettings, requireNewLink } from '../../wiring/link-values.ts';
import { birthGroup } from '../../wiring/ownership.ts';
import type { Libc } from './libc.ts';
import {
  creationAttributes,
  decodeLink,
  linkHeader,
  nameAttribute,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
  settingAttributes,
} from './netlink/link-message.ts';
import { type Message, NLM_F_CREATE, NLM_F_EXCL } from './netlink/message.ts';
import type { NetlinkSocket, Request } from './netlink/socket.ts';
import {
  decodeVirtualFunctions,
  VIRTUAL_FUNCTIONS_TOO,
  virtualFunctionAttribute,
} from './netlink/virtual-function-message.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import { createTap } from './tun-device.ts';

export class LinuxLinks implements Links {
  readonly #libc: Libc;
  readonly #namespace: NetworkNamespace;
  readonly #socket: NetlinkSocket;

  constructor(libc: Libc, namespace: NetworkNamespace, socket: NetlinkSocket) {
    this.#libc = libc;
    this.#namespace = namespace;
    this.#socket = socket;
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

  async list(): Promise<Link[]> {
    const messages = await this.#socket.dump({ what: 'list of links', type: RTM_GETLINK, body: linkHeader() });
    return linksIn(messages);
  }

  async create(link: NewLink): Promise<number> {
    requireNewLink(link);
    if (link.kind === 'tap') return createTap(this.#libc, this.#namespace, link, () => this.#finish(link, [link]));
    await this.#socket.request({
      what: `creation of ${link.kind} ${link.name}`,
      type: RTM_NEWLINK,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      body: linkHeader(),
      attributes: creationAttributes(link, birthGroup(link.alias ?? '')),
    });
    try {
      return await this.#finish(link, finishing(link));
    } catch (error) {
      await this.#socket.request({
        what: `deletion of ${link.name}`,
        type: RTM_DELLINK,
        flags: 0,
        body: linkHeader(),
        attributes: [nameAttribute(link.name)],
      });
      throw error;
    }
  }

  /** Configures what was just made, and asks which index it got. */
  async #finish({ name }: NewLink, ends: readonly NamedLink[]): Promise<number> {
    const answers = await this.#socket.request(...ends.map(changeByName), lookUpOf(name));
    const [made] = linksIn(answers.flat());
    if (made === undefined) throw new NetlinkError(`look-up of ${name}`, 'ENODEV', 'it went as soon as it was made');
    return made.index;
  }

  async change(index: number, settings: LinkSettings): Promise<void> {
    requireLinkSettings(`link ${index}`, settings);
    const { port, ...others } = settings;
    // What the device is to its bridge can be told only once it is there.
    const parts: LinkSettings[] =
      port === undefined ? [others] : Object.keys(others).length === 0 ? [{ port }] : [others, { port }];
    await this.#socket.request(...parts.map((part) => changeOf(index, part)));
  }

  async delete(index: number): Promise<void> {
    await this.#socket.request({
      what: `deletion of link ${index}`,
      type: RTM_DELLINK,
      flags: 0,
      body: linkHeader(index),
    });
  }

  async deleteAll(indexes: readonly number[]): Promise<void> {
    for (let from = 0; from < indexes.length; from += MAX_TOGETHER) {
      await this.#deleteTogether(indexes.slice(from, from + MAX_TOGETHER));
    }
  }

  /** The kernel waits once for everybody to let go of all devices of an interface group, instead of once for each. */
  async #deleteTogether(indexes: readonly number[]): Promise<void> {
    const group = deletionGroup();
    const [first] = indexes;
    if (first === undefined) return;
    if (indexes.length === 1) return ignoring('ENODEV', this.delete(first));
    await ignoring('ENODEV', this.#socket.request(...indexes.map((index) => changeOf(index, { group }))));
    const request = { what: `deletion of ${indexes.length} links`, type: RTM_DELLINK, flags: 0, body: linkHeader() };
    await ignoring('ENODEV', this.#socket.request({ ...request, attributes: settingAttributes({ group }) }));
  }

  async virtualFunctions(index: number): Promise<VirtualFunction[]> {
    const request = {
      what: `virtual functions of link ${index}`,
      type: RTM_GETLINK,
      flags: 0,
      body: linkHeader(index),
    };
    const [answers = []] = await this.#socket.request({ ...request, attributes: [VIRTUAL_FUNCTIONS_TOO] });
    return answers.flatMap(decodeVirtualFunctions);
  }

  async changeVirtualFunction(index: number, number: number, settings: VirtualFunctionSettings): Promise<void> {
    await this.#socket.request({
      what: `change of virtual function ${number} of link ${index} (${Object.keys(settings).join(', ')})`,
      type: RTM_NEWLINK,
      flags: 0,
      body: linkHeader(index),
      attributes: [virtualFunctionAttribute(number, settings)],
    });
  }
}

/** Well below what fits a socket's buffers, with the answers. */
const MAX_TOGETHER = 100;

/** An interface group that nobody else uses: any number with a high first byte. */
function deletionGroup(): number {
  return (0x4e << 24) | randomInt(1 << 24);
}

async function ignoring(errno: string, request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof KernelError && error.errno === errno)) throw error;
  }
}

function lookUpOf(link: string | number): Request {
  return {
    what: `look-up of ${link}`,
    type: RTM_GETLINK,
    flags: 0,
    body: linkHeader(typeof link === 'number' ? link : 0),
    attributes: typeof link === 'string' ? [nameAttribute(link)] : [],
  };
}

function linksIn(messages: readonly Message[]): Link[] {
  return messages.filter(({ type }) => type === RTM_NEWLINK).map(decodeLink);
}

function changeOf(index: number, settings: LinkSettings): Request {
  return {
    what: `change of link ${index} (${Object.keys(settings).join(', ')})`,
    type: RTM_NEWLINK,
    flags: 0,
    body: linkHeader(index, settings),
    attributes: settingAttributes(settings),
  };
}

/** What making a link leaves to a second request, for each of its ends. */
function finishing(link: NewLink): NamedLink[] {
  const ends: NamedLink[] =
    link.kind === 'veth' ? [link, { ...link.peer, alias: link.peer.alias ?? link.alias ?? '' }] : [link];
  const mtu = link.kind === 'bridge' ? link.mtu : undefined;
  // Kernel: macvlan_common_newlink() gives a passthru device the address of the one below it, whatever was asked.
  const mac = link.kind === 'macvtap' && link.macvtap.mode === 'passthru' ? link.mac : undefined;
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

/** By name: the kernel doesn't say which index a new link got. */
function changeByName({ name, ...settings }: NamedLink): Request {
  return {
    what: `configuration of ${name}`,
    type: RTM_NEWLINK,
    flags: 0,
    body: linkHeader(0, settings),
    attributes: [nameAttribute(name), ...settingAttributes(settings)],
  };
}
