/** A Linux bridge. */

import type { BridgeSettings, NewLink } from '../host.ts';
import { requireNewLink } from '../link-values.ts';
import { ensureLink, inspectLink, removeLink, type Sharing } from './link.ts';
import type { Verbs } from './verbs.ts';

export interface BridgeElement extends BridgeSettings {
  readonly kind: 'bridge';
  readonly name: string;
  /** Bytes. */
  readonly mtu?: number;
  /** Used by several VIFs: one that is there already is taken as it is, and it stays when the VIF goes. */
  readonly shared?: boolean;
}

export const bridge: Verbs<BridgeElement> = {
  validate(element) {
    requireNewLink(desiredLink(element));
  },

  async ensure(element, site) {
    await ensureLink(desiredLink(element), site, sharingOf(element));
  },

  async remove(element, site) {
    if (!element.shared) await removeLink(desiredLink(element), site);
  },

  async inspect(element, site) {
    return inspectLink(desiredLink(element), site, sharingOf(element));
  },
};

function sharingOf(element: BridgeElement): Sharing {
  return element.shared ? 'shared' : 'own';
}

function desiredLink({ kind, name, mtu, shared, ...settings }: BridgeElement): NewLink {
  return { kind, name, up: true, ...(mtu !== undefined && { mtu }), bridge: settings };
}
