/**
 * Moves the addresses and routes of a NIC that becomes a port to the bridge, and checks whether they can
 * move.
 */

import { AddressMoveError } from '../../errors/link.ts';
import {
  type Address,
  type AddressPlan,
  addressKey,
  FOR_EVER,
  isIpv6,
  type Route,
} from '../../host-contract/addressing.ts';
import type { Host } from '../../host-contract/host.ts';
import type { Link } from '../../host-contract/links.ts';
import { isOwnedBy, SHARED_OWNER } from '../../host-contract/ownership.ts';
import type { ElementContext, UndoContext } from '../elements/verbs.ts';
import type { Obstacle } from './desired-link.ts';

/** The rules for the addresses and routes that move from a device to its bridge. */
export interface AddressMove {
  /** The name of the bridge. */
  readonly bridge: string;
  /**
   * Addresses and routes with a finite lifetime, and routes of a DHCP client, move too. Default: a plug
   * fails.
   */
  readonly moveLeasedAddresses?: boolean;
  /** The wiring makes the bridge without IPv6. */
  readonly bridgeDisablesIpv6?: boolean;
}

/** rtnetlink(7): the protocols of routes that a program renews regularly. */
const RTPROT_RA = 9;
const RTPROT_DHCP = 16;

/**
 * Lists the addresses and routes that a plug moves from the device.
 * IPv6 routes move only together with a global IPv6 address: every device that is up has IPv6 routes of the
 * kernel.
 */
export async function planOf(index: number, { addressing }: Host): Promise<AddressPlan> {
  const plan = await addressing.get(index);
  if (plan.addresses.some(isIpv6)) return plan;
  return { ...plan, routes: plan.routes.filter((route) => !isIpv6(route)) };
}

export function isEmptyPlan({ addresses, routes, immovable = [] }: AddressPlan): boolean {
  return addresses.length === 0 && routes.length === 0 && immovable.length === 0;
}

/** Returns the reason why the addresses and routes of the device cannot move to the bridge, with a remedy. */
export async function moveObstacle(
  device: Link,
  bridge: Link | undefined,
  plan: AddressPlan,
  move: AddressMove,
  context: ElementContext,
): Promise<Obstacle | undefined> {
  const { name } = device;
  const [immovable] = plan.immovable ?? [];
  const refuse = (reason: string): Obstacle => ({
    on: name,
    reason: `the addresses and routes of ${name} cannot be moved to ${move.bridge}: ${reason}`,
  });
  if (immovable !== undefined) return refuse(`${immovable}; move it to ${move.bridge} by hand, or delete it`);
  const ipv6 = plan.addresses.find(isIpv6);
  if (ipv6 !== undefined && (await lacksIpv6(bridge, move, context)))
    return refuse(
      `${name} has the IPv6 address ${ipv6.address}, and ${move.bridge} has IPv6 disabled; create ${move.bridge} with IPv6 before the plug, or remove the address`,
    );
  const leased = plan.addresses.find(isLeased)?.address ?? plan.routes.find(isRenewed)?.destination;
  if (leased === undefined || move.moveLeasedAddresses) return undefined;
  return refuse(
    `${leased} has a finite lifetime, and the DHCP client or the router that renews it works on ${name}; run the DHCP client on ${move.bridge}, set a permanent address, or set the option moveLeasedAddresses`,
  );
}

/**
 * Checks that the addresses and routes of the device can move to the bridge.
 *
 * @throws AddressMoveError if there is an obstacle
 */
export async function requireMovable(...args: Parameters<typeof moveObstacle>): Promise<void> {
  const obstacle = await moveObstacle(...args);
  if (obstacle !== undefined) throw new AddressMoveError(obstacle.reason);
}

/** Moves the addresses and routes. The undo does not remove an address that the bridge already had. */
export async function movePlan(
  plan: AddressPlan,
  from: number,
  to: number,
  { host: { addressing }, undoable }: UndoContext,
): Promise<void> {
  const before = await addressing.get(to);
  const [addresses, routes] = [new Set(before.addresses.map(addressKey)), new Set(before.routes.map(routeKey))];
  const [shared, moved] = [true, false].map((isBefore) => ({
    addresses: plan.addresses.filter((address) => addresses.has(addressKey(address)) === isBefore),
    routes: plan.routes.filter((route) => routes.has(routeKey(route)) === isBefore),
  }));
  undoable(async () => {
    if (shared !== undefined && !isEmptyPlan(shared)) await addressing.copy(shared, to, from);
    if (moved !== undefined && !isEmptyPlan(moved)) await addressing.move(moved, to, from);
  });
  await addressing.move(plan, from, to);
}

/** Whether a plug may set the MAC address of the bridge. */
export function isOwnBridge(bridge: Link, { owner }: ElementContext): boolean {
  return isOwnedBy(bridge, SHARED_OWNER) || isOwnedBy(bridge, owner);
}

async function lacksIpv6(
  bridge: Link | undefined,
  { bridgeDisablesIpv6 = false }: AddressMove,
  context: ElementContext,
): Promise<boolean> {
  if (bridge === undefined || isOwnBridge(bridge, context)) return bridgeDisablesIpv6;
  return (await context.host.sysctl.get(`net/ipv6/conf/${bridge.name}/disable_ipv6`)) === '1';
}

function isLeased({ lifetime }: Address): boolean {
  return lifetime !== undefined && lifetime.valid !== FOR_EVER;
}

function isRenewed({ protocol, expires }: Route): boolean {
  return expires !== undefined || protocol === RTPROT_DHCP || protocol === RTPROT_RA;
}

function routeKey({ destination, gateway = '', priority = 0, table }: Route): string {
  return `${destination} ${gateway} ${priority} ${table}`;
}
