/** Removes the devices, filters and settings that this library made for VIFs that no longer exist. */

import type { Host } from '../host-contract/host.ts';
import type { Link } from '../host-contract/links.ts';
import { isOwnedBy, isUnnamed, ownerOf, SHARED_OWNER } from '../host-contract/ownership.ts';
import { collectChains } from './collect-chains.ts';
import { collectFunctions } from './collect-functions.ts';
import { collectGuards } from './collect-guards.ts';
import { collectMacDrops } from './collect-mac-drops.ts';
import { restoreUnused } from './devices/device-restoring.ts';
import { deleteUnused } from './devices/shared-links.ts';
import type { Garbage, InUse } from './garbage.ts';
import { eachInRounds, nextRound } from './timing.ts';

/**
 * Deletes each device of a VIF that is not in use, each shared device without users, and the filters of both.
 * A device of another program has no alias of os-vif, and is not examined.
 */
export async function collectGarbage(host: Host, inUse: InUse, { dryRun = false } = {}): Promise<Garbage[]> {
  const links = await host.links.list();
  const garbage = new Map<number, Link>();
  await eachInRounds(links, (link) => {
    if (isAbandoned(link, inUse)) garbage.set(link.index, link);
  });
  await keepUsed(garbage, links, host);
  if (!dryRun) {
    const [shared, own] = [
      [...garbage.values()].filter(isShared),
      [...garbage.values()].filter((link) => !isShared(link)),
    ];
    const abandoned = own.map(({ index, name, alias, group }) => ({ index, name, alias, group }));
    const indexes = own.map(({ index }) => index);
    if (indexes.length > 0) await host.links.deleteAll(indexes, abandoned);
    // Ports are deleted before their bridge.
    for (const link of shared.toSorted((a, b) => b.master - a.master)) {
      if (!(await deleteUnused(host, link))) garbage.delete(link.index);
    }
    for (const { lower } of garbage.values()) await restoreUnused(lower, host);
  }
  await nextRound();
  // Filters are removed last, so that no guest runs without its filter.
  return [
    ...[...garbage.values()].map(describe),
    ...(await collectChains(host, inUse, { links, garbage, dryRun })),
    ...(await collectMacDrops(host, inUse.owners, dryRun)),
    ...(await collectGuards(host, inUse.owners, dryRun)),
    ...(await collectFunctions(host, inUse.owners, dryRun)),
  ];
}

function isAbandoned(link: Link, { owners, names }: InUse): boolean {
  if (isShared(link)) return !names.has(link.name);
  const owner = ownerOf(link);
  if (owner !== undefined) return !owners.has(owner);
  // The process that created this device was killed before it set the alias. The interface group names the
  // owner.
  return isUnnamed(link) && ![...owners].some((id) => isOwnedBy(link, id));
}

function isShared(link: Link): boolean {
  return isOwnedBy(link, SHARED_OWNER);
}

/**
 * Removes from the garbage each shared device that has addresses or that a remaining device uses. The loop
 * ends when no further device is found.
 */
async function keepUsed(garbage: Map<number, Link>, links: readonly Link[], host: Host): Promise<void> {
  for (const link of garbage.values()) {
    const { addresses } = isShared(link) ? await host.addressing.get(link.index) : { addresses: [] };
    if (addresses.length > 0) garbage.delete(link.index);
  }
  for (let before = -1; before !== garbage.size; ) {
    before = garbage.size;
    for (const link of garbage.values()) {
      if (isShared(link) && isUsed(link, links, garbage)) garbage.delete(link.index);
    }
  }
}

function isUsed(link: Link, links: readonly Link[], garbage: ReadonlyMap<number, Link>): boolean {
  if (link.master !== 0 && !garbage.has(link.master)) return true;
  return links.some(
    ({ index, master, lower }) => !garbage.has(index) && (master === link.index || lower === link.index),
  );
}

function describe(link: Link): Garbage {
  const owner = ownerOf(link);
  return { kind: link.kind, name: link.name, ...(owner !== undefined && owner !== SHARED_OWNER && { owner }) };
}
