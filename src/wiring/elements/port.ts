/** A device that is there already, made a port of a bridge. */

import { isKernelError } from '../../errors/kernel.ts';
import { NotOwnedError } from '../../errors/link.ts';
import type { AddressPlan } from '../../host-contract/addressing.ts';
import { requireLinkName, requireLinkSettings } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings, PortSettings } from '../../host-contract/links.ts';
import { ownerOf, SHARED_OWNER } from '../../host-contract/ownership.ts';
import { type DrawnNode, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { Obstacle } from './desired-link.ts';
import { findDevice, inspectMissing, lookForDevice } from './existing-device.ts';
import { adjustLink, requireMaster } from './link.ts';
import { differences } from './link-differences.ts';
import { isMacvlan } from './macvtap-obstacle.ts';
import { requireNotBeingDeleted } from './shared-links.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

export interface PortElement extends PortSettings {
  readonly kind: 'port';
  /** The device that becomes a port; it is set up too. */
  readonly name: string;
  readonly bridge: string;
  /**
   * Bytes. The MTU of a device that this library did not make is raised to this value if it is lower, and
   * never lowered.
   */
  readonly mtu?: number;
  /** Its IPv4 addresses and routes go to the bridge, since a port has no use of them. */
  readonly moveAddresses?: boolean;
  /** Used by several VIFs: it stays a port when a VIF goes. */
  readonly shared?: boolean;
  /** No error when there is no such device. */
  readonly optional?: boolean;
}

export const port = defineElement<PortElement>({
  kind: 'port',

  validate(element) {
    requireLinkName(element.name);
    requireLinkName(element.bridge);
    requireLinkSettings(element.name, settingsOf(element));
  },

  async ensure(element, context) {
    const device = await deviceOf(element, context);
    if (device === undefined) return;
    const { index: bridge } = await requireMaster(element.bridge, context, `port ${element.name}`);
    const conflict = await conflictOf(element, device, bridge, context);
    if (conflict !== undefined) throw new NotOwnedError(conflict.reason);
    try {
      await adjustLink(device, { ...wantedOf(element, device), master: bridge }, context);
    } finally {
      if (device.master !== bridge) await requireNotBeingDeleted(context.host, bridge, `port ${element.name}`);
    }
    if (element.moveAddresses) await moveAddresses(device.index, bridge, context);
  },

  async remove(element, context) {
    if (element.shared) return;
    const [device, bridge] = [await lookForDevice(element.name, context), await context.host.links.get(element.bridge)];
    if (device === undefined || bridge === undefined || device.master !== bridge.index) return;
    // The bridge of another VIF has the port for that VIF.
    if ([device, bridge].some((link) => isAnothers(link, context))) return;
    await takeOut(device, context);
  },

  async inspect(element, context) {
    const { name } = element;
    const device = await lookForDevice(name, context);
    if (device === undefined) return element.optional ? [] : inspectMissing(name, context, `port ${name}`);
    const bridge = await context.host.links.get(element.bridge);
    const conflict = await conflictOf(element, device, bridge?.index, context);
    if (conflict !== undefined) return [{ type: 'conflict', ...conflict }];
    return [
      ...inspectMaster(element, device, bridge),
      ...differences(device, wantedOf(element, device)).map(
        (difference): Drift => ({ type: 'differs', on: name, ...difference }),
      ),
      ...(await inspectAddresses(element, device, context)),
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
 * The settings for the device that is there. Other users of a device of another program may need its larger
 * MTU.
 */
function wantedOf(element: PortElement, device: Link): LinkSettings {
  const { mtu, ...settings } = settingsOf(element);
  if (mtu === undefined) return settings;
  return { ...settings, mtu: ownerOf(device) === undefined ? Math.max(mtu, device.mtu) : mtu };
}

/** Why the device cannot become a port of the bridge. The device of another bridge would be missed there. */
async function conflictOf(
  { name, bridge }: PortElement,
  device: Link,
  wanted: number | undefined,
  { host: { links } }: ElementContext,
): Promise<Obstacle | undefined> {
  if (device.master === wanted) return undefined;
  const other = await links.get(device.master);
  if (other !== undefined) {
    const remedy = `take it out with \`ip link set ${name} nomaster\``;
    return {
      on: name,
      reason: `${name} is a port of ${other.name} already, it can't be one of ${bridge} too; ${remedy}`,
    };
  }
  const upper = (await links.list()).find((link) => isMacvlan(link) && link.lower === device.index);
  if (upper === undefined) return undefined;
  const reason = `the ${upper.kind} device ${upper.name} stands on ${name}, so ${name} cannot be a port of ${bridge}; use another device, or remove ${upper.name}`;
  return { on: upper.name, reason };
}

function isAnothers(link: Link, { owner }: ElementContext): boolean {
  const found = ownerOf(link);
  return found !== undefined && found !== owner && found !== SHARED_OWNER;
}

async function moveAddresses(from: number, to: number, { host: { addressing }, undoable }: UndoContext): Promise<void> {
  const plan = await addressing.get(from);
  if (isEmpty(plan)) return;
  undoable(() => addressing.move(plan, to, from));
  await addressing.move(plan, from, to);
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

async function inspectAddresses(
  { name, moveAddresses }: PortElement,
  device: Link,
  { host: { addressing } }: ElementContext,
): Promise<Drift[]> {
  const plan = moveAddresses ? await addressing.get(device.index) : { addresses: [], routes: [] };
  if (isEmpty(plan)) return [];
  const have = [...plan.addresses.map(({ address }) => address), ...plan.routes.map(({ destination }) => destination)];
  return [{ type: 'differs', on: name, property: 'addresses', want: [], have }];
}

function isEmpty({ addresses, routes }: AddressPlan): boolean {
  return addresses.length === 0 && routes.length === 0;
}
