/**
 * Checks the values of network devices before any request to the kernel.
 * All hosts and elements use these checks.
 */

import { requireArgument } from '../errors/argument.ts';
import { LinkValueError } from '../errors/link.ts';
import { OBJECT } from '../errors/value-kinds.ts';
import { describeValue } from '../text/describe-value.ts';
import { utf8 } from '../text/utf8.ts';
import type { SourceMacDrop } from './filters/packet-filters.ts';
import { attributesOf, isBuiltInKind, unknownKind } from './link-kinds.ts';
import {
  type DefinedLink,
  EMBEDDED_SWITCH_MODES,
  type EmbeddedSwitchMode,
  isDefinedLink,
  type LinkSettings,
  MACVTAP_MODES,
  type MacvtapMode,
  type NewLink,
  type VirtualFunctionSettings,
} from './links.ts';

/** The kernel's IFNAMSIZ less the closing NUL. */
const MAX_NAME_BYTES = 15;
/** ETH_MIN_MTU and ETH_MAX_MTU. */
const MIN_MTU = 68;
const MAX_MTU = 65535;
/** IFALIASZ less one. */
const MAX_ALIAS_BYTES = 255;
const MAX_GROUP = 0xffffffff;

/** The largest ifindex: the kernel's type is a signed integer of 32 bits. */
const MAX_INDEX = 0x7fffffff;
/**
 * Control, format, line separator and paragraph separator characters.
 * They change how a terminal shows the text around them.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * Throws LinkValueError for a device that the kernel could not create, and for a kind that this
 * process does not know.
 */
export function requireNewLink(link: NewLink): void {
  requireArgument('requireNewLink', link, OBJECT);
  requireNewName(link.name);
  requireLinkSettings(link.name, link);
  if (isDefinedLink(link)) {
    requireDefinedLink(link);
    return;
  }
  if (!isBuiltInKind(link.kind)) throw unknownKind(link.name, link.kind);
  if (link.kind === 'vlan') requireInteger(link.name, 'VLAN id', link.vlan.id, 1, 4094);
  if (link.kind === 'macvtap') requireMode(link.name, link.macvtap.mode);
  if (link.kind === 'veth') {
    requireNewName(link.peer.name);
    requireLinkSettings(link.peer.name, link.peer);
    if (link.peer.name === link.name) throw new LinkValueError(`veth ${link.name}: its two ends need two names`);
  }
}

function requireDefinedLink(link: DefinedLink): void {
  if (link.lower !== undefined) requireLinkIndex(link.lower);
  attributesOf(link);
}

/**
 * Throws LinkValueError for an index that names no device.
 * Kernel: rtnl_newlink() takes index 0 with an interface group for all devices of that group.
 */
export function requireLinkIndex(index: number): void {
  requireInteger('link', 'index', index, 1, MAX_INDEX);
}

/** Throws LinkValueError for a move of addresses that would delete them: from a device to itself. */
export function requireMove(from: number, to: number): void {
  requireLinkIndex(from);
  requireLinkIndex(to);
  if (from === to) throw new LinkValueError(`link ${from}: addresses cannot be moved from a device to itself`);
}

/** Throws LinkValueError for a name that the kernel accepts, but that a terminal cannot show. */
function requireNewName(name: string): void {
  requireLinkName(name);
  if (UNPRINTABLE.test(name))
    throw new LinkValueError(
      `${describeValue(name)} cannot name a network device: it contains an unprintable character`,
    );
}

/**
 * Throws LinkValueError for a name that no device can have.
 * Kernel: dev_valid_name(). A `%` is not allowed, because dev_alloc_name() would replace it by a number.
 */
export function requireLinkName(name: string): void {
  const fault = faultOfName(name);
  if (fault) throw new LinkValueError(`${describeValue(name)} cannot name a network device: ${fault}`);
}

/** Whether a device can have the name. */
export function isLinkName(name: string): boolean {
  return faultOfName(name) === undefined;
}

/** Kernel: ALTIFNAMSIZ in linux/if_link.h. */
const MAX_ALTERNATIVE_NAME_BYTES = 127;

/** Throws LinkValueError for a name that the kernel does not accept as an alternative name. */
export function requireAlternativeName(name: string): void {
  const bytes = utf8(name).length;
  if (bytes > 0 && bytes <= MAX_ALTERNATIVE_NAME_BYTES && !/[\s\0/]/.test(name)) return;
  throw new LinkValueError(
    `${describeValue(name)} cannot be an alternative name of a network device: expected 1 to ${MAX_ALTERNATIVE_NAME_BYTES} bytes without white space and slashes`,
  );
}

/** Most names: ASCII letters, digits, `_`, `-` and `.`. A kernel accepts each of them. */
const USUAL_NAME = /^[\w-][\w.-]{0,14}$/;

function faultOfName(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'it is not a string';
  if (USUAL_NAME.test(name)) return undefined;
  const bytes = utf8(name);
  if (bytes.length === 0) return 'it is empty';
  if (bytes.length > MAX_NAME_BYTES) return `it has ${bytes.length} bytes, the kernel takes ${MAX_NAME_BYTES}`;
  if (name === '.' || name === '..') return 'it is a directory to sysfs';
  // The kernel's isspace() works on bytes and counts 0xa0, which ends the UTF-8 form of some letters.
  for (const byte of bytes) {
    if (byte === 0) return 'it contains NUL';
    if ((byte >= 9 && byte <= 13) || byte === 0x20 || byte === 0xa0) return 'it contains white space';
    if (byte === 0x2f || byte === 0x3a || byte === 0x25) return `it contains "${String.fromCharCode(byte)}"`;
  }
  return undefined;
}

/** Throws LinkValueError for a MAC address, MTU, alias or bridge parameter that no device can have. */
export function requireLinkSettings(name: string, settings: LinkSettings): void {
  const { mac, mtu, alias, group, bridge } = settings;
  if (mac !== undefined) requireMac(name, mac);
  if (mtu !== undefined) requireInteger(name, 'MTU', mtu, MIN_MTU, MAX_MTU);
  if (group !== undefined) requireInteger(name, 'interface group', group, 0, MAX_GROUP);
  if (alias !== undefined && utf8(alias).length > MAX_ALIAS_BYTES) {
    throw new LinkValueError(`${name}: an alias of more than ${MAX_ALIAS_BYTES} bytes: ${describeValue(alias)}`);
  }
  if (alias !== undefined && UNPRINTABLE.test(alias))
    throw new LinkValueError(`${name}: the alias ${describeValue(alias)} contains an unprintable character`);
  if (bridge?.forwardDelay !== undefined)
    requireInteger(name, 'forward delay', bridge.forwardDelay, bridge.stp ? 2 : 0, 30);
  if (bridge?.ageingTime !== undefined) requireInteger(name, 'ageing time', bridge.ageingTime, 0, 1_000_000);
}

/**
 * Throws LinkValueError for a drop rule of many devices.
 * In nft, `eth*` matches all names that begin with `eth`.
 */
export function requireSourceMacDrop({ device, mac, owner }: SourceMacDrop): void {
  requireWatchedDevice(device);
  requireMac(device, mac);
  if (UNPRINTABLE.test(owner))
    throw new LinkValueError(`${device}: the owner ${describeValue(owner)} contains an unprintable character`);
}

/** Throws LinkValueError for a name that nftables does not read as one device. */
export function requireWatchedDevice(device: string): void {
  requireLinkName(device);
  if (device.endsWith('*')) throw new LinkValueError(`${device}: a name that ends with * matches many devices`);
}

/**
 * Throws LinkValueError for a name that iptables does not read as one device.
 * iptables(8): a name that ends in `+` stands for many devices; quotes, backslash, `!` and a
 * leading `-` are syntax.
 */
export function requireFilterableName(name: string): void {
  requireLinkName(name);
  if (name.endsWith('+'))
    throw new LinkValueError(
      `${describeValue(name)} cannot be used in a rule of iptables: a name that ends with + matches many devices; rename the device`,
    );
  if (/^[-!]|["'\\]/.test(name) || UNPRINTABLE.test(name))
    throw new LinkValueError(
      `${describeValue(name)} cannot be used in a rule of iptables: iptables does not read it as one device`,
    );
}

/**
 * Throws LinkValueError for text that iptables-restore(8) reads as more than one line, or as the
 * end of its input.
 */
export function requireFilterText(text: string): void {
  if (UNPRINTABLE.test(text))
    throw new LinkValueError(`${describeValue(text)} is no rule of iptables: it contains an unprintable character`);
}

/** Throws LinkValueError for a name that iptables-restore(8) does not read as one chain. */
export function requireChainName(chain: string): void {
  if (/^[^\s"'!\\-][^\s"'\\]{0,27}$/.test(chain) && !UNPRINTABLE.test(chain)) return;
  throw new LinkValueError(`${describeValue(chain)} cannot name a chain of iptables`);
}

/** The MAC address of a virtual function that has none. */
const NO_MAC = '00:00:00:00:00:00';

/** Throws LinkValueError for settings that no virtual function can have. All zeros take its MAC address away. */
export function requireVirtualFunction(name: string, { mac, vlan }: VirtualFunctionSettings): void {
  if (mac !== undefined && mac !== NO_MAC) requireMac(name, mac);
  if (vlan !== undefined) requireInteger(name, 'VLAN id', vlan, 0, 4094);
}

function requireMode(name: string, mode: MacvtapMode): void {
  if (!MACVTAP_MODES.includes(mode))
    throw new LinkValueError(`${name}: macvtap mode ${describeValue(mode)} is none of ${MACVTAP_MODES.join(', ')}`);
}

/** Throws LinkValueError for a value that is no mode of an embedded switch. */
export function requireEmbeddedSwitchMode(name: string, mode: EmbeddedSwitchMode): void {
  if (EMBEDDED_SWITCH_MODES.includes(mode)) return;
  throw new LinkValueError(
    `${name}: the mode of the embedded switch ${describeValue(mode)} is none of ${EMBEDDED_SWITCH_MODES.join(', ')}`,
  );
}

/** Throws LinkValueError for text that is not the MAC address of a device. */
export function requireMac(name: string, mac: string): void {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac))
    throw new LinkValueError(`${name}: ${describeValue(mac)} is not a MAC address such as fa:16:3e:12:34:56`);
  if (Number.parseInt(mac.slice(0, 2), 16) & 1)
    throw new LinkValueError(`${name}: the MAC address ${mac} is a multicast address, which no device can have`);
  if (mac === NO_MAC) throw new LinkValueError(`${name}: the MAC address is all zeros`);
}

function requireInteger(name: string, what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new LinkValueError(`${name}: ${what} ${describeValue(value)} is outside ${min} to ${max}`);
}
