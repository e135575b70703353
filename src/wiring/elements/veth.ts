/** A pair of virtual Ethernet devices: what goes into one comes out of the other. */

import { NotOwnedError } from '../../errors/link.ts';
import { requireLinkName, requireNewLink } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings } from '../../host-contract/links.ts';
import { aliasOf, isOwnedBy } from '../../host-contract/ownership.ts';
import { type DrawnEdge, type DrawnNode, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import { getIfPresent } from './existing-device.ts';
import { adjustLink, type DesiredLink, deleteLink, ensureLink, inspectLink } from './link.ts';
import { differences } from './link-differences.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

/** A pair of virtual Ethernet devices. */
export interface VethElement {
  readonly kind: 'veth';
  readonly name: string;
  /** Name of the other end. */
  readonly peer: string;
  /** Bytes, of both ends. */
  readonly mtu?: number;
  /** Both ends take frames for any address. */
  readonly promiscuous?: boolean;
  /** Name of the bridge that the first end becomes a port of. */
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
      const ends = await Promise.all([
        getIfPresent(element.name, context.host),
        getIfPresent(element.peer, context.host),
      ]);
      refuseOtherPeer(element, ends.filter(isThere), context);
    };
    const made = await ensureLink({ ...desiredVeth(element), precondition }, context);
    if (!made) await ensurePeer(element, context);
  },

  async remove(element, context) {
    const ends = await bothEnds(element, context);
    for (const end of ends) requireOwnedEnd(end, context);
    // Deleting one end takes the other along; a second deletion finds nothing, which is fine.
    const [first, second] = ends;
    if (first) await deleteLink(context, first);
    if (second && second.index !== first?.lower) await deleteLink(context, second);
  },

  async inspect(element, context) {
    return [...(await inspectLink(desiredVeth(element), context)), ...(await inspectPeer(element, context))];
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

async function bothEnds({ name, peer }: VethElement, context: ElementContext): Promise<Link[]> {
  const ends = await Promise.all([context.host.links.get(name), context.host.links.get(peer)]);
  return ends.filter(isThere);
}

function isThere(end: Link | undefined): end is Link {
  return end !== undefined;
}

function requireOwnedEnd(end: Link, context: ElementContext): void {
  if (end.kind !== 'veth' || !isOwnedBy(end, context.owner))
    throw new NotOwnedError(`veth ${end.name}: ${endConflict(end)}`);
}

function endConflict({ kind, alias }: Link): string {
  return `a ${kind || 'device'} of that name is there that was not made for this VIF (alias "${alias}")`;
}

/** Either both ends are there and belong together, or none is. */
function refuseOtherPeer(element: VethElement, ends: Link[], context: ElementContext): void {
  for (const end of ends) requireOwnedEnd(end, context);
  const [first, second] = ends;
  if (first === undefined || (second !== undefined && second.index === first.lower)) return;
  throw new NotOwnedError(
    `veth ${first.name}: its other end is not ${element.peer === first.name ? element.name : element.peer}; unplug the VIF first`,
  );
}

/** The master of the peer is left alone: Open vSwitch sets it to its datapath. */
async function ensurePeer(element: VethElement, context: UndoContext): Promise<void> {
  const peer = await context.host.links.get(element.peer);
  if (peer) await adjustLink(peer, wantedPeer(element, context), context);
}

async function inspectPeer(element: VethElement, context: ElementContext): Promise<Drift[]> {
  const { peer } = element;
  const end = await context.host.links.get(peer);
  if (end === undefined) return [{ type: 'missing', on: peer }];
  if (end.kind !== 'veth' || !isOwnedBy(end, context.owner))
    return [{ type: 'conflict', on: peer, reason: endConflict(end) }];
  return differences(end, wantedPeer(element, context)).map((difference) => ({
    type: 'differs',
    on: peer,
    ...difference,
  }));
}

function wantedPeer(element: VethElement, context: ElementContext): LinkSettings {
  return { ...endSettings(element), alias: aliasOf(context.owner), group: 0 };
}
