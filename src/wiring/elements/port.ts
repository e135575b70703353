/** A device that is there already, made a port of a bridge. */

import { isKernelError } from '../../errors/kernel.ts';
import { NotOwnedError } from '../../errors/link.ts';
import type { AddressPlan } from '../../host-contract/addressing.ts';
import { requireLinkName, requireLinkSettings } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings, PortSettings } from '../../host-contract/links.ts';
import { type DrawnNode, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import { findDevice, lookForDevice } from './existing-device.ts';
import { adjustLink, requireMaster } from './link.ts';
import { differences } from './link-differences.ts';
import { requireNotBeingDeleted } from './shared-links.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

export interface PortElement extends PortSettings {
  readonly kind: 'port';
  /** The device that becomes a port; it is set up too. */
  readonly name: string;
  readonly bridge: string;
  /** Bytes. */
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
    await refuseOtherBridge(element, device, bridge, context);
    try {
      await adjustLink(device, { ...settingsOf(element), master: bridge }, context);
    } finally {
      if (device.master !== bridge) await requireNotBeingDeleted(context.host, bridge, `port ${element.name}`);
    }
    if (element.moveAddresses) await moveAddresses(device.index, bridge, context);
  },

  async remove(element, context) {
    if (element.shared) return;
    const [device, bridge] = [await lookForDevice(element.name, context), await context.host.links.get(element.bridge)];
    if (device === undefined || bridge === undefined || device.master !== bridge.index) return;
    await takeOut(device.index, context);
  },

  async inspect(element, context) {
    const { name } = element;
    const device = await lookForDevice(name, context);
    if (device === undefined) return element.optional ? [] : [{ type: 'missing', on: name }];
    return [
      ...(await inspectMaster(element, device, context)),
      ...differences(device, settingsOf(element)).map(
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

/** It would be missed where it is. */
async function refuseOtherBridge(
  { name, bridge }: PortElement,
  { master }: Link,
  wanted: number,
  { host }: ElementContext,
): Promise<void> {
  const other = master === wanted ? undefined : await host.links.get(master);
  if (other === undefined) return;
  throw new NotOwnedError(
    `${name} is a port of ${other.name} already, it can't be one of ${bridge} too; take it out with \`ip link set ${name} nomaster\``,
  );
}

async function moveAddresses(from: number, to: number, { host: { addressing }, undoable }: UndoContext): Promise<void> {
  const plan = await addressing.get(from);
  if (isEmpty(plan)) return;
  undoable(() => addressing.move(plan, to, from));
  await addressing.move(plan, from, to);
}

async function takeOut(index: number, { host: { links } }: ElementContext): Promise<void> {
  try {
    await links.change(index, { master: 0 });
  } catch (error) {
    if (!isKernelError(error, 'ENODEV')) throw error;
  }
}

async function inspectMaster(
  { name, bridge: want }: PortElement,
  device: Link,
  { host: { links } }: ElementContext,
): Promise<Drift[]> {
  const bridge = await links.get(want);
  if (bridge !== undefined && bridge.index === device.master) return [];
  const have = device.master === 0 ? undefined : (await links.get(device.master))?.name;
  return [{ type: 'differs', on: name, property: 'master', want, have }];
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
