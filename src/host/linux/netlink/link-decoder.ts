/** Decodes links in rtnetlink messages (rtnetlink(7), linux/if_link.h). */

import { isDefinedKind, settingsOfKind } from '../../../host-contract/link-kinds.ts';
import { type Link, MACVTAP_MODES, type MacvtapMode, type TapState } from '../../../host-contract/links.ts';
import { AttributeTable } from './attribute-table.ts';
import { decodeBridge, decodePort, LARGEST_BRIDGE_ATTRIBUTE, LARGEST_PORT_ATTRIBUTE } from './bridge-message.ts';
import * as rtnetlink from './link-attributes.ts';
import { decodeAttributeList, decodeAttributes, type Message, readI32, readString, readU32 } from './message.ts';
import { decodeVlan } from './vlan-message.ts';

/** sizeof(struct ifinfomsg) */
const HEADER_SIZE = 16;

/** linux/socket.h */
const AF_INET = 2;
const AF_INET6 = 10;
const IFLA_INET_CONF = 1;
const IFLA_INET6_CONF = 2;
/**
 * The sysctls that wirings set, and their places in the arrays of IFLA_AF_SPEC: IPV4_DEVCONF_* of
 * linux/ip.h less 1, and DEVCONF_* of linux/ipv6.h.
 */
const SYSCTLS = [
  {
    directory: 'net/ipv4/conf',
    type: AF_INET,
    values: IFLA_INET_CONF,
    positions: { forwarding: 0, arp_announce: 17, arp_ignore: 18 },
  },
  { directory: 'net/ipv6/conf', type: AF_INET6, values: IFLA_INET6_CONF, positions: { disable_ipv6: 26 } },
] as const;

/** The tables of the message that is being decoded. Decoding does not wait, so that one set is enough. */
const attributes = new AttributeTable(rtnetlink.IFLA_PROP_LIST);
const info = new AttributeTable(rtnetlink.IFLA_INFO_SLAVE_DATA);
const data = new AttributeTable(LARGEST_BRIDGE_ATTRIBUTE);
const port = new AttributeTable(LARGEST_PORT_ATTRIBUTE);

const families = new AttributeTable(AF_INET6);
const family = new AttributeTable(IFLA_INET6_CONF);

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

/** Returns the link in an RTM_NEWLINK message. */
export function decodeLink({ payload }: Message): Link {
  const flags = readU32(payload, 8);
  attributes.read(payload, HEADER_SIZE, payload.length);
  info.readNested(attributes, rtnetlink.IFLA_LINKINFO);
  data.readNested(info, rtnetlink.IFLA_INFO_DATA);
  const kernelKind = info.text(rtnetlink.IFLA_INFO_KIND);
  const kind = kernelKind === 'tun' && data.number(rtnetlink.IFLA_TUN_TYPE) === rtnetlink.IFF_TAP ? 'tap' : kernelKind;
  const link: Changeable<Link> = {
    name: attributes.text(rtnetlink.IFLA_IFNAME),
    index: readI32(payload, 4),
    kind,
    mac: attributes.address(rtnetlink.IFLA_ADDRESS),
    mtu: attributes.number(rtnetlink.IFLA_MTU),
    up: (flags & rtnetlink.IFF_UP) !== 0,
    promiscuous: (flags & rtnetlink.IFF_PROMISC) !== 0,
    alias: attributes.text(rtnetlink.IFLA_IFALIAS),
    group: attributes.number(rtnetlink.IFLA_GROUP),
    master: attributes.number(rtnetlink.IFLA_MASTER),
    // The index of a device in another namespace has no meaning in this namespace.
    lower: attributes.has(rtnetlink.IFLA_LINK_NETNSID) ? 0 : attributes.number(rtnetlink.IFLA_LINK),
  };
  addSettings(link, kernelKind);
  if (info.has(rtnetlink.IFLA_INFO_SLAVE_KIND) && info.text(rtnetlink.IFLA_INFO_SLAVE_KIND) === 'bridge') {
    port.readNested(info, rtnetlink.IFLA_INFO_SLAVE_DATA);
    link.port = decodePort(port);
  }
  if (attributes.has(rtnetlink.IFLA_PROP_LIST)) {
    const names = alternativeNames(attributes.bytes(rtnetlink.IFLA_PROP_LIST));
    if (names.length > 0) link.alternativeNames = names;
  }
  return link;
}

/**
 * Returns the link in an RTM_NEWLINK message. A bridge has its sysctls, as its files below
 * /proc/sys/net show them.
 */
export function decodeLinkWithSysctls(message: Message): Link {
  const link = decodeLink(message);
  if (link.kind !== 'bridge') return link;
  families.readNested(attributes, rtnetlink.IFLA_AF_SPEC);
  const sysctls: Record<string, string> = {};
  for (const { directory, type, values, positions } of SYSCTLS) {
    family.readNested(families, type);
    const array = family.bytes(values);
    for (const [setting, position] of Object.entries(positions)) {
      if (4 * position + 4 > array.length) continue;
      sysctls[`${directory}/${link.name}/${setting}`] = String(readI32(array, 4 * position));
    }
  }
  return { ...link, sysctls };
}

/** Adds the settings of the kind. `kernelKind` is the name that the kernel has for it. */
function addSettings(link: Changeable<Link>, kernelKind: string): void {
  switch (link.kind) {
    case 'bridge':
      link.bridge = decodeBridge(data);
      break;
    case 'tap':
      link.tap = decodeTap();
      break;
    case 'macvtap':
      link.macvtap = { mode: decodeMacvtapMode() };
      break;
    case 'vlan':
      link.vlan = decodeVlan(data);
      break;
  }
  if (!isDefinedKind(kernelKind)) return;
  const settings = settingsOfKind(kernelKind, decodeAttributes(info.bytes(rtnetlink.IFLA_INFO_DATA)));
  if (settings !== undefined) link.settings = settings;
}

function alternativeNames(properties: Buffer): string[] {
  return decodeAttributeList(properties).flatMap(([type, value]) =>
    type === rtnetlink.IFLA_ALT_IFNAME ? [readString(value)] : [],
  );
}

function decodeTap(): TapState {
  return {
    multiQueue: data.number(rtnetlink.IFLA_TUN_MULTI_QUEUE) !== 0,
    persistent: data.number(rtnetlink.IFLA_TUN_PERSIST) !== 0,
    ...(data.has(rtnetlink.IFLA_TUN_OWNER) && { owner: data.number(rtnetlink.IFLA_TUN_OWNER) }),
    ...(data.has(rtnetlink.IFLA_TUN_GROUP) && { group: data.number(rtnetlink.IFLA_TUN_GROUP) }),
  };
}

function decodeMacvtapMode(): MacvtapMode {
  const number = data.number(rtnetlink.IFLA_MACVLAN_MODE);
  return MACVTAP_MODES.find((mode) => rtnetlink.MACVLAN_MODES[mode] === number) ?? 'private';
}
