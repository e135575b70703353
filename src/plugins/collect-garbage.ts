/** Garbage collection of a host with all its plugins. */

import type { VIFBase } from '../objects/vif.ts';
import { canonicalUuid } from '../text/uuid.ts';
import { collectGarbage } from '../wiring/collect-garbage.ts';
import type { Garbage } from '../wiring/garbage.ts';
import { eachInRounds } from '../wiring/timing.ts';
import { sharedDevicesInUse } from './shared-devices.ts';
import { type PluginContext, requireVIFBase, type VIFPlugin } from './vif-plugin.ts';

/**
 * Removes the resources of VIFs that are not among the valid ones. With `dryRun`, changes nothing.
 * @returns the removed resources
 */
export async function collectFor(
  validVifs: readonly VIFBase[],
  plugins: ReadonlyMap<string, VIFPlugin>,
  dryRun: boolean,
  context: PluginContext,
): Promise<Garbage[]> {
  const owners = new Set<string>();
  await eachInRounds(validVifs, (vif) => void owners.add(canonicalUuid(requireVIFBase(vif).require('id').id)));
  const names = await sharedDevicesInUse(validVifs, plugins, context);
  const garbage: Garbage[] = [];
  // Ports of Open vSwitch are removed before their devices.
  for (const plugin of plugins.values())
    garbage.push(...((await plugin.collectGarbage?.(owners, dryRun, context)) ?? []));
  return [...garbage, ...(await collectGarbage(context.host, { owners, names }, { dryRun }))];
}
