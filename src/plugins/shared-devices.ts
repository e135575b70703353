/** Finds the shared devices of VIFs in the wirings of their plugins. */

import { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';
import { sharedDevicesOf } from '../wiring/shared-device-lock.ts';
import { eachInRounds } from '../wiring/timing.ts';
import type { PluginContext, VIFPlugin } from './vif-plugin.ts';

/** The names of shared devices do not depend on the instance. */
const ANY_INSTANCE = new InstanceInfo({ uuid: '00000000-0000-0000-0000-000000000000', name: '' });

const EVERY_NAME = { has: () => true };

/**
 * The names of the shared devices that these VIFs use. The result has every name if the wiring of a VIF is
 * unknown, because its plugin is not loaded or the wiring depends on a missing device.
 */
export async function sharedDevicesInUse(
  vifs: readonly VIFBase[],
  plugins: ReadonlyMap<string, VIFPlugin>,
  context: PluginContext,
): Promise<Pick<ReadonlySet<string>, 'has'>> {
  const names = new Set<string>();
  let isComplete = true;
  await eachInRounds(vifs, async (vif) => {
    const plugin = plugins.get(vif.plugin ?? '');
    isComplete &&= plugin !== undefined;
    if (plugin === undefined || !isComplete) return;
    try {
      const wiring = (await plugin.wiring?.(vif, ANY_INSTANCE, context)) ?? [];
      for (const name of sharedDevicesOf(wiring)) names.add(name);
    } catch {
      context.signal?.throwIfAborted();
      isComplete = false;
    }
  });
  return isComplete ? names : EVERY_NAME;
}
