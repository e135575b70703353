/** A network device as it should be, and why a device that is there cannot be the one. */

import type { Link, LinkSettings, NewLink } from '../../host-contract/links.ts';
import { aliasOf, isOwnedBy, isUnnamed, ownerOf, SHARED_OWNER } from '../../host-contract/ownership.ts';
import { describeValue } from '../../text/describe-value.ts';
import { type Difference, fixedDifferences } from './link-differences.ts';
import type { ElementContext } from './verbs.ts';

/** A device as it should be. */
export interface DesiredLink {
  readonly link: NewLink;
  /** Name of the bridge that it is a port of; absent: none. */
  readonly master?: string | undefined;
  /** Its master is left alone. */
  readonly externalMaster?: boolean | undefined;
  /**
   * Used by several VIFs, so it stays when a VIF goes. A device of another program is used if it has the same
   * kind, VLAN, lower device and kind-specific settings. It is set up if it is down, and put into the bridge
   * if it is in none.
   */
  readonly shared?: boolean | undefined;
  /**
   * Runs before the device is set up; told whether this call made it, so that all about it is as the kernel
   * makes it.
   */
  readonly beforeUp?: (made: boolean) => Promise<void>;
  /** Runs together with the first look at the device, and may refuse. */
  readonly precondition?: () => Promise<void>;
  /**
   * Why the kernel refuses the device with these settings, or the change of these settings if the device
   * exists. Undefined if it does not refuse. Check reports the answer, and a plug adds it to the refusal of
   * the kernel.
   */
  readonly obstacle?: (asked: LinkSettings, have: Link | undefined) => Promise<Obstacle | undefined>;
}

/**
 * Something on the host because of which the kernel refuses a device: the name of the resource, and the
 * reason with a remedy.
 */
export interface Obstacle {
  readonly on: string;
  readonly reason: string;
}

/** The settings of the new device, its owner included. `master` is the index of the bridge. */
export function complete(
  { link, shared, externalMaster }: DesiredLink,
  context: ElementContext,
  master: number,
): NewLink {
  return {
    ...link,
    ...(!externalMaster && { master }),
    alias: aliasOf(shared ? SHARED_OWNER : context.owner),
    group: 0,
  };
}

export function isOurs(link: Link, { shared }: DesiredLink, { owner }: ElementContext): boolean {
  return isOwnedBy(link, shared ? SHARED_OWNER : owner);
}

/**
 * The settings that a plug may change on the existing device. A shared device of another program is only set
 * up, and put into its bridge.
 */
export function changeable(link: Link, wanted: NewLink, desired: DesiredLink, context: ElementContext): LinkSettings {
  if (isOurs(link, desired, context)) return wanted;
  const { up, master } = wanted;
  return { ...(up !== undefined && { up }), ...(desired.master !== undefined && master !== undefined && { master }) };
}

/** Why the device that is there cannot be the one that is desired; undefined if it can. */
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
  return `a ${link.kind} of that name is there with ${texts.join(' and ')}; ${wayToFree(link)}`;
}

/** A device of another program stays in the bridge in which it is. */
async function otherMaster(
  link: Link,
  wanted: NewLink,
  desired: DesiredLink,
  context: ElementContext,
): Promise<string | undefined> {
  if (isOurs(link, desired, context) || desired.master === undefined) return undefined;
  const other = link.master === wanted.master ? undefined : await context.host.links.get(link.master);
  return other && `it is a port of ${other.name} already, and not of ${desired.master}; ${wayToFree(link)}`;
}

/** How messages name the properties that identify a shared device. */
const LABELS: Readonly<Record<string, string>> = {
  'vlan.id': 'VLAN id',
  'vlan.protocol': 'VLAN protocol',
  lower: 'device below',
};

/** The reason for a device that has the name, but was not made for the VIF. `kind` is the wanted kind. */
export function otherOwner(link: Link, kind: string): string {
  return `a ${link.kind || 'device'} of that name is there that was not made for this VIF (alias "${link.alias}"); ${remedyFor(link, kind)}`;
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

/** The difference with names of devices instead of indexes. */
export async function named(difference: Difference, { host }: ElementContext): Promise<Difference> {
  const { property, want, have } = difference;
  if (property !== 'lower' && property !== 'master') return difference;
  const nameOf = async (index: unknown) =>
    typeof index === 'number' && index > 0 ? (await host.links.get(index))?.name : undefined;
  return { property, want: await nameOf(want), have: await nameOf(have) };
}
