/** A pair of virtual Ethernet devices: what goes into one comes out of the other. */

import { NotOwnedError } from '../../errors/link.ts';
import { requireLinkName, requireNewLink } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings } from '../../host-contract/links.ts';
import { aliasOf, isOwnedBy } from '../../host-contract/ownership.ts';
import { type DrawnEdge, type DrawnNode, mtuFact } from '../drawing.ts';
import { defineElement } from './define-element.ts';
import { glanceAt } from './existing-device.ts';
import { adjustLink, type DesiredLink, deleteLink, ensureLink, inspectLink } from './link.ts';
import { differences } from './link-differences.ts';
import type { Drift, Site, UndoableSite } from './verbs.ts';

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

  async ensure(element, site) {
    const admit = async (): Promise<void> => {
      const ends = await Promise.all([glanceAt(element.name, site.host), glanceAt(element.peer, site.host)]);
      refuseOtherPeer(element, ends.filter(isThere), site);
    };
    const made = await ensureLink({ ...desiredVeth(element), admit }, site);
    if (!made) await ensurePeer(element, site);
  },

  async remove(element, site) {
    const ends = await bothEnds(element, site);
    for (const end of ends) refuseForeignEnd(end, site);
    // Deleting one end takes the other along; a second deletion finds nothing, which is fine.
    const [first, second] = ends;
    if (first) await deleteLink(site, first);
    if (second && second.index !== first?.lower) await deleteLink(site, second);
  },

  async inspect(element, site) {
    return [...(await inspectLink(desiredVeth(element), site)), ...(await inspectPeer(element, site))];
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

async function bothEnds({ name, peer }: VethElement, site: Site): Promise<Link[]> {
  const ends = await Promise.all([site.host.links.get(name), site.host.links.get(peer)]);
  return ends.filter(isThere);
}

function isThere(end: Link | undefined): end is Link {
  return end !== undefined;
}

function refuseForeignEnd(end: Link, site: Site): void {
  if (end.kind !== 'veth' || !isOwnedBy(end, site.owner))
    throw new NotOwnedError(`veth ${end.name}: ${foreignEnd(end)}`);
}

function foreignEnd({ kind, alias }: Link): string {
  return `a ${kind || 'device'} of that name is there that was not made for this VIF (alias "${alias}")`;
}

/** Either both ends are there and belong together, or none is. */
function refuseOtherPeer(element: VethElement, ends: Link[], site: Site): void {
  for (const end of ends) refuseForeignEnd(end, site);
  const [first, second] = ends;
  if (first === undefined || (second !== undefined && second.index === first.lower)) return;
  throw new NotOwnedError(
    `veth ${first.name}: its other end is not ${element.peer === first.name ? element.name : element.peer}; unplug the VIF first`,
  );
}

/** The master of the peer is left alone: Open vSwitch sets it to its datapath. */
async function ensurePeer(element: VethElement, site: UndoableSite): Promise<void> {
  const peer = await site.host.links.get(element.peer);
  if (peer) await adjustLink(peer, wantedPeer(element, site), site);
}

async function inspectPeer(element: VethElement, site: Site): Promise<Drift[]> {
  const { peer } = element;
  const end = await site.host.links.get(peer);
  if (end === undefined) return [{ type: 'missing', on: peer }];
  if (end.kind !== 'veth' || !isOwnedBy(end, site.owner))
    return [{ type: 'foreign', on: peer, reason: foreignEnd(end) }];
  return differences(end, wantedPeer(element, site)).map((difference) => ({
    type: 'differs',
    on: peer,
    ...difference,
  }));
}

function wantedPeer(element: VethElement, site: Site): LinkSettings {
  return { ...endSettings(element), alias: aliasOf(site.owner), group: 0 };
}
