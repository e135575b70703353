/** A persistent TAP device: the host's end of a guest's NIC, for QEMU or another program to attach to. */

import type { NewLink, TapSettings } from '../host.ts';
import { requireLinkName, requireNewLink } from '../link-values.ts';
import { ensureLink, indexOf, inspectLink, removeLink } from './link.ts';
import type { Site, Verbs } from './verbs.ts';

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
}

export const tap: Verbs<TapElement> = {
  validate(element) {
    requireNewLink(desiredLink(element, 0));
    if (element.master !== undefined) requireLinkName(element.master);
  },

  async ensure(element, site) {
    await ensureLink(desiredLink(element, await masterIndex(element, site)), site);
  },

  async remove(element, site) {
    await removeLink(desiredLink(element, 0), site);
  },

  async inspect(element, site) {
    return inspectLink(desiredLink(element, await masterIndex(element, site)), site);
  },
};

async function masterIndex({ name, master }: TapElement, site: Site): Promise<number> {
  return master === undefined ? 0 : indexOf(master, site, `tap ${name}`);
}

function desiredLink(element: TapElement, master: number): NewLink {
  const { kind, name, mac, mtu, up = true, multiQueue = false, owner, group } = element;
  return {
    kind,
    name,
    up,
    master,
    ...(mac !== undefined && { mac }),
    ...(mtu !== undefined && { mtu }),
    tap: { multiQueue, ...(owner !== undefined && { owner }), ...(group !== undefined && { group }) },
  };
}
