/** IPv4 and IPv6 routes as rtnetlink messages (rtnetlink(7), linux/rtnetlink.h). */

import { isIpv6, type Route } from '../../../host-contract/addressing.ts';
import { AF_INET, AF_INET6 } from './address-message.ts';
import { ipBytes, ipText, prefixOf } from './ip-address.ts';
import {
  type Attribute,
  decodeAttributeList,
  decodeAttributes,
  type Message,
  readI32,
  readU16,
  readU32,
  u8,
  u32,
} from './message.ts';

export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;

const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_METRICS = 8;
const RTA_MULTIPATH = 9;
const RTA_CACHEINFO = 12;
const RTA_TABLE = 15;
const RTA_VIA = 18;
const RTA_PREF = 20;
const RTA_ENCAP_TYPE = 21;
const RTA_EXPIRES = 23;
const RTA_NH_ID = 30;
const RTN_UNICAST = 1;
const RTN_LOCAL = 2;
const RTNH_F_ONLINK = 4;
const RTM_F_CLONED = 0x200;
const RTAX_CC_ALGO = 16;
/** Units per second of an expiry in struct rta_cacheinfo. */
const USER_HZ = 100;

/** A route of a device, or the reason why it cannot be moved. */
export type FoundRoute =
  | { readonly indexes: readonly number[]; readonly route: Route }
  | { readonly indexes: readonly number[]; readonly immovable: string };

/** struct rtmsg. A table above 255 is only in its attribute. */
export function routeHeader(route: Route): Buffer {
  const { destination, table, protocol, scope, onLink } = route;
  const family = isIpv6(route) ? AF_INET6 : AF_INET;
  const bytes = [family, prefixOf(destination), 0, 0, table > 255 ? 0 : table, protocol, scope, RTN_UNICAST].map(u8);
  return Buffer.concat([...bytes, u32(onLink ? RTNH_F_ONLINK : 0)]);
}

/** struct rtmsg of a request for all routes of a family */
export function routeListHeader(family: number): Buffer {
  return Buffer.concat([u8(family), Buffer.alloc(11)]);
}

/**
 * The attributes of a request for the routes through a device. Kernels before 4.20 list all routes.
 * A list of few routes is complete also while other programs add and remove devices.
 */
export function routeListAttributes(index: number): Attribute[] {
  return [[RTA_OIF, u32(index)]];
}

/** Returns the attributes by which the kernel finds the route that it removes. */
export function identifyingRouteAttributes(
  { destination, gateway, source, priority, table }: Route,
  index: number,
): Attribute[] {
  const attributes: Attribute[] = [];
  if (prefixOf(destination) > 0) attributes.push([RTA_DST, ipBytes(destination)]);
  attributes.push([RTA_OIF, u32(index)], [RTA_TABLE, u32(table)]);
  if (gateway !== undefined) attributes.push([RTA_GATEWAY, ipBytes(gateway)]);
  if (source !== undefined) attributes.push([RTA_PREFSRC, ipBytes(source)]);
  if (priority !== undefined) attributes.push([RTA_PRIORITY, u32(priority)]);
  return attributes;
}

export function routeAttributes(route: Route, index: number): Attribute[] {
  const attributes = identifyingRouteAttributes(route, index);
  const { metrics, expires, preference } = route;
  if (expires !== undefined) attributes.push([RTA_EXPIRES, u32(expires)]);
  if (preference !== undefined) attributes.push([RTA_PREF, u8(preference)]);
  if (metrics)
    attributes.push([
      RTA_METRICS,
      Object.entries(metrics).map(([type, value]): Attribute => [Number(type), u32(value)]),
    ]);
  return attributes;
}

/** Returns the devices and the route of a message. Undefined for a route that is not unicast. */
export function decodeRoute({ payload }: Message, family: number): FoundRoute | undefined {
  if (payload.readUInt8(0) !== family || payload.readUInt8(7) !== RTN_UNICAST) return undefined;
  if ((readU32(payload, 8) & RTM_F_CLONED) !== 0) return undefined;
  const attributes = decodeAttributes(payload.subarray(12));
  const multipath = attributes.get(RTA_MULTIPATH);
  const device = numberIn(attributes, RTA_OIF);
  const indexes = [...(device === undefined ? [] : [device]), ...(multipath ? nextHopDevices(multipath) : [])];
  const route = routeIn(payload, attributes, family);
  const fault = faultOf(payload, attributes);
  if (fault !== undefined) return { indexes, immovable: `the route to ${route.destination} ${fault}` };
  return { indexes, route };
}

/**
 * Returns the address of a local route. Undefined if the message is not about a local route of the device.
 */
export function localAddressOn(index: number, { payload }: Message): string | undefined {
  const attributes = decodeAttributes(payload.subarray(12));
  const destination = attributes.get(RTA_DST);
  if (payload.readUInt8(7) !== RTN_LOCAL || numberIn(attributes, RTA_OIF) !== index) return undefined;
  return destination && ipText(destination);
}

/** Returns the property that the route would lose by a move. Undefined if there is none. */
function faultOf(payload: Buffer, attributes: ReadonlyMap<number, Buffer>): string | undefined {
  const faults: readonly [number, string][] = [
    [RTA_MULTIPATH, 'has several next hops'],
    [RTA_NH_ID, 'uses a next hop object (ip nexthop)'],
    [RTA_VIA, 'has a next hop of IPv6'],
    [RTA_ENCAP_TYPE, 'encapsulates packets'],
    [RTA_SRC, 'is for certain source addresses only'],
  ];
  const [, fault] = faults.find(([type]) => attributes.has(type)) ?? [];
  if (fault !== undefined) return fault;
  if (payload.readUInt8(3) !== 0) return 'is for one type of service only';
  const metrics = attributes.get(RTA_METRICS);
  return metrics && decodeAttributes(metrics).has(RTAX_CC_ALGO) ? 'names a congestion control algorithm' : undefined;
}

function routeIn(payload: Buffer, attributes: ReadonlyMap<number, Buffer>, family: number): Route {
  const [to, gateway, source] = [attributes.get(RTA_DST), attributes.get(RTA_GATEWAY), attributes.get(RTA_PREFSRC)];
  const [priority, table] = [numberIn(attributes, RTA_PRIORITY), numberIn(attributes, RTA_TABLE)];
  const [info, metrics, preference] = [
    attributes.get(RTA_CACHEINFO),
    attributes.get(RTA_METRICS),
    attributes.get(RTA_PREF)?.[0],
  ];
  const expires = info && info.length >= 12 ? readI32(info, 8) : 0;
  return {
    destination: `${to ? ipText(to) : family === AF_INET6 ? '::' : '0.0.0.0'}/${payload.readUInt8(1)}`,
    table: table ?? payload.readUInt8(4),
    protocol: payload.readUInt8(5),
    scope: payload.readUInt8(6),
    ...(gateway && { gateway: ipText(gateway) }),
    ...(source && { source: ipText(source) }),
    ...(priority && { priority }),
    ...((readU32(payload, 8) & RTNH_F_ONLINK) !== 0 && { onLink: true }),
    ...(expires > 0 && { expires: Math.ceil(expires / USER_HZ) }),
    ...(preference && { preference }),
    ...(metrics && {
      metrics: Object.fromEntries(decodeAttributeList(metrics).map(([type, value]) => [type, readU32(value, 0)])),
    }),
  };
}

/** Lists the devices in a list of struct rtnexthop. */
function nextHopDevices(list: Buffer): number[] {
  const indexes: number[] = [];
  let rest = list;
  while (rest.length >= 8) {
    const length = readU16(rest, 0);
    if (length < 8 || length > rest.length) break;
    indexes.push(readU32(rest, 4));
    rest = rest.subarray((length + 3) & ~3);
  }
  return indexes;
}

function numberIn(attributes: ReadonlyMap<number, Buffer>, type: number): number | undefined {
  const value = attributes.get(type);
  return value && readU32(value, 0);
}
