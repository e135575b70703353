/**
 * A macvtap device: the NIC of a guest on a device of the host. Guests share the device, or one guest uses
 * the device alone.
 */

import { isKernelError, KernelError } from '../../errors/kernel.ts';
import { identityOf } from '../../host-contract/expected-links.ts';
import { requireNewLink } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings, MacvtapMode } from '../../host-contract/links.ts';
import { adoptableLinks } from '../devices/adoptable.ts';
import type { DesiredLink } from '../devices/desired-link.ts';
import { restoreUnused } from '../devices/device-restoring.ts';
import {
  drawnDevice,
  type ExistingDevice,
  findDevice,
  getIfPresent,
  lookForDevice,
  requireDevice,
} from '../devices/existing-device.ts';
import { ensureLink, inspectLink, inspectWithoutLower, removeLink } from '../devices/link.ts';
import { ensureUp, inspectUp } from '../devices/lower-device.ts';
import { findMacvtapObstacle, isMacvlan } from '../devices/macvtap-obstacle.ts';
import { type DrawnNode, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { ElementContext, UndoContext } from './verbs.ts';

/** A macvtap device: the NIC of a guest on a device of the host. */
export interface MacvtapElement {
  readonly kind: 'macvtap';
  readonly name: string;
  readonly lower: ExistingDevice;
  /**
   * How guests on the same device reach each other. `vepa`: through the external switch. `bridge`: directly.
   * `private`: not at all. `passthru`: only one guest uses the device.
   */
  readonly mode: MacvtapMode;
  /** The MAC address of the guest. */
  readonly mac?: string;
  /** Bytes, at most the MTU of the lower device. */
  readonly mtu?: number;
  /** A plug also sets the lower device up. While the lower device is down, the guest has no carrier. */
  readonly lowerUp?: boolean;
}

export const macvtap = defineElement<MacvtapElement>({
  kind: 'macvtap',

  validate(element) {
    requireDevice(element.lower);
    requireNewLink(desiredMacvtap(element, 0).link);
  },

  async ensure(element, context) {
    const lower = await baseOf(await findDevice(element.lower, context, `macvtap ${element.name}`), context);
    if (element.lowerUp) await ensureUp(lower, context);
    try {
      await ensureLink(desiredOn(lower, element, context), context);
    } catch (error) {
      if (element.mode !== 'passthru' || !isKernelError(error, 'EADDRNOTAVAIL')) throw error;
      await ensureAfterReset(element, lower, context);
    }
  },

  async remove(element, context) {
    const link = await getIfPresent(element.name, context.host);
    await removeLink(desiredMacvtap(element, 0), context);
    if (link?.kind === element.kind) await restoreUnused(link.lower, context.host);
  },

  async inspect(element, context) {
    const found = await lookForDevice(element.lower, context);
    if (found === undefined) return inspectWithoutLower(element.lower, desiredMacvtap(element, 0), context);
    const lower = await baseOf(found, context);
    const up = element.lowerUp ? inspectUp(lower) : [];
    return [...up, ...(await inspectLink(desiredOn(lower, element, context), context))];
  },

  async adoptable(element, context) {
    const found = await lookForDevice(element.lower, context);
    return found ? adoptableLinks(desiredMacvtap(element, (await baseOf(found, context)).index), context) : [];
  },

  draw({ name, lower, mode, mac, mtu }) {
    const facts = [`mode ${mode}`, ...mtuFact(mtu), ...(mac ? [mac] : [])];
    const node: DrawnNode = { place: 'device', name, kind: 'macvtap', group: 'own', facts };
    return { nodes: [node], edges: [{ from: node, to: drawnDevice(lower) }] };
  },
});

/**
 * Sets the lower device down and up, then tries again to set the address. In mode passthru the lower device
 * gets the address of the guest. The device of a virtual function accepts only the address that its physical
 * function has set. Some drivers read this address only when the device is set down (Linux: igbvf_down()
 * resets the address). Until then, a device that another guest used has the address of that guest.
 */
async function ensureAfterReset(element: MacvtapElement, lower: Link, context: UndoContext): Promise<void> {
  for (const up of [false, true]) await context.host.links.change(lower.index, { up }, [identityOf(lower)]);
  try {
    await ensureLink(desiredOn(lower, element, context), context);
  } catch (error) {
    if (!isKernelError(error, 'EADDRNOTAVAIL')) throw error;
    const request = `macvtap ${element.name} on ${lower.name}`;
    const advice = `${lower.name} does not accept the address ${element.mac}: unbind the device from its driver and bind it again`;
    throw new KernelError(error.code, request, error.errno, error.text, advice);
  }
}

/**
 * Returns the lower device that the kernel uses. If the requested lower device is a macvtap device itself,
 * the kernel uses the lower device of that macvtap device (macvlan_common_newlink()).
 */
async function baseOf(lower: Link, { host }: ElementContext): Promise<Link> {
  if (!isMacvlan(lower)) return lower;
  return (await host.links.get(lower.lower)) ?? lower;
}

function desiredOn(lower: Link, element: MacvtapElement, context: ElementContext): DesiredLink {
  const obstacle = (asked: LinkSettings, have: Link | undefined) =>
    findMacvtapObstacle(element, lower, asked, have, context);
  return { ...desiredMacvtap(element, lower.index), obstacle };
}

function desiredMacvtap({ kind, name, mode, mac, mtu }: MacvtapElement, lower: number): DesiredLink {
  return {
    link: {
      kind,
      name,
      lower,
      macvtap: { mode },
      up: true,
      ...(mac !== undefined && { mac }),
      ...(mtu !== undefined && { mtu }),
    },
  };
}
