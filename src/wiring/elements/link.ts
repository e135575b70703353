/** The verbs of an element that is one network device, whatever its kind: what tap.ts, bridge.ts and veth.ts stand on. */

import { setTimeout as sleep } from 'node:timers/promises';
import { ForeignLinkError, ImmutableLinkError, KernelError, MissingLinkError } from '../../errors.ts';
import type { Host, Link, LinkSettings, NewLink } from '../host.ts';
import { differences, fixedDifferences, settingsOf } from '../link-differences.ts';
import { aliasOf, isOwnedBy } from '../ownership.ts';
import type { Drift, Site, UndoableSite } from './verbs.ts';

/** Who may use a device that is there already. */
export type Sharing = 'own' | 'shared';

/** Pauses between looks at a device that another process is just making, in ms. */
const PAUSES = [5, 10, 20, 50, 100, 200, 400];

/** Makes the device, or puts right what differs; a shared one that others made is used as it is. */
export async function ensureLink(desired: NewLink, site: UndoableSite, sharing: Sharing = 'own'): Promise<void> {
  const { links } = site.host;
  for (let attempt = 0; ; attempt++) {
    const pause = PAUSES[attempt];
    const link = await links.get(desired.name);
    if (link === undefined) {
      try {
        await links.create({ ...desired, alias: ownAlias(site, sharing) });
      } catch (error) {
        // Somebody else was first: look again.
        if (pause === undefined || !isKernelError(error, 'EEXIST', 'EBUSY')) throw error;
        await sleep(pause);
        continue;
      }
      site.undoable(() => removeLink(desired, site, sharing));
      return;
    }
    if (pause !== undefined && isBeingMade(link)) {
      await sleep(pause);
      continue;
    }
    refuseForeign(link, desired, site, sharing);
    if (!isOwnedBy(link, ownerName(site, sharing))) return;
    refuseImmutable(link, desired);
    await adjustLink(link, { ...desired, alias: ownAlias(site, sharing), group: 0 }, site);
    return;
  }
}

/** Puts right what differs on a device that is there. */
export async function adjustLink(link: Link, settings: LinkSettings, site: UndoableSite): Promise<void> {
  const found = differences(link, settings);
  if (found.length === 0) return;
  await site.host.links.change(link.index, settingsOf(found, 'want'));
  site.undoable(() => site.host.links.change(link.index, settingsOf(found, 'have')));
}

/** Deletes the device if it is ours and, where shared, nobody uses it. */
export async function removeLink(desired: NewLink, site: Site, sharing: Sharing = 'own'): Promise<void> {
  const { links } = site.host;
  const link = await links.get(desired.name);
  if (link === undefined) return;
  if (sharing === 'shared' && (await hasPorts(site.host, link))) return;
  refuseForeign(link, desired, site, 'own', ownerName(site, sharing));
  await deleteLink(site.host, link);
}

/** Deletes a device; one that is gone already is fine. */
export async function deleteLink(host: Host, link: Link): Promise<void> {
  try {
    await host.links.delete(link.index);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV')) throw error;
  }
}

/** Lists where the device differs from what is desired. */
export async function inspectLink(desired: NewLink, site: Site, sharing: Sharing = 'own'): Promise<Drift[]> {
  const { name } = desired;
  const link = await site.host.links.get(name);
  if (link === undefined) return [{ type: 'missing', link: name }];
  const reason = faultOf(link, desired, site, sharing);
  if (reason !== undefined) return [{ type: 'foreign', link: name, reason }];
  if (!isOwnedBy(link, ownerName(site, sharing))) return [];
  const wanted = { ...desired, alias: ownAlias(site, sharing), group: 0 };
  const found = [...fixedDifferences(link, desired), ...differences(link, wanted)];
  return found.map((difference) => ({ type: 'differs', link: name, ...difference }));
}

/** The index of a device that an element stands on or is a port of. */
export async function indexOf(name: string, site: Site, neededBy: string): Promise<number> {
  const link = await site.host.links.get(name);
  if (link === undefined) throw new MissingLinkError(name, neededBy);
  return link.index;
}

/** Whether any device is a port of this one. */
export async function hasPorts(host: Host, link: Link): Promise<boolean> {
  return (await host.links.list()).some(({ master }) => master === link.index);
}

/** Whether this is the kernel's refusal with one of these errno names. */
export function isKernelError(error: unknown, ...errnos: string[]): error is KernelError {
  return error instanceof KernelError && errnos.includes(error.errno);
}

/** A TAP that has no name of ours and does not outlive its maker: somebody is between making it and keeping it. */
function isBeingMade(link: Link): boolean {
  return link.tap?.persistent === false && link.alias === '';
}

function refuseForeign(link: Link, desired: NewLink, site: Site, sharing: Sharing, owner = site.owner): void {
  const fault = faultOf(link, desired, { ...site, owner }, sharing);
  if (fault !== undefined) throw new ForeignLinkError(`${desired.kind} ${desired.name}: ${fault}`);
}

function faultOf(link: Link, desired: NewLink, site: Site, sharing: Sharing): string | undefined {
  const { name } = desired;
  if (link.kind !== desired.kind) {
    return `the name is in use by a device of kind ${link.kind || '(none)'}; delete or rename that device first`;
  }
  if (sharing === 'shared' || isOwnedBy(link, site.owner)) return undefined;
  return (
    `a ${link.kind} of that name is there that was not made for this VIF (alias "${link.alias}"); delete it, or hand it over with ` +
    `\`ip link set dev ${name} alias ${aliasOf(site.owner)}\``
  );
}

function refuseImmutable(link: Link, desired: NewLink): void {
  const [found] = fixedDifferences(link, desired);
  if (found) throw new ImmutableLinkError(`${desired.kind} ${desired.name}`, found.property, found.want, found.have);
}

/** Devices that several VIFs use belong to none of them. */
const SHARED_OWNER = 'shared';

function ownerName(site: Site, sharing: Sharing): string {
  return sharing === 'shared' ? SHARED_OWNER : site.owner;
}

function ownAlias(site: Site, sharing: Sharing): string {
  return aliasOf(ownerName(site, sharing));
}
