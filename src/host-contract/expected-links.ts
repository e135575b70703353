/** Compare-and-set for network devices: a request contains the devices as its caller saw them. */

import { NetlinkError } from '../errors/kernel.ts';
import { describeValue } from '../text/describe-value.ts';
import type { ExpectedLink, Link } from './links.ts';

/**
 * Throws unless each expected device still exists and still has the properties that the caller saw.
 *
 * @param found the devices at the expected indexes, as they are now
 * @throws NetlinkError with ENODEV for a missing device, with ESTALE for a device that has changed
 */
export function requireExpectedLinks(what: string, expected: readonly ExpectedLink[], found: readonly Link[]): void {
  for (const link of expected) {
    const fault = faultOf(link, found);
    if (fault !== undefined) throw new NetlinkError(what, fault.errno, fault.text);
  }
}

/** Whether the device at this index is still the one that the caller saw. */
export function isExpected(link: ExpectedLink, found: readonly Link[]): boolean {
  return faultOf(link, found) === undefined;
}

/**
 * The name of the device at this index for messages: from the expected devices, or else `link` and the index.
 */
export function nameIn(expected: readonly ExpectedLink[], index: number): string {
  return expected.find((link) => link.index === index)?.name ?? `link ${index}`;
}

/**
 * The index and the name of a device.
 * An index alone does not identify a device, because the kernel can use it again.
 */
export function identityOf({ index, name }: Link): ExpectedLink {
  return { index, name };
}

const COMPARED = ['name', 'kind', 'alias', 'group', 'master'] as const;

function faultOf(
  expected: ExpectedLink,
  found: readonly Link[],
): { readonly errno: string; readonly text: string } | undefined {
  const link = found.find(({ index }) => index === expected.index);
  if (link === undefined) return { errno: 'ENODEV', text: `no such device: ${expected.name ?? expected.index}` };
  const changed = COMPARED.find(
    (property) => expected[property] !== undefined && expected[property] !== link[property],
  );
  if (changed === undefined) return undefined;
  const [want, have] = [describeValue(expected[changed]), describeValue(link[changed])];
  return { errno: 'ESTALE', text: `${link.name} has changed: ${changed} was ${want} and is now ${have}` };
}
