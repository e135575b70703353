/** Links as rtnetlink messages (rtnetlink(7), linux/if_link.h): encodes requests. */

import { attributesOf } from '../../../host-contract/link-kinds.ts';
import {
  isDefinedLink,
  type LinkSettings,
  type MacvtapMode,
  type NamedLink,
  type NewLink,
} from '../../../host-contract/links.ts';
import { bridgeAttributes, portAttributes } from './bridge-message.ts';
import {
  IFF_PROMISC,
  IFF_UP,
  IFLA_ADDRESS,
  IFLA_EXT_MASK,
  IFLA_GROUP,
  IFLA_IFALIAS,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_INFO_SLAVE_DATA,
  IFLA_INFO_SLAVE_KIND,
  IFLA_LINK,
  IFLA_LINKINFO,
  IFLA_MACVLAN_MODE,
  IFLA_MASTER,
  IFLA_MTU,
  MACVLAN_MODES,
  RTM_NEWLINK,
  VETH_INFO_PEER,
} from './link-attributes.ts';
import { type Attribute, encodeAttributes, text, u32 } from './message.ts';
import type { Request } from './request.ts';
import { vlanAttributes } from './vlan-message.ts';

const RTEXT_FILTER_SKIP_STATS = 8;

/**
 * Requests links without the counters of IPv6.
 * These counters are a fifth of a message, and the kernel adds them up over all CPUs.
 */
export const WITHOUT_COUNTERS: Attribute = [IFLA_EXT_MASK, u32(RTEXT_FILTER_SKIP_STATS)];

/** struct ifinfomsg */
export function linkHeader(index = 0, settings: LinkSettings = {}): Buffer {
  const flags = (settings.up ? IFF_UP : 0) | (settings.promiscuous ? IFF_PROMISC : 0);
  const change = (settings.up === undefined ? 0 : IFF_UP) | (settings.promiscuous === undefined ? 0 : IFF_PROMISC);
  return Buffer.concat([u32(0), u32(index), u32(flags), u32(change)]);
}

/** The attribute that identifies a link by its name, for a request without an index. */
export function nameAttribute(name: string): Attribute {
  return [IFLA_IFNAME, text(name)];
}

/**
 * Returns the attributes of a request that creates a link. A second request sets the alias, the master, and
 * the MTU of a bridge.
 */
export function creationAttributes(link: NewLink, group: number): Attribute[] {
  const below = 'lower' in link ? link.lower : undefined;
  const lower: Attribute[] = below === undefined ? [] : [[IFLA_LINK, u32(below)]];
  const { mtu, ...settings } = link;
  // A bridge with new ports keeps its MTU only if a request has changed the MTU (br_change_mtu()). An MTU in
  // the creation request has no such effect.
  const made = link.kind === 'bridge' || mtu === undefined ? settings : { ...settings, mtu };
  return [...endAttributes(made, group, lower), [IFLA_LINKINFO, linkInfo(link, group)]];
}

/** Returns the attributes in the order of `ip link add`. */
function endAttributes({ name, mac, mtu }: NamedLink, group: number, lower: Attribute[] = []): Attribute[] {
  const settings = settingAttributes({ ...(mac !== undefined && { mac }), ...(mtu !== undefined && { mtu }), group });
  return [...settings, ...lower, nameAttribute(name)];
}

function linkInfo(link: NewLink, group: number): Attribute[] {
  const data = kindData(link, group);
  const kind: Attribute = [IFLA_INFO_KIND, Buffer.from(link.kind)];
  return data === undefined ? [kind] : [kind, [IFLA_INFO_DATA, data]];
}

function kindData(link: NewLink, group: number): readonly Attribute[] | undefined {
  if (isDefinedLink(link)) return attributesOf(link);
  switch (link.kind) {
    case 'veth':
      return [[VETH_INFO_PEER, vethPeer(link.peer, group)]];
    case 'macvtap':
      return macvtapAttributes(link.macvtap.mode);
    case 'vlan':
      return vlanAttributes(link.vlan);
    case 'bridge':
      return link.bridge && bridgeAttributes(link.bridge);
    case 'tap':
      return undefined;
  }
}

/** The peer is a complete link message: struct ifinfomsg and attributes. */
function vethPeer(peer: NamedLink, group: number): Buffer {
  return Buffer.concat([linkHeader(), encodeAttributes(endAttributes(peer, group))]);
}

/** Returns the settings as attributes. The header carries `up` and `promiscuous`. */
export function settingAttributes({
  mac,
  mtu,
  group,
  alias,
  master,
  bridge,
  macvtap,
  port,
}: LinkSettings): Attribute[] {
  const attributes: Attribute[] = [];
  if (mac !== undefined) attributes.push([IFLA_ADDRESS, macBytes(mac)]);
  if (mtu !== undefined) attributes.push([IFLA_MTU, u32(mtu)]);
  if (group !== undefined) attributes.push([IFLA_GROUP, u32(group)]);
  // An empty value removes the alias.
  if (alias !== undefined) attributes.push([IFLA_IFALIAS, Buffer.from(alias)]);
  if (master !== undefined) attributes.push([IFLA_MASTER, u32(master)]);
  if (bridge !== undefined) attributes.push(changedInfo('bridge', bridgeAttributes(bridge)));
  if (macvtap !== undefined) attributes.push(changedInfo('macvtap', macvtapAttributes(macvtap.mode)));
  if (port !== undefined) {
    const slave: Attribute = [IFLA_INFO_SLAVE_KIND, Buffer.from('bridge')];
    attributes.push([IFLA_LINKINFO, [slave, [IFLA_INFO_SLAVE_DATA, portAttributes(port)]]]);
  }
  return attributes;
}

/** The six bytes of a MAC address. */
export function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

function changedInfo(kind: string, data: Attribute[]): Attribute {
  return [
    IFLA_LINKINFO,
    [
      [IFLA_INFO_KIND, Buffer.from(kind)],
      [IFLA_INFO_DATA, data],
    ],
  ];
}

function macvtapAttributes(mode: MacvtapMode): Attribute[] {
  return [[IFLA_MACVLAN_MODE, u32(MACVLAN_MODES[mode])]];
}

/** Kernel: ether_setup() */
const DEFAULT_MTU = 1500;

/**
 * Returns a request for another MTU, which precedes a request for the default MTU. The MTU of a new bridge
 * follows its ports until a request changes the MTU (br_change_mtu()). A request for the present value
 * changes nothing.
 */
export function otherMtuFirst({ kind, name, mtu }: NewLink): Request[] {
  return kind === 'bridge' && mtu === DEFAULT_MTU ? [changeByName({ name, mtu: DEFAULT_MTU - 1 })] : [];
}

/** Changes a device by its name, because the kernel does not report the index of a new device. */
export function changeByName({ name, ...settings }: NamedLink): Request {
  return {
    what: `configuration of ${name}`,
    type: RTM_NEWLINK,
    flags: 0,
    body: linkHeader(0, settings),
    attributes: [nameAttribute(name), ...settingAttributes(settings)],
  };
}
