/**
 * Adoption: gives the tag of a VIF to devices and rows that another program made under the names of the VIF.
 */

import type { Host } from '../host-contract/host.ts';
import { interceptHost } from '../host-contract/intercept.ts';
import type { Link } from '../host-contract/links.ts';
import { aliasOf } from '../host-contract/ownership.ts';
import { canonicalUuid } from '../text/uuid.ts';
import { check } from './check.ts';
import { abortableHost } from './deadline.ts';
import type { Adopted, ElementContext, ElementDrift } from './elements/verbs.ts';
import { stepsOf } from './steps.ts';
import type { Wiring } from './wiring.ts';

/** The result of an adoption. */
export interface Adoption {
  /** The devices and rows that got the tag. With `dryRun`, those that would get it. */
  readonly adopted: readonly Adopted[];
  /**
   * The differences that are left between the host and the wiring. A plug fails because of a `conflict`, and
   * removes the other differences.
   */
  readonly drifts: readonly ElementDrift[];
}

/**
 * Tags each device and row of the wiring that has the right kind and no owner. Changes nothing else.
 * Devices and rows of another owner keep their tags and are reported as drifts.
 */
export async function adopt(
  wiring: Wiring,
  context: ElementContext,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<Adoption> {
  const { host } = abortableHost(context.host, context.signal);
  const owned = { ...context, host, owner: canonicalUuid(context.owner) };
  const adopted: Adopted[] = [];
  for (const step of stepsOf(wiring)) {
    context.signal?.throwIfAborted();
    step.validate();
    adopted.push(...(await step.adopt(owned, dryRun)));
  }
  if (!dryRun) return { adopted, drifts: await check(wiring, owned) };
  const names = new Set(adopted.map(({ on }) => on));
  const drifts = await check(wiring, { ...owned, host: asAdopted(host, names, owned.owner) });
  // On a dry run, a bridge of Open vSwitch has no tag yet and would be reported as a conflict.
  return { adopted, drifts: drifts.filter(({ type, on }) => type !== 'conflict' || !names.has(on)) };
}

/** Returns a view of the host in which these devices have the tag. */
function asAdopted(host: Host, names: ReadonlySet<string>, owner: string): Host {
  const tagged = (link: unknown) => (isLink(link) && names.has(link.name) ? { ...link, alias: aliasOf(owner) } : link);
  return interceptHost(host, async ({ port, changes }, proceed) => {
    const result = await proceed();
    if (port !== 'links' || changes) return result;
    return Array.isArray(result) ? result.map(tagged) : tagged(result);
  });
}

function isLink(value: unknown): value is Link {
  return typeof value === 'object' && value !== null && 'alias' in value && 'name' in value;
}
