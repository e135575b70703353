/** A pair of virtual Ethernet devices. Each end receives the frames that the other end sends. */

import { NotOwnedError } from '../../errors/link.ts';
import type { Host } from '../../host-contract/host.ts';
import { requireLinkName, requireNewLink } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings } from '../../host-contract/links.ts';
import { aliasOf, isOwnedBy } from '../../host-contract/ownership.ts';
import { hasNoOwner } from '../devices/adoptable.ts';
import { type DesiredLink, type Obstacle, otherOwner } from '../devices/desired-link.ts';
import { getIfPresent } from '../devices/existing-device.ts';
import { adjustLink, deleteLink, ensureLink, inspectLink, requireOwnOrAnothers } from '../devices/link.ts';
import { differences } from '../devices/link-differences.ts';
import { type DrawnEdge, type DrawnNode, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

/** A pair of virtual Ethernet devices. */
export interface VethElement {
  readonly kind: 'veth';
  readonly name: string;
  /** Name of the other end. */
  readonly peer: string;
  /** Bytes. Both ends have this MTU. */
  readonly mtu?: number;
  /** Both ends receive frames for any MAC address. */
  readonly promiscuous?: boolean;
  /** Name of the bridge of which the first end is a port. */
  readonly master?: string;
}

export const veth = defineElement<VethElement>({
  kind: 'veth',

  validate(element) {
    requireNewLink(desiredVeth(element).link);
    if (element.master !== undefined) requireLinkName(element.master);
  },

  async ensure(element, context) {
    const precondition = async (): Promise<void> => {
      const conflict = conflictOf(element, await bothEnds(element, context, getIfPresent), context);
      if (conflict !== undefined) throw new NotOwnedError(`veth ${conflict.on}: ${conflict.reason}`);
    };
    const made = await ensureLink({ ...desiredVeth(element), precondition }, context);
    if (!made) await ensurePeer(element, context);
  },

  async remove(element, context) {
    const ends = await bothEnds(element, context);
    const own = ends.filter((end) => requireOwnOrAnothers(end, 'veth', context));
    // The kernel deletes both ends of a pair together.
    const [first, second] = own;
    if (first) await deleteLink(context, first);
    if (second && second.index !== first?.lower) await deleteLink(context, second);
  },

  async inspect(element, context) {
    const conflict = conflictOf(element, await bothEnds(element, context), context);
    if (conflict !== undefined) return [{ type: 'conflict', ...conflict }];
    return (await Promise.all([inspectLink(desiredVeth(element), context), inspectPeer(element, context)])).flat();
  },

  async adoptable(element, context) {
    const ends = await bothEnds(element, context);
    const isPair = ends.length === 2 && ends.every((end) => end.kind === 'veth') && ends[0]?.index === ends[1]?.lower;
    return isPair ? ends.filter(hasNoOwner) : [];
  },

  draw({ name, peer, mtu, master }) {
    const end = (of: string): DrawnNode => ({
      place: 'device',
      name: of,
      kind: 'veth',
      group: 'own',
      facts: mtuFact(mtu),
    });
    const [near, far] = [end(name), end(peer)];
    const port: DrawnEdge[] = master === undefined ? [] : [{ from: { place: 'bridge', name: master }, to: near }];
    return { nodes: [near, far], edges: [...port, { from: near, to: far, label: 'pair' }] };
  },
});

function desiredVeth(element: VethElement): DesiredLink {
  const { kind, name, master } = element;
  const settings = endSettings(element);
  return { link: { kind, name, ...settings, peer: { name: element.peer, ...settings } }, master };
}

function endSettings({ mtu, promiscuous }: VethElement): LinkSettings {
  return { up: true, ...(mtu !== undefined && { mtu }), ...(promiscuous !== undefined && { promiscuous }) };
}

async function bothEnds(
  { name, peer }: VethElement,
  { host }: ElementContext,
  look = (of: string, { links }: Host) => links.get(of),
): Promise<Link[]> {
  const ends = await Promise.all([look(name, host), look(peer, host)]);
  return ends.filter((end) => end !== undefined);
}

/**
 * Returns the conflict. Without a conflict, both ends exist, belong to this VIF and form a pair, or no end
 * exists.
 */
function conflictOf(element: VethElement, ends: readonly Link[], { owner }: ElementContext): Obstacle | undefined {
  const foreign = ends.find((end) => end.kind !== 'veth' || !isOwnedBy(end, owner));
  if (foreign !== undefined) return { on: foreign.name, reason: otherOwner(foreign, 'veth') };
  const [first, second] = ends;
  if (first === undefined || (second !== undefined && second.index === first.lower)) return undefined;
  const expected = element.peer === first.name ? element.name : element.peer;
  return { on: first.name, reason: `its other end is not ${expected}; unplug the VIF first` };
}

/**
 * Sets the settings of the peer, but not its master: Open vSwitch sets the master of the peer to its
 * datapath.
 */
async function ensurePeer(element: VethElement, context: UndoContext): Promise<void> {
  const peer = await context.host.links.get(element.peer);
  if (peer) await adjustLink(peer, wantedPeer(element, context), context);
}

async function inspectPeer(element: VethElement, context: ElementContext): Promise<Drift[]> {
  const { peer } = element;
  const end = await context.host.links.get(peer);
  if (end === undefined) return [{ type: 'missing', on: peer }];
  return differences(end, wantedPeer(element, context)).map((difference) => ({
    type: 'differs',
    on: peer,
    ...difference,
  }));
}

function wantedPeer(element: VethElement, context: ElementContext): LinkSettings {
  return { ...endSettings(element), alias: aliasOf(context.owner), group: 0 };
}
