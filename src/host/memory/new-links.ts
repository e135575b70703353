/** Creates the devices of an in-memory host, each with the defaults and the rules of the kernel. */

import { NetlinkError } from '../../errors/kernel.ts';
import type { BuiltInLink, DefinedLink, Link, NamedLink } from '../../host-contract/links.ts';
import { BRIDGE_DEFAULTS } from './kernel-defaults.ts';
import { refuseSettings } from './link-rules.ts';
import type { LinkTable } from './link-table.ts';
import { baseOf, refuseStacked, type StackedLink } from './stacked-links.ts';

export function createBridge(links: LinkTable, link: BuiltInLink & { kind: 'bridge' }): number {
  const index = links.add(link, { kind: 'bridge', mtu: 1500, bridge: { ...BRIDGE_DEFAULTS, ...link.bridge } });
  if (link.mtu !== undefined) links.keepMtu(index);
  return index;
}

export function createVeth(links: LinkTable, what: string, link: BuiltInLink & { kind: 'veth' }): number {
  const peer: NamedLink = { ...link.peer, alias: link.peer.alias ?? link.alias ?? '' };
  refuseTaken(links, what, peer.name);
  refuseSettings(what, 'veth', 0, peer, links.all());
  const first = links.add(link, { kind: 'veth', mtu: 1500 });
  const second = links.add(peer, { kind: 'veth', mtu: 1500, lower: first });
  links.update(first, { lower: second });
  return first;
}

export function createDefined(links: LinkTable, what: string, link: DefinedLink): number {
  const { kind, settings, lower = 0 } = link;
  const { mtu } = lower === 0 ? { mtu: 1500 } : presentLink(links, what, lower);
  return links.add(link, { kind, mtu, lower, settings });
}

export function createOnLower(links: LinkTable, what: string, link: StackedLink): number {
  const below = baseOf(link, presentLink(links, what, link.lower), links.all());
  refuseStacked(what, link, below, links.all());
  const { kind } = link;
  return links.add(link, {
    kind,
    mtu: below.mtu,
    lower: below.index,
    ...(kind === 'macvtap'
      ? { macvtap: link.macvtap, ...(link.macvtap.mode === 'passthru' && { mac: below.mac }) }
      : { vlan: { protocol: '802.1Q', ...link.vlan } }),
  });
}

/** The device at the index. Throws NetlinkError if there is none. */
export function presentLink(links: LinkTable, what: string, index: number): Link {
  const link = links.get(index);
  if (link === undefined) throw new NetlinkError(what, 'ENODEV', 'no such device');
  return link;
}

/** Throws NetlinkError if a device has the name. */
export function refuseTaken(links: LinkTable, what: string, name: string): void {
  if (links.named(name)) throw new NetlinkError(what, 'EEXIST', 'file already exists');
}
