/** A macvtap device: a guest's NIC that shares, or has for itself, a device of the host. */

import { requireNewLink } from '../../host-contract/link-values.ts';
import type { MacvtapMode } from '../../host-contract/links.ts';
import { type ExistingDevice, findDevice, lookForDevice, requireDevice } from './existing-device.ts';
import { adjustLink, type DesiredLink, ensureLink, inspectLink, removeLink } from './link.ts';
import type { Verbs } from './verbs.ts';

/** A macvtap device: a guest's NIC on a device of the host. */
export interface MacvtapElement {
  readonly kind: 'macvtap';
  readonly name: string;
  readonly lower: ExistingDevice;
  /**
   * How guests on one device reach each other: `vepa` by way of the switch next door, `bridge` at once, `private` not at all;
   * with `passthru` the guest has the device for itself.
   */
  readonly mode: MacvtapMode;
  /** The guest's own address. */
  readonly mac?: string;
  /** Bytes; at most that of the device below. */
  readonly mtu?: number;
  /** Sets the device below up too: one that a guest has for itself, nobody else does. */
  readonly lowerUp?: boolean;
}

export const macvtap: Verbs<MacvtapElement> = {
  validate(element) {
    requireDevice(element.lower);
    requireNewLink(desiredMacvtap(element, 0).link);
  },

  async ensure(element, site) {
    const lower = await findDevice(element.lower, site, `macvtap ${element.name}`);
    if (element.lowerUp) await adjustLink(lower, { up: true }, site);
    await ensureLink(desiredMacvtap(element, lower.index), site);
  },

  remove: (element, site) => removeLink(desiredMacvtap(element, 0), site),

  async inspect(element, site) {
    const lower = await lookForDevice(element.lower, site);
    return inspectLink(desiredMacvtap(element, lower?.index ?? 0), site);
  },
};

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
