/** Links as rtnetlink messages (rtnetlink(7), linux/if_link.h): encodes requests, and decodes answers. */

import { attributesOf, settingsOfKind } from '../../../host-contract/link-kinds.ts';
import {
  isDefinedLink,
  type Link,
  type LinkSettings,
  MACVTAP_MODES,
  type MacvtapMode,
  type NamedLink,
  type NewLink,
  type TapState,
} from '../../../host-contract/links.ts';
import { bridgeAttributes, decodeBridge, decodePort, portAttributes } from './bridge-message.ts';
import {
  type Attribute,
  decodeAttributeList,
  decodeAttributes,
  encodeAttributes,
  type Message,
  readI32,
  readNumber,
  readString,
  readU32,
  text,
  u32,
} from './message.ts';
import { decodeVlan, vlanAttributes } from './vlan-message.ts';

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;
const IFLA_LINKINFO = 18;
const IFLA_IFALIAS = 20;
const IFLA_GROUP = 27;
export const IFLA_EXT_MASK = 29;
const IFLA_LINK_NETNSID = 37;
export const IFLA_PROP_LIST = 52;
export const IFLA_ALT_IFNAME = 53;

const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_INFO_SLAVE_KIND = 4;
const IFLA_INFO_SLAVE_DATA = 5;
const VETH_INFO_PEER = 1;

const IFLA_MACVLAN_MODE = 1;
/** linux/if_link.h, enum macvlan_mode */
const MACVLAN_MODES: Readonly<Record<MacvtapMode, number>> = { private: 1, vepa: 2, bridge: 4, passthru: 8 };

const IFLA_TUN_OWNER = 1;
const IFLA_TUN_GROUP = 2;
const IFLA_TUN_TYPE = 3;
const IFLA_TUN_PERSIST = 6;
const IFLA_TUN_MULTI_QUEUE = 7;
const IFF_TAP = 2;

const RTEXT_FILTER_SKIP_STATS = 8;

const IFF_UP = 0x1;
const IFF_PROMISC = 0x100;

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

/** Returns the link in an RTM_NEWLINK message. */
export function decodeLink({ payload }: Message): Link {
  const flags = readU32(payload, 8);
  const attributes = decodeAttributes(payload.subarray(16));
  const number = (type: number): number => readNumber(attributes.get(type));
  const info = decodeAttributes(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0));
  const data = decodeAttributes(info.get(IFLA_INFO_DATA) ?? Buffer.alloc(0));
  const kernelKind = stringOf(info.get(IFLA_INFO_KIND));
  const kind = kernelKind === 'tun' && readNumber(data.get(IFLA_TUN_TYPE)) === IFF_TAP ? 'tap' : kernelKind;
  const settings = settingsOfKind(kernelKind, data);
  return {
    name: stringOf(attributes.get(IFLA_IFNAME)),
    index: readI32(payload, 4),
    kind,
    mac: (attributes.get(IFLA_ADDRESS)?.toString('hex').match(/../g) ?? []).join(':'),
    mtu: number(IFLA_MTU),
    up: (flags & IFF_UP) !== 0,
    promiscuous: (flags & IFF_PROMISC) !== 0,
    alias: stringOf(attributes.get(IFLA_IFALIAS)),
    group: number(IFLA_GROUP),
    master: number(IFLA_MASTER),
    // The index of a device in another namespace has no meaning in this namespace.
    lower: attributes.has(IFLA_LINK_NETNSID) ? 0 : number(IFLA_LINK),
    ...(kind === 'bridge' && { bridge: decodeBridge(data) }),
    ...(kind === 'tap' && { tap: decodeTap(data) }),
    ...(kind === 'macvtap' && { macvtap: { mode: decodeMacvtapMode(data) } }),
    ...(kind === 'vlan' && { vlan: decodeVlan(data) }),
    ...(settings !== undefined && { settings }),
    ...alternativeNames(attributes.get(IFLA_PROP_LIST)),
    ...(stringOf(info.get(IFLA_INFO_SLAVE_KIND)) === 'bridge' && { port: decodePort(info.get(IFLA_INFO_SLAVE_DATA)) }),
  };
}

function alternativeNames(properties: Buffer | undefined): Pick<Link, 'alternativeNames'> {
  if (properties === undefined) return {};
  const names = decodeAttributeList(properties).flatMap(([type, value]) =>
    type === IFLA_ALT_IFNAME ? [readString(value)] : [],
  );
  return names.length === 0 ? {} : { alternativeNames: names };
}

function decodeTap(data: Map<number, Buffer>): TapState {
  const owner = data.get(IFLA_TUN_OWNER);
  const group = data.get(IFLA_TUN_GROUP);
  return {
    multiQueue: readNumber(data.get(IFLA_TUN_MULTI_QUEUE)) !== 0,
    persistent: readNumber(data.get(IFLA_TUN_PERSIST)) !== 0,
    ...(owner && { owner: readU32(owner, 0) }),
    ...(group && { group: readU32(group, 0) }),
  };
}

function decodeMacvtapMode(data: Map<number, Buffer>): MacvtapMode {
  const number = readNumber(data.get(IFLA_MACVLAN_MODE));
  return MACVTAP_MODES.find((mode) => MACVLAN_MODES[mode] === number) ?? 'private';
}

function stringOf(value: Buffer | undefined): string {
  return value === undefined ? '' : readString(value);
}
