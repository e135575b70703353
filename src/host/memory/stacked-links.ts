/**
 * The rules of the kernel for devices with a lower device (net/8021q/vlan_dev.c, drivers/net/macvlan.c,
 * net/bridge/br_if.c).
 */

import { NetlinkError } from '../../errors/kernel.ts';
import type { BuiltInLink, Link, LinkSettings } from '../../host-contract/links.ts';

/** A new device with a lower device. */
export type StackedLink = BuiltInLink & { readonly kind: 'macvtap' | 'vlan' };

/**
 * The lower device of the new device. A macvtap device on another macvtap device gets the same lower device
 * as that one (macvlan_common_newlink()).
 */
export function baseOf(link: StackedLink, lower: Link, all: readonly Link[]): Link {
  if (link.kind !== 'macvtap' || !isMacvlan(lower)) return lower;
  return all.find(({ index }) => index === lower.lower) ?? lower;
}

/** Throws the error of the kernel if it refuses the new device. */
export function refuseStacked(what: string, link: StackedLink, lower: Link, all: readonly Link[]): void {
  if (link.kind === 'vlan') refuseVlan(what, link, lower, all);
  else refuseMacvtap(what, link, lower, all);
  if (link.mtu !== undefined && link.mtu > lower.mtu) throw new NetlinkError(what, 'EINVAL', 'Invalid argument');
  if (link.up) refuseUp(what, { ...link, lower: lower.index, mac: link.mac ?? '' }, all);
}

/** vlan_check_real_dev() */
function refuseVlan(what: string, link: StackedLink & { kind: 'vlan' }, lower: Link, all: readonly Link[]): void {
  if (isLoopback(lower)) throw new NetlinkError(what, 'EOPNOTSUPP', 'VLANs not supported on device');
  const { id, protocol = '802.1Q' } = link.vlan;
  if (all.some(({ lower: below, vlan }) => below === lower.index && vlan?.id === id && vlan.protocol === protocol))
    throw new NetlinkError(what, 'EEXIST', 'VLAN device already exists');
}

/** macvlan_common_newlink() and macvlan_port_create() */
function refuseMacvtap(what: string, link: StackedLink & { kind: 'macvtap' }, lower: Link, all: readonly Link[]): void {
  const others = macvlansOn(lower, all);
  if (isLoopback(lower) || others.some(isPassthru) || (isPassthru(link) && others.length > 0))
    throw new NetlinkError(what, 'EINVAL', 'Invalid argument');
  if (lower.master !== 0) throw new NetlinkError(what, 'EBUSY', 'Device or resource busy');
}

/**
 * Throws the error of the kernel if it refuses the change of a device, because of its lower device or
 * of devices above it.
 */
export function refuseStackedChange(what: string, link: Link, settings: LinkSettings, all: readonly Link[]): void {
  const lower = all.find(({ index }) => index === link.lower);
  if (lower !== undefined && (link.kind === 'vlan' || link.kind === 'macvtap')) {
    if (settings.mtu !== undefined && settings.mtu > lower.mtu)
      throw link.kind === 'vlan'
        ? new NetlinkError(what, 'ERANGE', 'Numerical result out of range')
        : new NetlinkError(what, 'EINVAL', 'Invalid argument');
    const isNew = (settings.up && !link.up) || (settings.mac !== undefined && settings.mac.toLowerCase() !== link.mac);
    if (isNew && (settings.up ?? link.up)) refuseUp(what, { ...link, ...settings }, all);
    if (settings.macvtap !== undefined && isPassthru(link) !== isPassthru({ ...link, ...settings }))
      throw new NetlinkError(what, 'EINVAL', 'Invalid argument');
  }
  if (settings.master && settings.master !== link.master && macvlansOn(link, all).length > 0)
    throw new NetlinkError(what, 'EBUSY', 'Device or resource busy');
}

/** vlan_dev_open() and macvlan_open() */
function refuseUp(
  what: string,
  link: Pick<Link, 'kind' | 'name' | 'mac' | 'lower' | 'macvtap'>,
  all: readonly Link[],
): void {
  const lower = all.find(({ index }) => index === link.lower);
  if (lower === undefined) return;
  if (link.kind === 'vlan' && !lower.up) throw new NetlinkError(what, 'ENETDOWN', 'Network is down');
  if (link.kind !== 'macvtap' || isPassthru(link)) return;
  const others = macvlansOn(lower, all).filter(({ name, up }) => up && name !== link.name);
  if ([lower, ...others].some(({ mac }) => mac === link.mac.toLowerCase()))
    throw new NetlinkError(what, 'EADDRINUSE', 'Address already in use');
}

/**
 * The changes of devices above a device that follow from a change of the device (vlan_device_event(),
 * macvlan_device_event()).
 */
export function followersOf(
  before: Link,
  { mtu, up = before.up }: LinkSettings,
  all: readonly Link[],
): (readonly [Link, LinkSettings])[] {
  const upper = all.filter(({ lower, kind }) => lower === before.index && (kind === 'vlan' || kind === 'macvtap'));
  return upper.flatMap((link): (readonly [Link, LinkSettings])[] => [
    ...(mtu !== undefined && link.mtu > mtu ? [[link, { mtu }] as const] : []),
    ...(up !== before.up && link.kind === 'vlan' && link.up !== up ? [[link, { up }] as const] : []),
  ]);
}

/** The MTU of a bridge without an MTU of its own: the smallest MTU of its ports (br_mtu_min()). */
export function smallestMtu(ports: readonly Link[]): number {
  return ports.length === 0 ? 1500 : Math.min(...ports.map(({ mtu }) => mtu));
}

function macvlansOn({ index }: Link, all: readonly Link[]): Link[] {
  return all.filter((link) => link.lower === index && isMacvlan(link));
}

function isMacvlan({ kind }: Pick<Link, 'kind'>): boolean {
  return kind === 'macvtap' || kind === 'macvlan';
}

function isPassthru({ macvtap }: Pick<Link, 'macvtap'>): boolean {
  return macvtap?.mode === 'passthru';
}

function isLoopback({ mac }: Link): boolean {
  return mac === '00:00:00:00:00:00';
}
