/** What a plugin is: the code that knows how to plug some kinds of VIFs. */

import { NotAVifError, UnsupportedVIFError } from '../errors/plugin.ts';
import type { Host } from '../host-contract/host.ts';
import type { HostPluginInfo } from '../objects/host-info.ts';
import type { InstanceInfo } from '../objects/instance-info.ts';
import { VIFBase } from '../objects/vif.ts';
import type { Adoption } from '../wiring/adopt.ts';
import type { ElementDrift, PlannedStep } from '../wiring/check.ts';
import type { DeletionQueue } from '../wiring/deletion-queue.ts';
import type { Garbage } from '../wiring/garbage.ts';
import type { Wiring } from '../wiring/wiring.ts';

/** A plugin, whatever way it works; `vif.plugin` chooses it by the name that it describes itself with. */
export interface VIFPlugin {
  /** Its name, and the VIF objects and versions that it takes. */
  describe(): HostPluginInfo;
  /** Makes the host side of the VIF. Doing it again changes nothing. */
  plug(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<void>;
  /** Takes away what plug made. Doing it again is fine. */
  unplug(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<void>;
  /** Every way in which the host differs from what plug makes; changes nothing. */
  check?(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<ElementDrift[]>;
  /** What plug would do now; changes nothing. */
  plan?(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<PlannedStep[]>;
  /** Gives the tag of the VIF to what another program made for it; changes nothing else. */
  adopt?(vif: VIFBase, instance: InstanceInfo, dryRun: boolean, context: PluginContext): Promise<Adoption>;
  /** The elements that plug makes, for pictures; changes nothing. */
  wiring?(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<Wiring>;
  /** Removes what it made, other than network devices, for VIFs that are not among the owners (ids); with `dryRun` only tells. */
  collectGarbage?(owners: ReadonlySet<string>, dryRun: boolean, context: PluginContext): Promise<Garbage[]>;
}

/** What a plugin gets for one call. */
export interface PluginContext {
  /** The host to change. `host.netns` is its network namespace, for programs that the plugin starts by itself. */
  readonly host: Host;
  /** Aborted when the call is to end. */
  readonly signal?: AbortSignal | undefined;
  /** Deletes the devices of several unplugs together. */
  readonly deletions?: DeletionQueue | undefined;
}

/** @throws NotAVifError for everything else, such as an object of another copy of this library */
export function requireVIFBase(value: VIFBase): VIFBase {
  if (value instanceof VIFBase) return value;
  throw new NotAVifError(value);
}

/** The VIF as the class that the plugin takes. */
export function requireVIF<V extends VIFBase>(plugin: Pick<VIFPlugin, 'describe'>, vif: VIFBase, type: new () => V): V {
  if (vif instanceof type) return vif;
  throw new UnsupportedVIFError(plugin.describe().pluginName ?? '', type.name, vif.constructor.name);
}
