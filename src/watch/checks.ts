/** The checks of a watch. */

import type { PluginCall } from '../calls.ts';
import { canonicalUuid } from '../text/uuid.ts';
import type { ElementDrift } from '../wiring/elements/verbs.ts';
import { recordingReads } from './reads.ts';
import type { WatchedVIF } from './watched-vif.ts';

/** The drift that a check has found, and the names that it has read. */
export interface Checked {
  readonly drifts: readonly ElementDrift[];
  readonly names: ReadonlySet<string>;
}

/** Checks a VIF, and notes the names that the check reads. */
export const checkAndRecord: PluginCall<'check', Checked> = async (plugin, { vif, instance }, context) => {
  const { host, names } = recordingReads(context.host, canonicalUuid(vif.require('id').id));
  return { drifts: await plugin.check(vif, instance, { ...context, host }), names };
};

/** The VIFs of each plugin. */
export function byPlugin(vifs: readonly WatchedVIF[]): WatchedVIF[][] {
  const groups = new Map<string, WatchedVIF[]>();
  for (const vif of vifs) {
    const { plugin = '' } = vif.attachment.vif;
    groups.set(plugin, [...(groups.get(plugin) ?? []), vif]);
  }
  return [...groups.values()];
}
