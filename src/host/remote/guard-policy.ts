/** The policy of a helper for source guards: a client guards its own devices only. */

import { HelperRefusalError } from '../../errors/helper.ts';
import type { SourceGuard } from '../../host-contract/guards/source-guards.ts';
import type { Host } from '../../host-contract/host.ts';
import { aliasOf, ownerOf } from '../../host-contract/ownership.ts';
import type { Policy } from './policy.ts';

/**
 * Checks a new guard. A guard without the right addresses cuts the device off, so that the device
 * must belong to the VIF of the guard, or the configuration of the helper must name it. If another
 * program will make the device, the client must be allowed to create a device of that name.
 *
 * @throws HelperRefusalError if the client may not guard the device
 */
export async function requireGuardable(guard: SourceGuard, host: Host, policy: Policy): Promise<void> {
  const { device, owner, anyDevice } = guard;
  const link = await host.links.get(device);
  if (link === undefined) {
    if (anyDevice) await policy.create({ kind: 'tap', name: device, alias: aliasOf(owner) });
    return;
  }
  await policy.deleteRules(device);
  const present = ownerOf(link);
  if (present !== undefined && present !== owner)
    throw new HelperRefusalError(`${device} belongs to ${present}, so VIF ${owner} cannot have a source guard on it`);
}
