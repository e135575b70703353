/**
 * The verbs of an element that is one network device of any kind. tap.ts, bridge.ts, veth.ts and others use
 * them.
 */

import { isKernelError } from '../../errors/kernel.ts';
import { ImmutableLinkError, MissingLinkError, NotOwnedError } from '../../errors/link.ts';
import { identityOf } from '../../host-contract/expected-links.ts';
import { isMarkedForDeletion } from '../../host-contract/interface-groups.ts';
import { isLinkName } from '../../host-contract/link-values.ts';
import type { Link, LinkSettings, NewLink } from '../../host-contract/links.ts';
import { isOwnedBy, ownerOf } from '../../host-contract/ownership.ts';
import type { Drift, ElementContext, UndoContext } from '../elements/verbs.ts';
import { sleep } from '../timing.ts';
import {
  belongsToAnother,
  changeable,
  complete,
  conflictReason,
  type DesiredLink,
  isOurs,
  named,
  otherOwner,
  requireDesired,
} from './desired-link.ts';
import {
  completeLink,
  type ExistingDevice,
  FEW_PAUSES,
  getIfPresent,
  inspectMissing,
  isBeingMade,
  PAUSES,
} from './existing-device.ts';
import { explained } from './explained.ts';
import { type Difference, differences, fixedDifferences, settingsOf } from './link-differences.ts';
import { loweredWith } from './lower-device.ts';
import { deleteUnused, requireNotBeingDeleted } from './shared-links.ts';

/** Creates the device, or changes the settings that differ. Returns whether this call created the device. */
export async function ensureLink(desired: DesiredLink, context: UndoContext): Promise<boolean> {
  requireDesired('ensureLink', desired, context);
  const { links } = context.host;
  // The queries start together, so that the host can answer them together.
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
      await adjustPresent(link, wanted, desired, context);
      return false;
    }
    await sleep(pause);
    link = await links.get(wanted.link.name);
  }
}

/** Creates the device. Returns false if another process was first, unless this was the last attempt. */
async function create(wanted: Wanted, desired: DesiredLink, context: UndoContext, last: boolean): Promise<boolean> {
  const { links } = context.host;
  const { beforeUp } = desired;
  let index: number;
  try {
    index = await links.create(beforeUp ? { ...wanted.link, up: false } : wanted.link);
  } catch (error) {
    await requireUsed(wanted, context);
    const obstacle = await desired.obstacle?.(wanted.link, undefined);
    if (obstacle !== undefined) throw explained(error, obstacle.reason);
    // Another process made a device of this name first, or deleted this TAP before it was
    // persistent (EBADFD).
    if (last || !isKernelError(error, 'EEXIST', 'EBUSY', 'EBADFD')) throw error;
    return false;
  }
  context.undoable(() => takeBack(desired, context));
  await requireUsed(wanted, context);
  if (!beforeUp) return true;
  await beforeUp(true);
  if (wanted.link.up) await links.change(index, { up: true });
  return true;
}

async function adjustPresent(link: Link, wanted: Wanted, desired: DesiredLink, context: UndoContext): Promise<void> {
  const label = `${desired.link.kind} ${desired.link.name}`;
  const reason = await conflictReason(link, wanted.link, desired, context);
  if (reason !== undefined) throw new NotOwnedError(`${label}: ${reason}`);
  if (isOurs(link, desired, context)) {
    const [fixed] = await Promise.all(fixedDifferences(link, wanted.link).map((found) => named(found, context)));
    if (fixed) throw new ImmutableLinkError(label, fixed.property, fixed.want, fixed.have);
    await desired.beforeUp?.(false);
  }
  const settings = changeable(link, wanted.link, desired, context);
  try {
    await adjustLink(link, settings, context);
  } catch (error) {
    const obstacle = await desired.obstacle?.(settingsOf(differences(link, settings), 'want'), link);
    throw obstacle === undefined ? error : explained(error, obstacle.reason);
  } finally {
    if (link.master !== wanted.link.master) await requireUsed(wanted, context);
  }
}

/**
 * Checks that the bridge and the lower device still exist and are not being deleted. The kernel reports
 * EINVAL for a device that no longer exists.
 */
async function requireUsed({ link, master }: Wanted, { host, owner }: ElementContext): Promise<void> {
  const neededBy = `${link.kind} ${link.name}`;
  // A bridge of this VIF alone is deleted only by an unplug of this VIF.
  if (master && !isOwnedBy(master, owner)) await requireNotBeingDeleted(host, master.index, neededBy);
  if ('lower' in link) await requireNotBeingDeleted(host, link.lower ?? 0, neededBy);
}

/** Changes the settings of an existing device that differ. */
export async function adjustLink(link: Link, settings: LinkSettings, context: UndoContext): Promise<void> {
  const found = differences(link, settings);
  if (found.length === 0) return;
  const before = settingsOf(found.filter(isRestorable), 'have');
  // The undo is noted before the change: a change may take two requests, and the second one may fail.
  const changes = settingsOf(found, 'want');
  if (changes.mtu !== undefined && changes.mtu < link.mtu) await noteLowered(link, changes.mtu, context);
  const after = { ...link, alias: changes.alias ?? link.alias };
  if (Object.keys(before).length > 0) context.undoable(() => restore(after, before, context));
  await context.host.links.change(link.index, changes, [identityOf(link)]);
}

/** Notes the undo for the upper devices. The kernel lowers their MTU together with the MTU of the device. */
async function noteLowered(link: Link, mtu: number, context: UndoContext): Promise<void> {
  const lowered = loweredWith(link, mtu, await context.host.links.list());
  // A roll-back runs in reverse order: first the device itself, then its upper devices from bottom to top.
  for (const upper of lowered.toReversed()) context.undoable(() => restore(upper, { mtu: upper.mtu }, context));
}

/**
 * Restores the settings. A device that now belongs to another VIF is not changed. A setting that the failed
 * request did not change is skipped.
 */
async function restore(link: Link, settings: LinkSettings, { host }: ElementContext): Promise<void> {
  const expected = { ...identityOf(link), ...(ownerOf(link) !== undefined && { alias: link.alias }) };
  try {
    const now = await host.links.get(link.index);
    const changed = now && settingsOf(differences(now, settings), 'want');
    if (changed === undefined || Object.keys(changed).length === 0) return;
    await host.links.change(link.index, changed, [expected]);
  } catch (error) {
    if (!isKernelError(error, 'ENODEV', 'ESTALE')) throw error;
  }
}

/** Whether the setting had a value. The settings of a port end when the device leaves the bridge. */
function isRestorable({ have }: Difference): boolean {
  return have !== undefined;
}

/**
 * Deletes the device if this VIF owns it. A shared device and a device that now belongs to another VIF stay.
 */
export async function removeLink(desired: DesiredLink, context: ElementContext): Promise<void> {
  requireDesired('removeLink', desired, context);
  // No host has a device with a name that no device can have.
  if (desired.shared || !isLinkName(desired.link.name)) return;
  const link = await completeLink(desired.link.name, PAUSES, context);
  if (link === undefined) return;
  const isOwn = requireOwnOrAnothers(link, desired.link.kind, context);
  if (isOwn) await deleteLink(context, link);
}

/**
 * Whether the device belongs to this VIF. If another VIF has the device, this VIF has no device on the host.
 *
 * @throws NotOwnedError for a device without a tag: the device may belong to this VIF, and would stay on the
 *   host
 */
export function requireOwnOrAnothers(link: Link, kind: string, { owner }: ElementContext): boolean {
  if (link.kind === kind && isOwnedBy(link, owner)) return true;
  if (belongsToAnother(link)) return false;
  throw new NotOwnedError(`${kind} ${link.name}: ${otherOwner(link, kind)}`);
}

/** Deletes the device that this call created. A shared device with users stays. */
async function takeBack(desired: DesiredLink, context: ElementContext): Promise<void> {
  const link = await context.host.links.get(desired.link.name);
  if (link === undefined || !isOurs(link, desired, context)) return;
  if (desired.shared) await deleteUnused(context.host, link);
  else await deleteLink({ host: context.host }, link);
}

/**
 * Deletes a device that this VIF owns.
 * A missing device is ignored. A device that now has another owner is ignored too.
 */
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

/** Lists the differences between the device and the desired device. */
export async function inspectLink(desired: DesiredLink, context: ElementContext): Promise<Drift[]> {
  requireDesired('inspectLink', desired, context);
  const { name } = desired.link;
  const lookup = completeLink(name, FEW_PAUSES, context);
  const [link, master] =
    desired.master === undefined
      ? [await lookup, 0]
      : await Promise.all([lookup, masterIndexOf(desired.master, context)]);
  const wanted = complete(desired, context, master);
  if (link === undefined)
    return [{ type: 'missing', on: name }, ...(await inspectObstacle(wanted, undefined, desired, context))];
  const isOwn = isOurs(link, desired, context);
  // A device of this VIF alone cannot be in conflict if it has the right kind.
  const isSure = isOwn && !desired.shared && link.kind === wanted.kind;
  const reason = isSure ? undefined : await conflictReason(link, wanted, desired, context);
  if (reason !== undefined) return [{ type: 'conflict', on: name, reason }];
  const fixed = isOwn ? fixedDifferences(link, wanted) : [];
  const changes = differences(link, changeable(link, wanted, desired, context));
  if (fixed.length === 0 && changes.length === 0) return [];
  const drifts = await Promise.all([...fixed, ...changes].map((found) => describe(name, found, desired, context)));
  const obstacles =
    changes.length === 0 ? [] : await inspectObstacle(settingsOf(changes, 'want'), link, desired, context);
  return [...drifts, ...obstacles];
}

/** Lists the differences of a device whose lower device does not exist. */
export async function inspectWithoutLower(
  lower: ExistingDevice,
  desired: DesiredLink,
  context: ElementContext,
): Promise<Drift[]> {
  const { kind, name } = desired.link;
  return [...inspectMissing(lower, context, `${kind} ${name}`), ...(await inspectLink(desired, context))];
}

/** Lists the obstacle. A device that the wiring makes is no obstacle: a plug changes that device first. */
async function inspectObstacle(
  asked: LinkSettings,
  have: Link | undefined,
  { obstacle }: DesiredLink,
  { made }: ElementContext,
): Promise<Drift[]> {
  const found = await obstacle?.(asked, have);
  return found === undefined || made?.has(found.on) ? [] : [{ type: 'conflict', ...found }];
}

/** An index that no device has. */
const NOWHERE = -1;

async function masterIndexOf(master: string, { host }: ElementContext): Promise<number> {
  return (await host.links.get(master))?.index ?? NOWHERE;
}

/** Returns the drift of a difference, with names of devices in place of indexes. */
async function describe(
  link: string,
  difference: Difference,
  desired: DesiredLink,
  context: ElementContext,
): Promise<Drift> {
  const { property, want, have } = await named(difference, context);
  return { type: 'differs', on: link, property, want: property === 'master' ? desired.master : want, have };
}

/** Returns the bridge of which an element is a port. */
export async function requireMaster(name: string, context: ElementContext, neededBy: string): Promise<Link> {
  const link = await context.host.links.get(name);
  if (link === undefined) throw new MissingLinkError(name, neededBy);
  return link;
}

/** The desired device, and the bridge of which it is a port. */
interface Wanted {
  readonly link: NewLink;
  readonly master: Link | undefined;
}

async function wantedLink(desired: DesiredLink, context: ElementContext): Promise<Wanted> {
  const { link, master: name } = desired;
  const master = name === undefined ? undefined : await requireMaster(name, context, `${link.kind} ${link.name}`);
  return { link: complete(desired, context, master?.index ?? 0), master };
}
