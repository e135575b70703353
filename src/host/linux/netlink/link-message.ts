/** Links as rtnetlink messages (rtnetlink(7), linux/if_link.h): what we ask for, and what the kernel says. */

import { attributesOf, settingsOfKind } from '../../../host-contract/link-kinds.ts';
import {
  type BridgeSettings,
  isDefinedLink,
  type Link,
  type LinkSettings,
  MACVTAP_MODES,
  type MacvtapMode,
  type NamedLink,
  type NewLink,
  type PortSettings,
  type TapState,
} from '../../../host-contract/links.ts';
import {
  type Attribute,
  decodeAttributeList,
  decodeAttributes,
  encodeAttributes,
  type Message,
  readI32,
  readString,
  readU16,
  readU32,
  text,
  u8,
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

const IFLA_BRPORT_MODE = 4;
const IFLA_BRPORT_LEARNING = 8;
const IFLA_BRPORT_ISOLATED = 33;

const IFLA_BR_FORWARD_DELAY = 1;
const IFLA_BR_AGEING_TIME = 4;
const IFLA_BR_STP_STATE = 5;
const IFLA_BR_VLAN_FILTERING = 7;
const IFLA_BR_MCAST_SNOOPING = 23;
/** The kernel counts a bridge's times in hundredths of a second. */
const TICKS = 100;

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
 * Asks for links without the counters of IPv6.
 * They are a fifth of a message, and the kernel adds them up over all CPUs.
 */
export const WITHOUT_COUNTERS: Attribute = [IFLA_EXT_MASK, u32(RTEXT_FILTER_SKIP_STATS)];

/** struct ifinfomsg */
export function linkHeader(index = 0, settings: LinkSettings = {}): Buffer {
  const flags = (settings.up ? IFF_UP : 0) | (settings.promiscuous ? IFF_PROMISC : 0);
  const change = (settings.up === undefined ? 0 : IFF_UP) | (settings.promiscuous === undefined ? 0 : IFF_PROMISC);
  return Buffer.concat([u32(0), u32(index), u32(flags), u32(change)]);
}

/** The attribute that names a link where no index does. */
export function nameAttribute(name: string): Attribute {
  return [IFLA_IFNAME, text(name)];
}

/**
 * What the request that makes a link can carry; the alias, the master and a bridge's MTU come
 * in a second one.
 */
export function creationAttributes(link: NewLink, group: number): Attribute[] {
  const below = 'lower' in link ? link.lower : undefined;
  const lower: Attribute[] = below === undefined ? [] : [[IFLA_LINK, u32(below)]];
  const { mtu, ...settings } = link;
  // A bridge keeps its MTU when ports come only if it was changed (br_change_mtu()), not if it
  // was made with it.
  const made = link.kind === 'bridge' || mtu === undefined ? settings : { ...settings, mtu };
  return [...endAttributes(made, group, lower), [IFLA_LINKINFO, linkInfo(link, group)]];
}

/** In the order in which `ip link add` writes them. */
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

/** The peer is a link message of its own: struct ifinfomsg and attributes. */
function vethPeer(peer: NamedLink, group: number): Buffer {
  return Buffer.concat([linkHeader(), encodeAttributes(endAttributes(peer, group))]);
}

/** The settings that attributes carry; `up` and `promiscuous` go in the header. */
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
  // An empty alias takes it away.
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

function portAttributes({ hairpin, isolated, learning }: PortSettings): Attribute[] {
  const attributes: Attribute[] = [];
  if (hairpin !== undefined) attributes.push([IFLA_BRPORT_MODE, u8(Number(hairpin))]);
  if (learning !== undefined) attributes.push([IFLA_BRPORT_LEARNING, u8(Number(learning))]);
  if (isolated !== undefined) attributes.push([IFLA_BRPORT_ISOLATED, u8(Number(isolated))]);
  return attributes;
}

function bridgeAttributes({
  ageingTime,
  stp,
  forwardDelay,
  multicastSnooping,
  vlanFiltering,
}: BridgeSettings): Attribute[] {
  const attributes: Attribute[] = [];
  if (forwardDelay !== undefined) attributes.push([IFLA_BR_FORWARD_DELAY, u32(forwardDelay * TICKS)]);
  if (ageingTime !== undefined) attributes.push([IFLA_BR_AGEING_TIME, u32(ageingTime * TICKS)]);
  if (stp !== undefined) attributes.push([IFLA_BR_STP_STATE, u32(Number(stp))]);
  if (vlanFiltering !== undefined) attributes.push([IFLA_BR_VLAN_FILTERING, u8(Number(vlanFiltering))]);
  if (multicastSnooping !== undefined) attributes.push([IFLA_BR_MCAST_SNOOPING, u8(Number(multicastSnooping))]);
  return attributes;
}

/** The link that an RTM_NEWLINK message describes. */
export function decodeLink({ payload }: Message): Link {
  const flags = readU32(payload, 8);
  const attributes = decodeAttributes(payload.subarray(16));
  const number = (type: number): number => numberOf(attributes.get(type));
  const info = decodeAttributes(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0));
  const data = decodeAttributes(info.get(IFLA_INFO_DATA) ?? Buffer.alloc(0));
  const kernelKind = stringOf(info.get(IFLA_INFO_KIND));
  const kind = kernelKind === 'tun' && numberOf(data.get(IFLA_TUN_TYPE)) === IFF_TAP ? 'tap' : kernelKind;
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
    // The index of a device in another namespace means nothing in this one.
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

function decodeBridge(data: Map<number, Buffer>): Required<BridgeSettings> {
  const number = (type: number): number => numberOf(data.get(type));
  return {
    ageingTime: number(IFLA_BR_AGEING_TIME) / TICKS,
    stp: number(IFLA_BR_STP_STATE) !== 0,
    forwardDelay: number(IFLA_BR_FORWARD_DELAY) / TICKS,
    multicastSnooping: number(IFLA_BR_MCAST_SNOOPING) !== 0,
    vlanFiltering: number(IFLA_BR_VLAN_FILTERING) !== 0,
  };
}

function decodeTap(data: Map<number, Buffer>): TapState {
  const owner = data.get(IFLA_TUN_OWNER);
  const group = data.get(IFLA_TUN_GROUP);
  return {
    multiQueue: numberOf(data.get(IFLA_TUN_MULTI_QUEUE)) !== 0,
    persistent: numberOf(data.get(IFLA_TUN_PERSIST)) !== 0,
    ...(owner && { owner: readU32(owner, 0) }),
    ...(group && { group: readU32(group, 0) }),
  };
}

function decodeMacvtapMode(data: Map<number, Buffer>): MacvtapMode {
  const number = numberOf(data.get(IFLA_MACVLAN_MODE));
  return MACVTAP_MODES.find((mode) => MACVLAN_MODES[mode] === number) ?? 'private';
}

function decodePort(data: Buffer | undefined): Required<PortSettings> {
  const attributes = decodeAttributes(data ?? Buffer.alloc(0));
  const flag = (type: number): boolean => numberOf(attributes.get(type)) !== 0;
  return {
    hairpin: flag(IFLA_BRPORT_MODE),
    isolated: flag(IFLA_BRPORT_ISOLATED),
    learning: flag(IFLA_BRPORT_LEARNING),
  };
}

/** An attribute's number, whatever its width; 0 when it is absent. */
function numberOf(value: Buffer | undefined): number {
  if (value === undefined || value.length === 0) return 0;
  if (value.length >= 4) return readU32(value, 0);
  return value.length >= 2 ? readU16(value, 0) : value.readUInt8(0);
}

function stringOf(value: Buffer | undefined): string {
  return value === undefined ? '' : readString(value);
}
