/** The desired state of a network device, and the reasons why an existing device cannot be used. */

import { requireArgument } from '../../errors/argument.ts';
import type { ValueKind } from '../../errors/value-kinds.ts';
import type { Link, LinkSettings, NewLink } from '../../host-contract/links.ts';
import { aliasOf, isOwnedBy, isUnnamed, ownerOf, SHARED_OWNER } from '../../host-contract/ownership.ts';
import { describeValue } from '../../text/describe-value.ts';
import { isRecord } from '../../text/is-record.ts';
import type { ElementContext } from '../elements/verbs.ts';
import { type Difference, fixedDifferences } from './link-differences.ts';

/** The desired state of a device. */
export interface DesiredLink {
  readonly link: NewLink;
  /** Name of the bridge of which the device is a port. Absent: no bridge. */
  readonly master?: string | undefined;
  /** Another program sets the master of the device. A plug does not change the master. */
  readonly externalMaster?: boolean | undefined;
  /**
   * Used by several VIFs, so an unplug keeps the device. A device of another program is used if it has the
   * same kind, VLAN, lower device and kind-specific settings. A plug sets such a device up if it is down, and
   * adds it to the bridge if it is in no bridge.
   */
  readonly shared?: boolean | undefined;
  /**
   * Runs before the device is set up. `made` is true if this call has created the device. The sysctls of a
   * new device have the default values of the kernel.
   */
  readonly beforeUp?: (made: boolean) => Promise<void>;
  /** Runs at the same time as the first query of the device. May refuse the device. */
  readonly precondition?: () => Promise<void>;
  /**
   * Returns the reason why the kernel refuses to create the device with these settings, or to change the
   * existing device. Undefined if the kernel accepts them. `check` reports the reason, and a plug adds the
   * reason to the error of the kernel.
   */
  readonly obstacle?: (asked: LinkSettings, have: Link | undefined) => Promise<Obstacle | undefined>;
}

/**
 * The reason why the kernel refuses a device, with a remedy. `on` is the name of the resource that causes the
 * refusal.
 */
export interface Obstacle {
  readonly on: string;
  readonly reason: string;
}

/** Throws ArgumentError for a description that has no device, and for a context without a host. */
export function requireDesired(call: string, desired: unknown, context: unknown): void {
  requireArgument(call, desired, DESIRED);
  requireArgument(call, context, CONTEXT);
}

const DESIRED: ValueKind = {
  expected: 'an object with link, a new device',
  accepts: (value) => isRecord(value) && isRecord(value.link) && typeof value.link.name === 'string',
};
const CONTEXT: ValueKind = {
  expected: 'the context that an element gets, with host and owner',
  accepts: (value) => isRecord(value) && isRecord(value.host) && typeof value.owner === 'string',
};

/** Returns the settings of the new device, its owner included. `master` is the index of the bridge. */
export function complete(
  { link, shared, externalMaster }: DesiredLink,
  context: ElementContext,
  master: number,
): NewLink {
  const alias = aliasOf(shared ? SHARED_OWNER : context.owner);
  // In V8, an object literal with a spread and further properties takes 20 times as long.
  return Object.assign({}, link, externalMaster ? { alias, group: 0 } : { master, alias, group: 0 });
}

export function isOurs(link: Link, { shared }: DesiredLink, { owner }: ElementContext): boolean {
  return isOwnedBy(link, shared ? SHARED_OWNER : owner);
}

/**
 * Returns the settings that a plug may change on the existing device. For a shared device of another program,
 * these are only its state `up` and its bridge.
 */
export function changeable(link: Link, wanted: NewLink, desired: DesiredLink, context: ElementContext): LinkSettings {
  if (isOurs(link, desired, context)) return wanted;
  const { up, master } = wanted;
  return { ...(up !== undefined && { up }), ...(desired.master !== undefined && master !== undefined && { master }) };
}

/** Returns the reason why the existing device cannot be used as the desired device. Undefined if it can. */
export async function conflictReason(
  link: Link,
  wanted: NewLink,
  desired: DesiredLink,
  context: ElementContext,
): Promise<string | undefined> {
  if (link.kind !== wanted.kind) return otherKind(link);
  if (!desired.shared) return isOurs(link, desired, context) ? undefined : otherOwner(link, wanted.kind);
  const faults = await Promise.all(fixedDifferences(link, wanted).map((found) => named(found, context)));
  if (faults.length === 0) return otherMaster(link, wanted, desired, context);
  const texts = faults.map(
    ({ property, want, have }) =>
      `another ${LABELS[property] ?? property} (found ${describeValue(have)}, expected ${describeValue(want)})`,
  );
  return `a ${link.kind} of that name exists with ${texts.join(' and ')}; ${wayToFree(link)}`;
}

/**
 * Returns the reason if a device of another program is in another bridge. A plug does not move such a device.
 */
async function otherMaster(
  link: Link,
  wanted: NewLink,
  desired: DesiredLink,
  context: ElementContext,
): Promise<string | undefined> {
  if (isOurs(link, desired, context) || desired.master === undefined) return undefined;
  const other = link.master === wanted.master ? undefined : await context.host.links.get(link.master);
  return other && `it is already a port of ${other.name}, and not of ${desired.master}; ${wayToFree(link)}`;
}

/** The names of properties in messages. These properties identify a shared device. */
const LABELS: Readonly<Record<string, string>> = {
  'vlan.id': 'VLAN id',
  'vlan.protocol': 'VLAN protocol',
  lower: 'lower device',
};

/**
 * Returns the reason for a device that has the name and was not made for the VIF. `kind` is the desired kind.
 */
export function otherOwner(link: Link, kind: string): string {
  return `a ${link.kind || 'device'} of that name exists, and it was not made for this VIF (alias "${link.alias}"); ${remedyFor(link, kind)}`;
}

function remedyFor(link: Link, kind: string): string {
  if (belongsToAnother(link)) return 'unplug that VIF, or collect the garbage if that VIF no longer exists';
  if (link.kind !== kind) return 'delete or rename that device first';
  const adopt = 'take it over with adopt (`os-vif adopt FILE`)';
  return link.alias === ''
    ? `delete it, or ${adopt}`
    : `delete it, or clear its alias with \`ip link set dev ${link.name} alias ""\` and ${adopt}`;
}

function otherKind({ kind }: Link): string {
  return `the name is in use by a device of kind ${kind || '(none)'}; delete or rename that device first`;
}

function wayToFree(link: Link): string {
  return belongsToAnother(link)
    ? 'unplug the VIFs that use it and collect the garbage first'
    : 'delete or rename that device first';
}

/** Whether a device that this VIF does not own has the tag of another owner. */
export function belongsToAnother(link: Link): boolean {
  return ownerOf(link) !== undefined || isUnnamed(link);
}

/** Returns the difference with the names of devices in place of their indexes. */
export async function named(difference: Difference, { host }: ElementContext): Promise<Difference> {
  const { property, want, have } = difference;
  if (property !== 'lower' && property !== 'master') return difference;
  const nameOf = async (index: unknown) =>
    typeof index === 'number' && index > 0 ? (await host.links.get(index))?.name : undefined;
  return { property, want: await nameOf(want), have: await nameOf(have) };
}
