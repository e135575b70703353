/** The network devices of a Linux network namespace, by rtnetlink. */

import { KernelError } from '../../errors.ts';
import type { Link, LinkSettings, Links, NamedLink, NewLink } from '../../wiring/host.ts';
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
import { NLM_F_CREATE, NLM_F_EXCL } from './netlink/message.ts';
import type { NetlinkSocket, Request } from './netlink/socket.ts';
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
    const request = {
      what: `look-up of ${link}`,
      type: RTM_GETLINK,
      flags: 0,
      body: linkHeader(typeof link === 'number' ? link : 0),
      attributes: typeof link === 'string' ? [nameAttribute(link)] : [],
    };
    try {
      const [answers = []] = await this.#socket.request(request);
      return answers.filter(({ type }) => type === RTM_NEWLINK).map(decodeLink)[0];
    } catch (error) {
      if (error instanceof KernelError && error.errno === 'ENODEV') return undefined;
      throw error;
    }
  }

  async list(): Promise<Link[]> {
    const messages = await this.#socket.dump({ what: 'list of links', type: RTM_GETLINK, body: linkHeader() });
    return messages.filter(({ type }) => type === RTM_NEWLINK).map(decodeLink);
  }

  async create(link: NewLink): Promise<void> {
    requireNewLink(link);
    if (link.kind === 'tap') {
      return createTap(this.#libc, this.#namespace, link, async () => {
        await this.#socket.request(changeByName(link));
      });
    }
    await this.#socket.request({
      what: `creation of ${link.kind} ${link.name}`,
      type: RTM_NEWLINK,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      body: linkHeader(),
      attributes: creationAttributes(link, birthGroup(link.alias ?? '')),
    });
    try {
      await this.#socket.request(...finishing(link).map(changeByName));
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

  async change(index: number, settings: LinkSettings): Promise<void> {
    requireLinkSettings(`link ${index}`, settings);
    await this.#socket.request({
      what: `change of link ${index} (${Object.keys(settings).join(', ')})`,
      type: RTM_NEWLINK,
      flags: 0,
      body: linkHeader(index, settings),
      attributes: settingAttributes(settings),
    });
  }

  async delete(index: number): Promise<void> {
    await this.#socket.request({
      what: `deletion of link ${index}`,
      type: RTM_DELLINK,
      flags: 0,
      body: linkHeader(index),
    });
  }
}

/** What making a link leaves to a second request, for each of its ends. */
function finishing(link: NewLink): NamedLink[] {
  const ends: NamedLink[] =
    link.kind === 'veth' ? [link, { ...link.peer, alias: link.peer.alias ?? link.alias ?? '' }] : [link];
  return ends.map(({ name, alias, up, promiscuous, master, group = 0 }) => ({
    name,
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
