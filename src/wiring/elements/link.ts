/** The verbs of an element that is one network device, whatever its kind: what tap.ts, bridge.ts, veth.ts and others stand on. */

import { setTimeout as sleep } from 'node:timers/promises';
import { isKernelError } from '../../errors/kernel.ts';
import { ImmutableLinkError, MissingLinkError, NotOwnedError } from '../../errors/link.ts';
import { isMarkedForDeletion } from '../../host-contract/interface-groups.ts';
import type { Link, LinkSettings, NewLink } from '../../host-contract/links.ts';
import { aliasOf, isOwnedBy, SHARED_OWNER } from '../../host-contract/ownership.ts';
import { getIfPresent } from './existing-device.ts';
import { type Difference, differences, fixedDifferences, settingsOf } from './link-differences.ts';
import { deleteUnused, requireNotBeingDeleted } from './shared-links.ts';
import type { Drift, ElementContext, UndoContext } from './verbs.ts';

/** A device as it should be. */
export interface DesiredLink {
  readonly link: NewLink;
  /** Name of the bridge that it is a port of; absent: none. */
  readonly master?: string | undefined;
  /** Its master is left alone. */
  readonly externalMaster?: boolean | undefined;
  /** Used by several VIFs: one that is there already is taken as it is, and it stays when a VIF goes. */
  readonly shared?: boolean | undefined;
  /** Runs before the device is set up; told whether this call made it, so that all about it is as the kernel makes it. */
  readonly beforeUp?: (made: boolean) => Promise<void>;
  /** Runs together with the first look at the device, and may refuse. */
  readonly precondition?: () => Promise<void>;
}

/** Pauses between looks at a device that another process is just making, in ms. */
const PAUSES = [5, 10, 20, 50, 100, 200, 400];

/** Makes the device, or puts right what differs; returns whether this call made it. */
export async function ensureLink(desired: DesiredLink, context: UndoContext): Promise<boolean> {
  const { links } = context.host;
  // Asked at once, so that the host can answer them together.
  const [wanted, found] = await Promise.all([
    wantedLink(desired, context),
    getIfPresent(desired.link.name, context.host),
    desired.precondition?.(),
  ]);
  let link = found;
  for (let attempt = 0; ; attempt++) {
    const pause = PAUSES[attempt];
    if (link === undefined) {
      if (await create(wanted, desired, context, pause === undefined)) return true;
    } else if (pause === undefined || !(isBeingMade(link) || isMarkedForDeletion(link))) {
      await adjustOwn(link, wanted, desired, context);
      return false;
    }
    await sleep(pause);
    link = await links.get(wanted.link.name);
  }
}

/** Returns false where somebody else was first, unless this was the last attempt. */
async function create(wanted: Wanted, desired: DesiredLink, context: UndoContext, last: boolean): Promise<boolean> {
  const { links } = context.host;
  const { beforeUp } = desired;
  let index: number;
  try {
    index = await links.create(beforeUp ? { ...wanted.link, up: false } : wanted.link);
  } catch (error) {
    await requireUsed(wanted, context);
    if (last || !isKernelError(error, 'EEXIST', 'EBUSY')) throw error;
    return false;
  }
  context.undoable(() => takeBack(desired, context));
  await requireUsed(wanted, context);
  if (!beforeUp) return true;
  await beforeUp(true);
  if (wanted.link.up) await links.change(index, { up: true });
  return true;
}

async function adjustOwn(link: Link, wanted: Wanted, desired: DesiredLink, context: UndoContext): Promise<void> {
  const fault = conflictReason(link, desired, context);
  const label = `${desired.link.kind} ${desired.link.name}`;
  if (fault !== undefined) throw new NotOwnedError(`${label}: ${fault}`);
  if (!isOurs(link, desired, context)) return;
  const [fixed] = fixedDifferences(link, wanted.link);
  if (fixed) throw new ImmutableLinkError(label, fixed.property, fixed.want, fixed.have);
  await desired.beforeUp?.(false);
  try {
    await adjustLink(link, wanted.link, context);
  } finally {
    if (link.master !== wanted.link.master) await requireUsed(wanted, context);
  }
}

/** What the device is put on may be about to go, or be gone, which the kernel calls EINVAL. */
async function requireUsed({ link, master }: Wanted, { host, owner }: ElementContext): Promise<void> {
  const neededBy = `${link.kind} ${link.name}`;
  // A bridge of this VIF alone goes when the VIF does, which is not now.
  if (master && !isOwnedBy(master, owner)) await requireNotBeingDeleted(host, master.index, neededBy);
  if ('lower' in link) await requireNotBeingDeleted(host, link.lower ?? 0, neededBy);
}

/** Puts right what differs on a device that is there. */
export async function adjustLink(link: Link, settings: LinkSettings, context: UndoContext): Promise<void> {
  const found = differences(link, settings);
  if (found.length === 0) return;
  // Noted before: of a change in two requests the second may fail.
  context.undoable(() => restore(link, settingsOf(found.filter(isRestorable), 'have'), context));
  await context.host.links.change(link.index, settingsOf(found, 'want'));
}

async function restore({ index }: Link, settings: LinkSettings, { host }: ElementContext): Promise<void> {
  try {
    await host.links.change(index, settings);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV')) throw error;
  }
}

/** What a port is to a bridge goes when it leaves the bridge. */
function isRestorable({ have }: Difference): boolean {
  return have !== undefined;
}

/** Deletes the device if it is ours; a shared one stays. */
export async function removeLink(desired: DesiredLink, context: ElementContext): Promise<void> {
  if (desired.shared) return;
  const link = await context.host.links.get(desired.link.name);
  if (link === undefined) return;
  const fault = conflictReason(link, desired, context);
  if (fault !== undefined) throw new NotOwnedError(`${desired.link.kind} ${desired.link.name}: ${fault}`);
  await deleteLink(context, link);
}

/** Deletes the device that this call made, unless others came to use it. */
async function takeBack(desired: DesiredLink, context: ElementContext): Promise<void> {
  const link = await context.host.links.get(desired.link.name);
  if (link === undefined || !isOurs(link, desired, context)) return;
  if (desired.shared) await deleteUnused(context.host, link);
  else await deleteLink({ host: context.host }, link);
}

/** Deletes a device that this VIF owns. A missing device is ignored, and so is one that has another owner by now. */
export async function deleteLink(
  { host, deletions, signal }: Pick<ElementContext, 'host' | 'deletions' | 'signal'>,
  { index, name, alias }: Link,
): Promise<void> {
  const expected = { index, name, alias };
  try {
    if (deletions !== undefined) await deletions.delete(expected, signal);
    else await host.links.delete(index, [expected]);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV', 'ESTALE')) throw error;
  }
}

/** Lists where the device differs from what is desired. */
export async function inspectLink(desired: DesiredLink, context: ElementContext): Promise<Drift[]> {
  const { name } = desired.link;
  const link = await context.host.links.get(name);
  if (link === undefined) return [{ type: 'missing', on: name }];
  const reason = conflictReason(link, desired, context);
  if (reason !== undefined) return [{ type: 'conflict', on: name, reason }];
  if (!isOurs(link, desired, context)) return [];
  const master = desired.master === undefined ? undefined : await context.host.links.get(desired.master);
  const wanted = complete(desired, context, master?.index ?? (desired.master === undefined ? 0 : NOWHERE));
  const found = [...fixedDifferences(link, wanted), ...differences(link, wanted)];
  return Promise.all(found.map((difference) => describe(name, difference, desired, context)));
}

/** An index that no device has. */
const NOWHERE = -1;

/** A difference in people's words: devices by name. */
async function describe(
  link: string,
  difference: Difference,
  desired: DesiredLink,
  { host }: ElementContext,
): Promise<Drift> {
  if (difference.property !== 'master') return { type: 'differs', on: link, ...difference };
  const have = typeof difference.have === 'number' ? await host.links.get(difference.have) : undefined;
  return { type: 'differs', on: link, property: 'master', want: desired.master, have: have?.name };
}

/** The device that an element is a port of. */
export async function requireMaster(name: string, context: ElementContext, neededBy: string): Promise<Link> {
  const link = await context.host.links.get(name);
  if (link === undefined) throw new MissingLinkError(name, neededBy);
  return link;
}

/** A TAP that has no name of ours and does not outlive its maker: somebody is between making it and keeping it. */
function isBeingMade(link: Link): boolean {
  return link.tap?.persistent === false && link.alias === '';
}

/** A device as it should be, with the bridge that it is to be a port of. */
interface Wanted {
  readonly link: NewLink;
  readonly master: Link | undefined;
}

async function wantedLink(desired: DesiredLink, context: ElementContext): Promise<Wanted> {
  const { link, master: name } = desired;
  const master = name === undefined ? undefined : await requireMaster(name, context, `${link.kind} ${link.name}`);
  return { link: complete(desired, context, master?.index ?? 0), master };
}

function complete({ link, shared, externalMaster }: DesiredLink, context: ElementContext, master: number): NewLink {
  return {
    ...link,
    ...(!externalMaster && { master }),
    alias: aliasOf(shared ? SHARED_OWNER : context.owner),
    group: 0,
  };
}

function isOurs(link: Link, { shared }: DesiredLink, { owner }: ElementContext): boolean {
  return isOwnedBy(link, shared ? SHARED_OWNER : owner);
}

/** Why this device can't be the one that is desired. */
function conflictReason(link: Link, desired: DesiredLink, context: ElementContext): string | undefined {
  const { name, kind } = desired.link;
  if (link.kind !== kind) {
    return `the name is in use by a device of kind ${link.kind || '(none)'}; delete or rename that device first`;
  }
  if (desired.shared || isOurs(link, desired, context)) return undefined;
  return (
    `a ${link.kind} of that name is there that was not made for this VIF (alias "${link.alias}"); delete it, or hand it over with ` +
    `\`ip link set dev ${name} alias ${aliasOf(context.owner)}\``
  );
}
