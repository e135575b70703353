/** Links as rtnetlink messages (rtnetlink(7), linux/if_link.h): what we ask for, and what the kernel says. */

import type { BridgeSettings, Link, LinkSettings, NamedLink, NewLink, TapState } from '../../../wiring/host.ts';
import {
  type Attribute,
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
const IFLA_LINK_NETNSID = 37;

const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const VETH_INFO_PEER = 1;

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

const IFF_UP = 0x1;
const IFF_PROMISC = 0x100;

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

/** What the request that makes a link can carry; the alias and the master come in a second one. */
export function creationAttributes(link: NewLink, group: number): Attribute[] {
  return [...endAttributes(link, group), [IFLA_LINKINFO, linkInfo(link, group)]];
}

function endAttributes({ name, mac, mtu }: NamedLink, group: number): Attribute[] {
  return [
    nameAttribute(name),
    ...settingAttributes({ ...(mac !== undefined && { mac }), ...(mtu !== undefined && { mtu }), group }),
  ];
}

function linkInfo(link: NewLink, group: number): Attribute[] {
  const kind: Attribute = [IFLA_INFO_KIND, Buffer.from(link.kind)];
  if (link.kind === 'veth') return [kind, [IFLA_INFO_DATA, [[VETH_INFO_PEER, vethPeer(link.peer, group)]]]];
  if (link.kind === 'bridge' && link.bridge) return [kind, [IFLA_INFO_DATA, bridgeAttributes(link.bridge)]];
  return [kind];
}

/** The peer is a link message of its own: struct ifinfomsg and attributes. */
function vethPeer(peer: NamedLink, group: number): Buffer {
  return Buffer.concat([linkHeader(), encodeAttributes(endAttributes(peer, group))]);
}

/** The settings that attributes carry; `up` and `promiscuous` go in the header. */
export function settingAttributes({ mac, mtu, group, alias, master, bridge }: LinkSettings): Attribute[] {
  const attributes: Attribute[] = [];
  if (mac !== undefined) attributes.push([IFLA_ADDRESS, Buffer.from(mac.replaceAll(':', ''), 'hex')]);
  if (mtu !== undefined) attributes.push([IFLA_MTU, u32(mtu)]);
  if (group !== undefined) attributes.push([IFLA_GROUP, u32(group)]);
  // An empty alias takes it away.
  if (alias !== undefined) attributes.push([IFLA_IFALIAS, Buffer.from(alias)]);
  if (master !== undefined) attributes.push([IFLA_MASTER, u32(master)]);
  if (bridge !== undefined)
    attributes.push([
      IFLA_LINKINFO,
      [
        [IFLA_INFO_KIND, Buffer.from('bridge')],
        [IFLA_INFO_DATA, bridgeAttributes(bridge)],
      ],
    ]);
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
  };
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

/** An attribute's number, whatever its width; 0 when it is absent. */
function numberOf(value: Buffer | undefined): number {
  if (value === undefined || value.length === 0) return 0;
  if (value.length >= 4) return readU32(value, 0);
  return value.length >= 2 ? readU16(value, 0) : value.readUInt8(0);
}

function stringOf(value: Buffer | undefined): string {
  return value === undefined ? '' : readString(value);
}
