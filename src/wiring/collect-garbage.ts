/** Removes what this library made for VIFs that are no more. */

import type { Host } from '../host-contract/host.ts';
import type { Link } from '../host-contract/links.ts';
import { isOwnedBy, isUnnamed, ownerOf, SHARED_OWNER } from '../host-contract/ownership.ts';
import { collectChains } from './collect-chains.ts';
import { collectFunctions } from './collect-functions.ts';
import { collectMacDrops } from './collect-mac-drops.ts';
import { restoreUnused } from './devices/device-restoring.ts';
import { deleteUnused } from './devices/shared-links.ts';
import type { Garbage, InUse } from './garbage.ts';

/**
 * Removes every device that was made for a VIF that is not in use, every shared one that nobody uses, and the
 * filters made for them. What others made has no alias of ours, and is not looked at.
 */
export async function collectGarbage(host: Host, inUse: InUse, { dryRun = false } = {}): Promise<Garbage[]> {
  const links = await host.links.list();
  const garbage = new Map(links.filter((link) => isAbandoned(link, inUse)).map((link) => [link.index, link]));
  await keepUsed(garbage, links, host);
  if (!dryRun) {
    const [shared, own] = [
      [...garbage.values()].filter(isShared),
      [...garbage.values()].filter((link) => !isShared(link)),
    ];
    const abandoned = own.map(({ index, name, alias, group }) => ({ index, name, alias, group }));
    const indexes = own.map(({ index }) => index);
    if (indexes.length > 0) await host.links.deleteAll(indexes, abandoned);
    // Ports before their bridge.
    for (const link of shared.toSorted((a, b) => b.master - a.master)) {
      if (!(await deleteUnused(host, link))) garbage.delete(link.index);
    }
    for (const { lower } of garbage.values()) await restoreUnused(lower, host);
  }
  // Last, so that no guest is ever without its filter.
  return [
    ...[...garbage.values()].map(describe),
    ...(await collectChains(host, inUse, { links, garbage, dryRun })),
    ...(await collectMacDrops(host, inUse.owners, dryRun)),
    ...(await collectFunctions(host, inUse.owners, dryRun)),
  ];
}

function isAbandoned(link: Link, { owners, names }: InUse): boolean {
  if (isShared(link)) return !names.has(link.name);
  const owner = ownerOf(link);
  if (owner !== undefined) return !owners.has(owner);
  // Made by a process that was killed before it could say for whom: the group still tells.
  return isUnnamed(link) && ![...owners].some((id) => isOwnedBy(link, id));
}

function isShared(link: Link): boolean {
  return isOwnedBy(link, SHARED_OWNER);
}

/** Takes out what a device that stays stands on or is a port of, until nothing more is found. */
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
