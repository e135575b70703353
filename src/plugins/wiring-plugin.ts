/** A plugin that describes the elements of a VIF. The wiring engine creates, checks and removes them. */

import type { PlugResult } from '../errors/plug-result.ts';
import type { Host } from '../host-contract/host.ts';
import type { HostPluginInfo } from '../objects/host-info.ts';
import type { InstanceInfo } from '../objects/instance-info.ts';
import type { VIFBase } from '../objects/vif.ts';
import { type Adoption, adopt } from '../wiring/adopt.ts';
import { apply } from '../wiring/apply.ts';
import { check, type PlannedStep, plan } from '../wiring/check.ts';
import { resultOf } from '../wiring/done-steps/result.ts';
import type { ElementContext, ElementDrift } from '../wiring/elements/verbs.ts';
import { remove } from '../wiring/remove.ts';
import type { Wiring } from '../wiring/wiring.ts';
import type { PluginContext, VIFPlugin } from './vif-plugin.ts';

/** The base of plugins that describe a wiring. A subclass implements `describe` and `wire`. */
export abstract class WiringPlugin implements VIFPlugin {
  abstract describe(): HostPluginInfo;

  /**
   * The elements of this VIF, in the order of their creation.
   * A pure function: it does not read or change the host.
   */
  abstract wire(vif: VIFBase, instance: InstanceInfo): Wiring;

  /**
   * The elements on this host, for wirings that depend on the host, such as on a PCI device. Changes nothing.
   * Default: `wire`.
   */
  async wireOn(_host: Host, vif: VIFBase, instance: InstanceInfo): Promise<Wiring> {
    return this.wire(vif, instance);
  }

  /** The elements that an unplug removes. Default: the result of `wireOn`. */
  async unwireOn(host: Host, vif: VIFBase, instance: InstanceInfo): Promise<Wiring> {
    return await this.wireOn(host, vif, instance);
  }

  async plug(vif: VIFBase, instance: InstanceInfo, { host, signal }: PluginContext): Promise<PlugResult> {
    return resultOf(await apply(await this.wireOn(host, vif, instance), contextOf(vif, host), signal));
  }

  async unplug(vif: VIFBase, instance: InstanceInfo, { host, signal, deletions }: PluginContext): Promise<PlugResult> {
    return resultOf(
      await remove(await this.unwireOn(host, vif, instance), { ...contextOf(vif, host), deletions }, signal),
    );
  }

  async check(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<ElementDrift[]> {
    const { host, signal, onNote } = context;
    const wiring = await this.wireOn(host, vif, instance);
    return await check(wiring, contextOf(vif, host, signal, onNote));
  }

  async plan(vif: VIFBase, instance: InstanceInfo, { host, signal }: PluginContext): Promise<PlannedStep[]> {
    return plan(await this.wireOn(host, vif, instance), contextOf(vif, host, signal));
  }

  async adopt(vif: VIFBase, instance: InstanceInfo, dryRun: boolean, context: PluginContext): Promise<Adoption> {
    const { host, signal } = context;
    return adopt(await this.wireOn(host, vif, instance), contextOf(vif, host, signal), { dryRun });
  }

  async wiring(vif: VIFBase, instance: InstanceInfo, { host }: PluginContext): Promise<Wiring> {
    return await this.wireOn(host, vif, instance);
  }
}

function contextOf(vif: VIFBase, host: Host, signal?: AbortSignal, onNote?: ElementContext['onNote']): ElementContext {
  const { id } = vif.require('id');
  return { host, owner: id, signal, onNote };
}
