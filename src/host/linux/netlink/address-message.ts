/** IPv4 addresses and routes as rtnetlink messages (rtnetlink(7), linux/if_addr.h, linux/rtnetlink.h). */

import type { Address, Route } from '../../../host-contract/addressing.ts';
import {
  type Attribute,
  decodeAttributeList,
  decodeAttributes,
  type Message,
  readU32,
  text,
  u8,
  u32,
} from './message.ts';

export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_GETROUTE = 26;

const AF_INET = 2;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_BROADCAST = 4;
const IFA_CACHEINFO = 6;
const RT_SCOPE_UNIVERSE = 0;
const FOR_EVER = 0xffffffff;

const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_METRICS = 8;
const RTA_TABLE = 15;
const RTN_UNICAST = 1;
const RTPROT_KERNEL = 2;
const RTNH_F_ONLINK = 4;

/** struct ifaddrmsg */
export function addressHeader(index: number, { address }: { readonly address: string } = { address: '/0' }): Buffer {
  return Buffer.concat([u8(AF_INET), u8(prefixOf(address)), u8(0), u8(RT_SCOPE_UNIVERSE), u32(index)]);
}

/** The label is how `ip addr` and others of its age call the address: by the name of its device. */
export function addressAttributes({ address, broadcast, lifetime }: Address, label: string): Attribute[] {
  const ip = ipBytes(address);
  const attributes: Attribute[] = [
    [IFA_LOCAL, ip],
    [IFA_ADDRESS, ip],
    [IFA_LABEL, text(label)],
  ];
  if (broadcast !== undefined) attributes.push([IFA_BROADCAST, ipBytes(broadcast)]);
  // struct ifa_cacheinfo: preferred, valid, and two times that only the kernel sets.
  if (lifetime)
    attributes.push([IFA_CACHEINFO, Buffer.concat([u32(lifetime.preferred), u32(lifetime.valid), u32(0), u32(0)])]);
  return attributes;
}

/** The device and the address that a message describes, or undefined for one with less than global scope. */
export function decodeAddress({ payload }: Message): { index: number; address: Address } | undefined {
  const attributes = decodeAttributes(payload.subarray(8));
  const local = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  if (payload.readUInt8(0) !== AF_INET || payload.readUInt8(3) !== RT_SCOPE_UNIVERSE || local === undefined)
    return undefined;
  const broadcast = attributes.get(IFA_BROADCAST);
  const lifetime = attributes.get(IFA_CACHEINFO);
  const address: Address = {
    address: `${ipText(local)}/${payload.readUInt8(1)}`,
    ...(broadcast && { broadcast: ipText(broadcast) }),
    ...(lifetime &&
      readU32(lifetime, 4) !== FOR_EVER && {
        lifetime: { preferred: readU32(lifetime, 0), valid: readU32(lifetime, 4) },
      }),
  };
  return { index: readU32(payload, 4), address };
}

/** struct rtmsg; a table above 255 stands in its attribute only. */
export function routeHeader({ destination, table, protocol, scope, onLink }: Route): Buffer {
  const bytes = [AF_INET, prefixOf(destination), 0, 0, table > 255 ? 0 : table, protocol, scope, RTN_UNICAST].map(u8);
  return Buffer.concat([...bytes, u32(onLink ? RTNH_F_ONLINK : 0)]);
}

/** struct rtmsg that asks for all IPv4 routes. */
export function routeListHeader(): Buffer {
  return Buffer.concat([u8(AF_INET), Buffer.alloc(11)]);
}

export function routeAttributes(
  { destination, gateway, source, priority, table, metrics }: Route,
  index: number,
): Attribute[] {
  const attributes: Attribute[] = [];
  if (prefixOf(destination) > 0) attributes.push([RTA_DST, ipBytes(destination)]);
  attributes.push([RTA_OIF, u32(index)], [RTA_TABLE, u32(table)]);
  if (gateway !== undefined) attributes.push([RTA_GATEWAY, ipBytes(gateway)]);
  if (source !== undefined) attributes.push([RTA_PREFSRC, ipBytes(source)]);
  if (priority !== undefined) attributes.push([RTA_PRIORITY, u32(priority)]);
  if (metrics)
    attributes.push([
      RTA_METRICS,
      Object.entries(metrics).map(([type, value]): Attribute => [Number(type), u32(value)]),
    ]);
  return attributes;
}

/** The device and the route that a message describes, or undefined for one of the kernel's own and for one that is not unicast. */
export function decodeRoute({ payload }: Message): { index: number; route: Route } | undefined {
  const attributes = decodeAttributes(payload.subarray(12));
  const device = attributes.get(RTA_OIF);
  const protocol = payload.readUInt8(5);
  if (
    payload.readUInt8(0) !== AF_INET ||
    payload.readUInt8(7) !== RTN_UNICAST ||
    protocol === RTPROT_KERNEL ||
    device === undefined
  )
    return undefined;
  const [to, gateway, source] = [attributes.get(RTA_DST), attributes.get(RTA_GATEWAY), attributes.get(RTA_PREFSRC)];
  const [priority, table, metrics] = [
    attributes.get(RTA_PRIORITY),
    attributes.get(RTA_TABLE),
    attributes.get(RTA_METRICS),
  ];
  const route: Route = {
    destination: `${to ? ipText(to) : '0.0.0.0'}/${payload.readUInt8(1)}`,
    table: table ? readU32(table, 0) : payload.readUInt8(4),
    protocol,
    scope: payload.readUInt8(6),
    ...(gateway && { gateway: ipText(gateway) }),
    ...(source && { source: ipText(source) }),
    ...(priority && { priority: readU32(priority, 0) }),
    ...((readU32(payload, 8) & RTNH_F_ONLINK) !== 0 && { onLink: true }),
    ...(metrics && {
      metrics: Object.fromEntries(decodeAttributeList(metrics).map(([type, value]) => [type, readU32(value, 0)])),
    }),
  };
  return { index: readU32(device, 0), route };
}

function ipBytes(address: string): Buffer {
  return Buffer.from((address.split('/')[0] ?? '').split('.').map(Number));
}

function ipText(bytes: Buffer): string {
  return [...bytes.subarray(0, 4)].join('.');
}

function prefixOf(address: string): number {
  return Number(address.split('/')[1] ?? 32);
}
