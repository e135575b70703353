/** A persistent TAP device: the host's end of a guest's NIC, for QEMU or another program to attach to. */

import { requireLinkName, requireNewLink } from '../../host-contract/link-values.ts';
import type { TapSettings } from '../../host-contract/links.ts';
import { type DrawnNode, mtuFact } from '../drawing.ts';
import { adoptableLinks } from './adoptable.ts';
import { defineElement } from './define-element.ts';
import type { DesiredLink } from './desired-link.ts';
import { ensureLink, inspectLink, removeLink } from './link.ts';

export interface TapElement extends TapSettings {
  readonly kind: 'tap';
  readonly name: string;
  /** The MAC address of the host's side; the guest has its own. Absent: the kernel makes one up. */
  readonly mac?: string;
  /** Bytes, 68 to 65521. */
  readonly mtu?: number;
  /** Default true. */
  readonly up?: boolean;
  /** Name of the bridge that it becomes a port of. Absent: none, the host routes. */
  readonly master?: string;
  /** Something else takes it as a port, such as the datapath of Open vSwitch: its master is left alone. */
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
