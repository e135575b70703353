/** An existing device that becomes a port of a bridge. */

import { isKernelError } from '../../errors/kernel.ts';
import { NotOwnedError } from '../../errors/link.ts';
import type { AddressPlan } from '../../host-contract/addressing.ts';
import { identityOf } from '../../host-contract/expected-links.ts';
import { requireLinkName, requireLinkSettings } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings, PortSettings } from '../../host-contract/links.ts';
import { ownerOf, SHARED_OWNER } from '../../host-contract/ownership.ts';
import { isEmptyPlan, isOwnBridge, moveObstacle, movePlan, planOf, requireMovable } from '../devices/address-move.ts';
import type { Obstacle } from '../devices/desired-link.ts';
import { findDevice, inspectMissing, lookForDevice } from '../devices/existing-device.ts';
import { adjustLink, requireMaster } from '../devices/link.ts';
import { differences } from '../devices/link-differences.ts';
import { isMacvlan } from '../devices/macvtap-obstacle.ts';
import { requireNotBeingDeleted } from '../devices/shared-links.ts';
import { type DrawnNode, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

export interface PortElement extends PortSettings {
  readonly kind: 'port';
  /** The device that becomes a port. A plug also sets the device up. */
  readonly name: string;
  readonly bridge: string;
  /**
   * Bytes. A device of this library gets this MTU. A plug raises the MTU of a device of another program to
   * this value, and never lowers that MTU.
   */
  readonly mtu?: number;
  /**
   * The addresses and routes of the device move to the bridge, because a port does not use them.
   * The bridge permanently gets the MAC address of the device. Default: false.
   */
  readonly moveAddresses?: boolean;
  /**
   * Addresses and routes with a finite lifetime, and routes of a DHCP client, move too.
   * Default: the plug fails.
   */
  readonly moveLeasedAddresses?: boolean;
  /**
   * The wiring makes the bridge without IPv6. A plug then fails if the device has a global IPv6 address.
   * Default: false.
   */
  readonly bridgeDisablesIpv6?: boolean;
  /** Used by several VIFs, so an unplug keeps the port in the bridge. */
  readonly shared?: boolean;
  /** A missing device is ignored. */
  readonly optional?: boolean;
}

export const port = defineElement<PortElement>({
  kind: 'port',

  validate(element) {
    requireLinkName(element.name);
    requireLinkName(element.bridge);
    requireLinkSettings(element.name, settingsOf(element));
  },

  async precheck(element, context) {
    const device = await lookForDevice(element.name, context);
    if (device === undefined) return;
    const bridge = await context.host.links.get(element.bridge);
    await requireUsable(element, device, bridge, context);
  },

  async ensure(element, context) {
    const device = await deviceOf(element, context);
    if (device === undefined) return;
    const bridge = await requireMaster(element.bridge, context, `port ${element.name}`);
    await requireUsable(element, device, bridge, context);
    if (element.moveAddresses) await ensureMac(device, bridge, context);
    const { index } = bridge;
    try {
      await adjustLink(device, { ...wantedOf(element, device), master: index }, context);
    } finally {
      if (device.master !== index) await requireNotBeingDeleted(context.host, index, `port ${element.name}`);
    }
    const plan = await wantedPlan(element, device, context);
    if (!isEmptyPlan(plan)) await movePlan(plan, device.index, index, context);
  },

  async remove(element, context) {
    if (element.shared) return;
    const [device, bridge] = [await lookForDevice(element.name, context), await context.host.links.get(element.bridge)];
    if (device === undefined || bridge === undefined || device.master !== bridge.index) return;
    // If the bridge or the device belongs to another VIF, the port is in use by that VIF.
    if ([device, bridge].some((link) => isAnothers(link, context))) return;
    await takeOut(device, context);
  },

  async inspect(element, context) {
    const { name } = element;
    const device = await lookForDevice(name, context);
    if (device === undefined) return element.optional ? [] : inspectMissing(name, context, `port ${name}`);
    const bridge = await context.host.links.get(element.bridge);
    const conflict = await conflictOf(element, device, bridge, context);
    if (conflict !== undefined) return [{ type: 'conflict', ...conflict }];
    return [
      ...inspectMaster(element, device, bridge),
      ...differences(device, wantedOf(element, device)).map(
        (difference): Drift => ({ type: 'differs', on: name, ...difference }),
      ),
      ...(await inspectAddresses(element, device, context)),
      ...(await inspectMac(element, device, bridge, context)),
    ];
  },

  draw({ name, bridge, mtu, hairpin, isolated, learning }) {
    const node: DrawnNode = { place: 'device', name, facts: mtuFact(mtu), uplink: true };
    const facts = [
      ...(hairpin ? ['hairpin'] : []),
      ...(isolated ? ['isolated'] : []),
      ...(learning === false ? ['learns nothing'] : []),
    ];
    return { nodes: [node], edges: [{ from: { place: 'bridge', name: bridge }, to: node, facts }] };
  },
});

function settingsOf({ mtu, hairpin, isolated, learning }: PortElement): LinkSettings {
  const port = Object.fromEntries(
    Object.entries({ hairpin, isolated, learning }).filter(([, value]) => value !== undefined),
  );
  return { up: true, ...(mtu !== undefined && { mtu }), ...(Object.keys(port).length > 0 && { port }) };
}

async function deviceOf({ name, optional }: PortElement, context: ElementContext): Promise<Link | undefined> {
  return optional ? lookForDevice(name, context) : findDevice(name, context, `port ${name}`);
}

/**
 * Returns the settings for the existing device. A device of another program keeps a larger MTU, because other
 * users of the device may need that MTU.
 */
function wantedOf(element: PortElement, device: Link): LinkSettings {
  const { mtu, ...settings } = settingsOf(element);
  if (mtu === undefined) return settings;
  return { ...settings, mtu: ownerOf(device) === undefined ? Math.max(mtu, device.mtu) : mtu };
}

async function requireUsable(
  element: PortElement,
  device: Link,
  bridge: Link | undefined,
  context: ElementContext,
): Promise<void> {
  const obstacle = await portObstacle(element, device, bridge, context);
  if (obstacle !== undefined) throw new NotOwnedError(obstacle.reason);
  if (element.moveAddresses)
    await requireMovable(device, bridge, await planOf(device.index, context.host), element, context);
}

/** Returns the reason why a plug fails at this device. */
async function conflictOf(
  element: PortElement,
  device: Link,
  bridge: Link | undefined,
  context: ElementContext,
): Promise<Obstacle | undefined> {
  const obstacle = await portObstacle(element, device, bridge, context);
  if (obstacle !== undefined || !element.moveAddresses) return obstacle;
  return moveObstacle(device, bridge, await planOf(device.index, context.host), element, context);
}

/**
 * Returns the reason why the device cannot become a port of the bridge. A plug never takes a port from
 * another bridge.
 */
async function portObstacle(
  { name, bridge }: PortElement,
  device: Link,
  wanted: Link | undefined,
  { host: { links } }: ElementContext,
): Promise<Obstacle | undefined> {
  if (device.master === wanted?.index) return undefined;
  const other = await links.get(device.master);
  if (other !== undefined) {
    const remedy = `remove it from the bridge with \`ip link set ${name} nomaster\``;
    return {
      on: name,
      reason: `${name} is already a port of ${other.name}, so it cannot become a port of ${bridge}; ${remedy}`,
    };
  }
  const upper = (await links.list()).find((link) => isMacvlan(link) && link.lower === device.index);
  if (upper === undefined) return undefined;
  const reason = `${name} is the lower device of the ${upper.kind} device ${upper.name}, so ${name} cannot become a port of ${bridge}; use another device, or remove ${upper.name}`;
  return { on: upper.name, reason };
}

function isAnothers(link: Link, { owner }: ElementContext): boolean {
  const found = ownerOf(link);
  return found !== undefined && found !== owner && found !== SHARED_OWNER;
}

function wantedPlan({ moveAddresses }: PortElement, { index }: Link, { host }: ElementContext): Promise<AddressPlan> {
  return moveAddresses ? planOf(index, host) : Promise.resolve({ addresses: [], routes: [] });
}

/**
 * Gives the bridge the MAC address of the device. A bridge without a MAC address of its own uses the address
 * of one of its ports, and that address can change. Other hosts send frames for this host to the MAC address
 * of the device. They would lose the connection after such a change.
 */
async function ensureMac(device: Link, bridge: Link, context: UndoContext): Promise<void> {
  if (!isOwnBridge(bridge, context)) return;
  const hasToMove = !isEmptyPlan(await planOf(device.index, context.host));
  if (!hasToMove && !(await needsMac(device, bridge, context))) return;
  const { mac } = device;
  if (bridge.mac !== mac) await adjustLink(bridge, { mac }, context);
  // Kernel: dev_set_mac_address() makes the address permanent, also if the bridge already uses it from a
  // port.
  else await context.host.links.change(bridge.index, { mac }, [identityOf(bridge)]);
}

/** Whether the bridge has IP addresses of the host, and another MAC address than the device. */
async function needsMac(device: Link, bridge: Link, { host: { addressing } }: ElementContext): Promise<boolean> {
  return bridge.mac !== device.mac && (await addressing.get(bridge.index)).addresses.length > 0;
}

async function inspectMac(
  { moveAddresses, bridge: name }: PortElement,
  device: Link,
  bridge: Link | undefined,
  context: ElementContext,
): Promise<Drift[]> {
  if (!moveAddresses || bridge === undefined || !isOwnBridge(bridge, context)) return [];
  if (!(await needsMac(device, bridge, context))) return [];
  return [{ type: 'differs', on: name, property: 'mac', want: device.mac, have: bridge.mac }];
}

async function takeOut(device: Link, { host: { links } }: ElementContext): Promise<void> {
  const { index, name, master } = device;
  try {
    await links.change(index, { master: 0 }, [{ index, name, master }]);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV', 'ESTALE')) throw error;
  }
}

function inspectMaster({ name, bridge: want }: PortElement, device: Link, bridge: Link | undefined): Drift[] {
  if (bridge !== undefined && bridge.index === device.master) return [];
  return [{ type: 'differs', on: name, property: 'master', want, have: undefined }];
}

async function inspectAddresses(element: PortElement, device: Link, context: ElementContext): Promise<Drift[]> {
  const { addresses, routes } = await wantedPlan(element, device, context);
  const have = [...addresses.map(({ address }) => address), ...routes.map(({ destination }) => destination)];
  return have.length === 0 ? [] : [{ type: 'differs', on: element.name, property: 'addresses', want: [], have }];
}
