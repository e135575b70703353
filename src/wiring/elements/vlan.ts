/** A device that carries one 802.1Q VLAN of the device below it; a port element makes it one of a bridge. */

import { requireNewLink } from '../../host-contract/link-values.ts';
import { type DrawnNode, groupOf, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import { drawnDevice, type ExistingDevice, findDevice, lookForDevice, requireDevice } from './existing-device.ts';
import { type DesiredLink, ensureLink, inspectLink, removeLink } from './link.ts';

/** A device for one VLAN of another device. */
export interface VlanElement {
  readonly kind: 'vlan';
  readonly name: string;
  /** 1 to 4094. */
  readonly id: number;
  readonly lower: ExistingDevice;
  readonly mac?: string;
  /** Bytes; at most that of the device below. */
  readonly mtu?: number;
  /** Used by several VIFs: it stays when a VIF goes. */
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
    await ensureLink(desiredVlan(element, lower.index), context);
  },

  remove: (element, context) => removeLink(desiredVlan(element, 0), context),

  async inspect(element, context) {
    const lower = await lookForDevice(element.lower, context);
    return inspectLink(desiredVlan(element, lower?.index ?? 0), context);
  },

  draw({ name, id, lower, mtu, shared }) {
    const facts = [`VLAN ${id}`, ...mtuFact(mtu)];
    const node: DrawnNode = { place: 'device', name, kind: 'vlan', group: groupOf(shared), facts };
    return { nodes: [node], edges: [{ from: node, to: drawnDevice(lower) }] };
  },
});

function desiredVlan({ kind, name, id, mac, mtu, shared }: VlanElement, lower: number): DesiredLink {
  return {
    link: {
      kind,
      name,
      lower,
      vlan: { id },
      up: true,
      ...(mac !== undefined && { mac }),
      ...(mtu !== undefined && { mtu }),
    },
    externalMaster: true,
    shared,
  };
}
