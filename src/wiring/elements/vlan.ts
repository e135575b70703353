/** A device that carries one 802.1Q VLAN of its lower device. A port element adds the device to a bridge. */

import { requireNewLink } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings } from '../../host-contract/links.ts';
import { adoptableLinks } from '../devices/adoptable.ts';
import type { DesiredLink, Obstacle } from '../devices/desired-link.ts';
import {
  drawnDevice,
  type ExistingDevice,
  findDevice,
  lookForDevice,
  requireDevice,
} from '../devices/existing-device.ts';
import { ensureLink, inspectLink, inspectWithoutLower, removeLink } from '../devices/link.ts';
import { ensureUp, inspectUp, mtuObstacle } from '../devices/lower-device.ts';
import { type DrawnNode, groupOf, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { ElementContext } from './verbs.ts';

/** A device for one VLAN of another device. */
export interface VlanElement {
  readonly kind: 'vlan';
  readonly name: string;
  /** 1 to 4094. */
  readonly id: number;
  /**
   * The lower device. A plug sets it up, because the kernel refuses to set a VLAN device up while its lower
   * device is down.
   */
  readonly lower: ExistingDevice;
  readonly mac?: string;
  /** Bytes, at most the MTU of the lower device. */
  readonly mtu?: number;
  /**
   * Used by several VIFs, so an unplug keeps the device. A VLAN device of another program is used if its VLAN
   * id, its protocol and its lower device are the same. A plug sets such a device up if it is down.
   */
  readonly shared?: boolean;
}

export const vlan = defineElement<VlanElement>({
  kind: 'vlan',

  validate(element) {
    requireDevice(element.lower);
    requireNewLink(desiredVlan(element, 0).link);
  },

  async ensure(element, context) {
    const lower = await findDevice(element.lower, context, `vlan ${element.name}`);
    await ensureUp(lower, context);
    await ensureLink(desiredOn(lower, element, context), context);
  },

  remove: (element, context) => removeLink(desiredVlan(element, 0), context),

  async inspect(element, context) {
    const lower = await lookForDevice(element.lower, context);
    if (lower === undefined) return inspectWithoutLower(element.lower, desiredVlan(element, 0), context);
    return [...inspectUp(lower), ...(await inspectLink(desiredOn(lower, element, context), context))];
  },

  async adoptable(element, context) {
    const found = await lookForDevice(element.lower, context);
    return found ? adoptableLinks(desiredVlan(element, found.index), context) : [];
  },

  draw({ name, id, lower, mtu, shared }) {
    const facts = [`VLAN ${id}`, ...mtuFact(mtu)];
    const node: DrawnNode = { place: 'device', name, kind: 'vlan', group: groupOf(shared), facts };
    return { nodes: [node], edges: [{ from: node, to: drawnDevice(lower) }] };
  },
});

function desiredOn(lower: Link, element: VlanElement, context: ElementContext): DesiredLink {
  return {
    ...desiredVlan(element, lower.index),
    obstacle: (asked, have) => findObstacle(element, lower, asked, have, context),
  };
}

function desiredVlan({ kind, name, id, mac, mtu, shared }: VlanElement, lower: number): DesiredLink {
  return {
    link: {
      kind,
      name,
      lower,
      vlan: { id, protocol: '802.1Q' },
      up: true,
      ...(mac !== undefined && { mac }),
      ...(mtu !== undefined && { mtu }),
    },
    externalMaster: true,
    shared,
  };
}

/** Returns the reason why the kernel refuses the device. Kernel: vlan_newlink() and vlan_dev_change_mtu(). */
async function findObstacle(
  { name, id }: VlanElement,
  lower: Link,
  { mtu }: LinkSettings,
  have: Link | undefined,
  { host }: ElementContext,
): Promise<Obstacle | undefined> {
  const tooLarge = mtuObstacle(name, mtu, lower);
  if (tooLarge !== undefined || have !== undefined) return tooLarge;
  const other = (await host.links.list()).find(
    ({ lower: below, vlan, name: found }) =>
      below === lower.index && vlan?.id === id && vlan.protocol === '802.1Q' && found !== name,
  );
  if (other === undefined) return undefined;
  const reason = `${lower.name} already has the VLAN ${id} as the device ${other.name}; rename ${other.name} to ${name}, or delete it`;
  return { on: other.name, reason };
}
