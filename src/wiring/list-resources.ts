/** Lists the devices, rows and filters of this library on the host. */

import { MissingCommandError } from '../errors/host.ts';
import { functionRecords } from '../host-contract/device-records.ts';
import { bridgesWithChain } from '../host-contract/filter-chains.ts';
import type { GuardMode } from '../host-contract/guards/source-guards.ts';
import type { Host } from '../host-contract/host.ts';
import type { Link } from '../host-contract/links.ts';
import { ownerOf, SHARED_OWNER } from '../host-contract/ownership.ts';
import { guardsOn } from './collect-guards.ts';
import { dropsOn } from './collect-mac-drops.ts';
import { taggedOvsRows } from './ovs/collect-ovs-garbage.ts';
import { eachInRounds } from './timing.ts';

/** The resources of one VIF on the host, or those that several VIFs share. */
export interface OwnedResources {
  /** The id of the VIF. Absent for shared resources. */
  readonly owner?: string;
  /** Devices, rows and filters, with kinds and names as `collectGarbage` has them. */
  readonly resources: readonly OwnedResource[];
}

/** A device, row or filter that has a tag of this library. */
export interface OwnedResource {
  readonly kind: string;
  readonly name: string;
  /** Only for a source guard: what it compares. */
  readonly mode?: GuardMode;
  /** Only for a source guard: the number of dropped frames. */
  readonly drops?: number;
}

/** Lists all resources with a tag, by their owners. Shared resources come last. */
export async function listResources(host: Host, signal?: AbortSignal): Promise<OwnedResources[]> {
  const links = await host.links.list();
  const owned = new Map<string, OwnedResource[]>();
  const add = (owner: string | undefined, resource: OwnedResource): void => {
    if (owner === undefined) return;
    const resources = owned.get(owner);
    if (resources === undefined) owned.set(owner, [resource]);
    else resources.push(resource);
  };
  await eachInRounds(links, (link) => {
    add(ownerOf(link), { kind: link.kind, name: link.name });
    for (const { owner, number } of functionRecords(link))
      add(owner, { kind: 'virtual-function', name: `${link.name} vf ${number}` });
  });
  for (const { owner, ...row } of await taggedOvsRows(host, signal)) add(owner, row);
  for (const bridge of await bridgesOf(host)) add(ownerOfBridge(bridge, links), { kind: 'forward-rule', name: bridge });
  for (const { owner, device: name, mode, drops } of await guardsOn(host))
    add(owner, { kind: 'source-guard', name, mode, drops });
  for (const { owner, mac } of await dropsOn(host)) add(owner, { kind: 'source-mac-filter', name: mac });
  const groups = [...owned].sort(([a], [b]) => (place(a) < place(b) ? -1 : 1));
  return groups.map(([owner, resources]) => (owner === SHARED_OWNER ? { resources } : { owner, resources }));
}

/** Shared resources come after all VIFs: `~` is larger than all characters of an id. */
function place(owner: string): string {
  return owner === SHARED_OWNER ? '~' : owner;
}

async function bridgesOf({ filter }: Host): Promise<string[]> {
  try {
    return await bridgesWithChain(filter);
  } catch (error) {
    // Without the iptables command, the host has no chain.
    if (error instanceof MissingCommandError) return [];
    throw error;
  }
}

/** A chain has no tag of its own. It belongs to the owner of its bridge. */
function ownerOfBridge(bridge: string, links: readonly Link[]): string {
  const link = links.find(({ name }) => name === bridge);
  return (link && ownerOf(link)) ?? SHARED_OWNER;
}
