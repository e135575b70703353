/** IPv4 and IPv6 addresses as rtnetlink messages (rtnetlink(7), linux/if_addr.h). */

import { type Address, FOR_EVER, isIpv6 } from '../../../host-contract/addressing.ts';
import { ipBytes, ipText, prefixOf } from './ip-address.ts';
import { type Attribute, decodeAttributes, type Message, readString, readU32, text, u8, u32 } from './message.ts';

export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;

export const AF_INET = 2;
export const AF_INET6 = 10;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_BROADCAST = 4;
const IFA_CACHEINFO = 6;
const IFA_FLAGS = 8;
const IFA_RT_PRIORITY = 9;
const IFA_PROTO = 11;

const IFA_F_TEMPORARY = 0x01;
export const IFA_F_NODAD = 0x02;
const IFA_F_DADFAILED = 0x08;
const IFA_F_HOMEADDRESS = 0x10;
const IFA_F_MANAGETEMPADDR = 0x100;
export const IFA_F_NOPREFIXROUTE = 0x200;
const IFA_F_MCAUTOJOIN = 0x400;
/**
 * The flags that a program may set (kernel: inet6_rtm_newaddr() and rtm_to_ifaddr()). Only the kernel sets
 * other flags.
 */
const SETTABLE_FLAGS = IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;

/**
 * struct ifaddrmsg of a request for the addresses of a family on a device. Kernels before 4.20 list
 * the addresses of all devices.
 */
export function addressListHeader(family: number, index: number): Buffer {
  return Buffer.concat([u8(family), Buffer.alloc(3), u32(index)]);
}

/** struct ifaddrmsg */
export function addressHeader(index: number, address: Address): Buffer {
  const family = isIpv6(address) ? AF_INET6 : AF_INET;
  return Buffer.concat([u8(family), u8(prefixOf(address.address)), u8(0), u8(address.scope ?? 0), u32(index)]);
}

/** Returns the attributes by which the kernel finds the address that it removes. */
export function identifyingAttributes({ address, peer = address }: Address): Attribute[] {
  return [
    [IFA_LOCAL, ipBytes(address)],
    [IFA_ADDRESS, ipBytes(peer)],
  ];
}

/**
 * Returns the attributes of a request that adds an address.
 *
 * @param label the label of an IPv4 address, which `ip addr` shows. The default label is the name of the
 *   device
 */
export function addressAttributes(address: Address, label: string): Attribute[] {
  const { broadcast, flags = 0, metric, protocol, lifetime } = address;
  const attributes = identifyingAttributes(address);
  if (!isIpv6(address)) attributes.push([IFA_LABEL, text(label)]);
  if (broadcast !== undefined) attributes.push([IFA_BROADCAST, ipBytes(broadcast)]);
  if (flags !== 0) attributes.push([IFA_FLAGS, u32(flags)]);
  if (metric !== undefined) attributes.push([IFA_RT_PRIORITY, u32(metric)]);
  if (protocol !== undefined) attributes.push([IFA_PROTO, u8(protocol)]);
  const { preferred = FOR_EVER, valid = FOR_EVER } = lifetime ?? {};
  // struct ifa_cacheinfo: preferred, valid, and two times that only the kernel sets.
  attributes.push([IFA_CACHEINFO, Buffer.concat([u32(preferred), u32(valid), u32(0), u32(0)])]);
  return attributes;
}

/**
 * Returns the device and the address of a message. Undefined for an IPv6 address that is not global, and for
 * an IPv6 address that the kernel manages: a temporary address, or a duplicate of an address of another host.
 */
export function decodeAddress(
  { payload }: Message,
  family: number,
): { readonly index: number; readonly address: Address } | undefined {
  const attributes = decodeAttributes(payload.subarray(8));
  const first = attributes.get(IFA_ADDRESS);
  const local = attributes.get(IFA_LOCAL) ?? first;
  if (payload.readUInt8(0) !== family || local === undefined) return undefined;
  const [length, scope] = [payload.readUInt8(1), payload.readUInt8(3)];
  const flags = numberIn(attributes, IFA_FLAGS) ?? payload.readUInt8(2);
  if (family === AF_INET6 && (scope !== 0 || (flags & (IFA_F_TEMPORARY | IFA_F_DADFAILED)) !== 0)) return undefined;
  const [broadcast, label] = [attributes.get(IFA_BROADCAST), attributes.get(IFA_LABEL)];
  const [metric, protocol] = [numberIn(attributes, IFA_RT_PRIORITY), attributes.get(IFA_PROTO)?.[0]];
  const lifetime = lifetimeIn(attributes.get(IFA_CACHEINFO));
  const address: Address = {
    address: `${ipText(local)}/${length}`,
    ...(first && !first.equals(local) && { peer: ipText(first) }),
    ...(broadcast && { broadcast: ipText(broadcast) }),
    ...(scope !== 0 && { scope }),
    ...(label && { label: readString(label) }),
    ...((flags & SETTABLE_FLAGS) !== 0 && { flags: flags & SETTABLE_FLAGS }),
    ...(metric && { metric }),
    ...(protocol && { protocol }),
    ...(lifetime && { lifetime }),
  };
  return { index: readU32(payload, 4), address };
}

function lifetimeIn(info: Buffer | undefined): Address['lifetime'] {
  if (info === undefined) return undefined;
  const [preferred, valid] = [readU32(info, 0), readU32(info, 4)];
  return preferred === FOR_EVER && valid === FOR_EVER ? undefined : { preferred, valid };
}

function numberIn(attributes: ReadonlyMap<number, Buffer>, type: number): number | undefined {
  const value = attributes.get(type);
  return value && readU32(value, 0);
}
