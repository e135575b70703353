/**
 * A persistent TAP device: the host side of a guest's NIC. QEMU or another program attaches to the device.
 */

import { requireLinkName, requireNewLink } from '../../host-contract/link-values.ts';
import type { TapSettings } from '../../host-contract/links.ts';
import { adoptableLinks } from '../devices/adoptable.ts';
import type { DesiredLink } from '../devices/desired-link.ts';
import { ensureLink, inspectLink, removeLink } from '../devices/link.ts';
import { type DrawnNode, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';

export interface TapElement extends TapSettings {
  readonly kind: 'tap';
  readonly name: string;
  /**
   * The MAC address of the host side. The guest has its own address. Absent: the kernel chooses an address.
   */
  readonly mac?: string;
  /** Bytes, 68 to 65521. */
  readonly mtu?: number;
  /** Default true. */
  readonly up?: boolean;
  /**
   * Name of the bridge of which the device is a port. Absent: no bridge, because the host routes the packets.
   */
  readonly master?: string;
  /**
   * Another program sets the master, such as the datapath of Open vSwitch. A plug does not change the master.
   */
  readonly externalMaster?: boolean;
  /** Default true. */
  readonly vnetHeader?: boolean;
}

export const tap = defineElement<TapElement>({
  kind: 'tap',

  validate(element) {
    requireNewLink(desiredTap(element).link);
    if (element.master !== undefined) requireLinkName(element.master);
  },
  async ensure(element, context) {
    await ensureLink(desiredTap(element), context);
  },
  remove: (element, context) => removeLink(desiredTap(element), context),
  inspect: (element, context) => inspectLink(desiredTap(element), context),
  adoptable: (element, context) => adoptableLinks(desiredTap(element), context),

  draw({ name, mtu, mac, multiQueue, master }) {
    const facts = [...mtuFact(mtu), ...(mac ? [`host side ${mac}`] : []), ...(multiQueue ? ['multiqueue'] : [])];
    const node: DrawnNode = { place: 'device', name, kind: 'tap', group: 'own', facts };
    return {
      nodes: [node],
      edges: master === undefined ? [] : [{ from: node, to: { place: 'bridge', name: master } }],
    };
  },
});

function desiredTap({
  kind,
  name,
  mac,
  mtu,
  up = true,
  master,
  externalMaster,
  vnetHeader,
  multiQueue = false,
  owner,
  group,
}: TapElement): DesiredLink {
  return {
    link: {
      kind,
      name,
      up,
      ...(mac !== undefined && { mac }),
      ...(mtu !== undefined && { mtu }),
      ...(vnetHeader !== undefined && { vnetHeader }),
      tap: { multiQueue, ...(owner !== undefined && { owner }), ...(group !== undefined && { group }) },
    },
    master,
    externalMaster,
  };
}
