/** A plugin that says what a plugged VIF is made of, and leaves the doing to the wiring engine. */

import type { HostPluginInfo } from '../objects/host-info.ts';
import type { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';
import { apply } from '../wiring/apply.ts';
import type { Site } from '../wiring/elements/verbs.ts';
import { remove } from '../wiring/remove.ts';
import type { Wiring } from '../wiring/wiring.ts';
import type { PluginContext, VIFPlugin } from './vif-plugin.ts';

/** Extend it with `describe` and `wire`, and all verbs work. */
export abstract class WiringPlugin implements VIFPlugin {
  abstract describe(): HostPluginInfo;

  /** The elements of this VIF, in the order in which they are made. A pure function: it asks and changes nothing. */
  abstract wire(vif: VIFBase, instance: InstanceInfo): Wiring;

  async plug(vif: VIFBase, instance: InstanceInfo, { host, signal }: PluginContext): Promise<void> {
    await apply(this.wire(vif, instance), siteOf(vif, host), signal);
  }

  async unplug(vif: VIFBase, instance: InstanceInfo, { host, signal }: PluginContext): Promise<void> {
    await remove(this.wire(vif, instance), siteOf(vif, host), signal);
  }
}

function siteOf(vif: VIFBase, host: Site['host']): Site {
  const { id } = vif.require('id');
  return { host, owner: id };
}
