/**
 * The owner tag. The tag of a device is its alias, or its interface group until the alias is set. The tag of
 * an OVSDB row is a key of its external_ids. Ids of VIFs in tags have the canonical form. The functions here
 * accept every form of an id and return the canonical form.
 */

import { canonicalUuid } from '../text/uuid.ts';
import { birthGroup, hasBirthMark } from './interface-groups.ts';
import type { Link } from './links.ts';

const PREFIX = 'os-vif:';

/** The owner of a device that several VIFs use. Its alias has this word in place of the id of a VIF. */
export const SHARED_OWNER = 'shared';

/** The ifalias of each device that os-vif creates for an owner: `os-vif:` and the id of the VIF. */
export function aliasOf(owner: string): string {
  return `${PREFIX}${canonicalUuid(owner)}`;
}

/**
 * The owner in the alias of the device.
 * Undefined for a device of another program, and for one without an alias yet.
 */
export function ownerOf(link: Pick<Link, 'alias'>): string | undefined {
  return link.alias.startsWith(PREFIX) ? canonicalUuid(link.alias.slice(PREFIX.length)) : undefined;
}

/**
 * Whether the device belongs to this owner, also when the process that created it was killed before
 * it set the alias.
 */
export function isOwnedBy(link: Link, owner: string): boolean {
  if (link.alias === '') return link.group === birthGroup(aliasOf(owner));
  // Most ids are canonical, and a comparison of texts takes a fraction of the time of two UUIDs.
  return link.alias === PREFIX + owner || ownerOf(link) === canonicalUuid(owner);
}

/**
 * Whether os-vif created the device and was killed before it set the alias. `ownerOf` then returns undefined.
 */
export function isUnnamed(link: Link): boolean {
  return link.alias === '' && hasBirthMark(link);
}

/** Key in the external_ids of a port or bridge of Open vSwitch. Its value is the owner. */
export const OWNER_KEY = 'os-vif';

/** Key in the external_ids of an interface of Open vSwitch. Its value is the id of the Neutron port. */
export const IFACE_ID_KEY = 'iface-id';

/**
 * Key in the external_ids of the port of a representor. Its value is the PCI address of the virtual function.
 */
const FUNCTION_KEY = 'os-vif-pci';

/** The external_ids of a port or bridge that os-vif creates for an owner. */
export function ownerTag(owner: string, pciAddress?: string): Readonly<Record<string, string>> {
  return {
    [OWNER_KEY]: canonicalUuid(owner),
    ...(pciAddress !== undefined && { [FUNCTION_KEY]: pciAddress.toLowerCase() }),
  };
}

/** A row of a table with the column `external_ids`. */
interface TaggedRow {
  readonly externalIds: Readonly<Record<string, string>>;
}

/** The owner of a port or bridge. Undefined for one that another program created. */
export function ownerOfRow(row: TaggedRow): string | undefined {
  const owner = row.externalIds[OWNER_KEY];
  return owner === undefined ? undefined : canonicalUuid(owner);
}

/** The `iface-id` in the external_ids of an interface of Open vSwitch, in canonical form. */
export function ifaceIdOfRow(row: TaggedRow): string | undefined {
  const ifaceId = row.externalIds[IFACE_ID_KEY];
  return ifaceId === undefined ? undefined : canonicalUuid(ifaceId);
}

/**
 * The names that `Changes.names` has for a changed row.
 * @param name the name of the row. A row of the table QoS has its UUID instead
 */
export function changedNames(name: string, row: TaggedRow): string[] {
  return [...new Set([name, ownerOfRow(row), ifaceIdOfRow(row)])].filter((each) => each !== undefined);
}

/** The PCI address of the virtual function whose representor the port is. */
export function functionOfRow(row: TaggedRow): string | undefined {
  return row.externalIds[FUNCTION_KEY];
}
