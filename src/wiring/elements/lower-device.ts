/** The device that a VLAN or macvtap device stands on: it belongs to others, and the kernel's rules depend on it. */

import { isKernelError } from '../../errors/kernel.ts';
import type { Link } from '../../host-contract/links.ts';
import type { Obstacle } from './desired-link.ts';
import { identityOf } from './link.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

/** Sets the device up. A roll-back sets it down again unless further devices use it by then. */
export async function ensureUp(lower: Link, context: UndoContext): Promise<void> {
  if (lower.up) return;
  const users = usersOf(lower, await context.host.links.list());
  context.undoable(() => setDown(lower, users, context));
  await context.host.links.change(lower.index, { up: true }, [identityOf(lower)]);
}

/** The drift for a device that `ensureUp` would set up. */
export function inspectUp(lower: Link | undefined): Drift[] {
  if (lower === undefined || lower.up) return [];
  return [{ type: 'differs', on: lower.name, property: 'up', want: true, have: false }];
}

async function setDown(lower: Link, before: readonly number[], { host: { links } }: ElementContext): Promise<void> {
  const all = await links.list();
  const now = all.find(({ index }) => index === lower.index);
  if (now?.master !== lower.master || usersOf(lower, all).some((index) => !before.includes(index))) return;
  try {
    await links.change(lower.index, { up: false }, [identityOf(lower)]);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV', 'ESTALE')) throw error;
  }
}

/** The devices that stand on the device. Of a veth, the kernel reports the peer as its lower device. */
function usersOf({ index }: Link, all: readonly Link[]): number[] {
  return all.filter((link) => link.lower === index && link.kind !== 'veth').map((link) => link.index);
}

/** The kernel takes no MTU above that of the device below. */
export function mtuObstacle(name: string, mtu: number | undefined, lower: Link): Obstacle | undefined {
  if (mtu === undefined || mtu <= lower.mtu) return undefined;
  const reason = `${name} needs the MTU ${mtu}, and ${lower.name} has the MTU ${lower.mtu}; raise the MTU of ${lower.name}, or lower the MTU of the network`;
  return { on: lower.name, reason };
}
