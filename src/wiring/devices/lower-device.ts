/** The rules of the kernel for a device and the VLAN and macvtap devices on top of it. */

import { isKernelError } from '../../errors/kernel.ts';
import { identityOf } from '../../host-contract/expected-links.ts';
import type { Link } from '../../host-contract/links.ts';
import type { Drift, ElementContext, UndoContext } from '../elements/verbs.ts';
import type { Obstacle } from './desired-link.ts';
import { recordDevice } from './device-restoring.ts';

/** Sets the device up. A roll-back sets the device down again, unless more devices use it by then. */
export async function ensureUp(lower: Link, context: UndoContext): Promise<void> {
  if (lower.up) return;
  const users = usersOf(lower, await context.host.links.list()).map(({ index }) => index);
  await recordDevice(lower, { up: true }, context);
  context.undoable(() => setDown(lower, users, context));
  await context.host.links.change(lower.index, { up: true }, [identityOf(lower)]);
}

/** Lists the drift of a device that `ensureUp` would set up. */
export function inspectUp(lower: Link | undefined): Drift[] {
  if (lower === undefined || lower.up) return [];
  return [{ type: 'differs', on: lower.name, property: 'up', want: true, have: false }];
}

async function setDown(lower: Link, before: readonly number[], { host: { links } }: ElementContext): Promise<void> {
  const all = await links.list();
  const now = all.find(({ index }) => index === lower.index);
  if (!now?.up || now.master !== lower.master || usersOf(lower, all).some(({ index }) => !before.includes(index)))
    return;
  try {
    await links.change(lower.index, { up: false }, [identityOf(lower)]);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV', 'ESTALE')) throw error;
  }
}

/**
 * Lists the upper devices of the device. Veth devices are left out: the kernel reports the peer as their
 * lower device.
 */
function usersOf({ index }: Link, all: readonly Link[]): Link[] {
  return all.filter((link) => link.lower === index && link.kind !== 'veth');
}

/**
 * Lists the upper devices whose MTU the kernel lowers together with that of the device, from bottom to top.
 */
export function loweredWith(lower: Link, mtu: number, all: readonly Link[]): Link[] {
  const larger = usersOf(lower, all).filter((link) => link.mtu > mtu);
  return larger.flatMap((link) => [link, ...loweredWith(link, mtu, all)]);
}

/** Returns the reason why the kernel refuses the MTU: it is larger than the MTU of the lower device. */
export function mtuObstacle(name: string, mtu: number | undefined, lower: Link): Obstacle | undefined {
  if (mtu === undefined || mtu <= lower.mtu) return undefined;
  const reason = `${name} needs the MTU ${mtu}, and ${lower.name} has the MTU ${lower.mtu}; raise the MTU of ${lower.name}, or lower the MTU of the network`;
  return { on: lower.name, reason };
}
