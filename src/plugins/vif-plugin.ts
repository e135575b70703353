/** The interface of a plugin. A plugin plugs some classes of VIFs. */

import type { PlugResult } from '../errors/plug-result.ts';
import { NotAVifError, UnsupportedVIFError } from '../errors/plugin.ts';
import type { Host } from '../host-contract/host.ts';
import type { HostPluginInfo } from '../objects/host-info.ts';
import type { InstanceInfo } from '../objects/instance-info.ts';
import { VIFBase } from '../objects/vif.ts';
import type { Adoption } from '../wiring/adopt.ts';
import type { PlannedStep } from '../wiring/check.ts';
import type { CheckNote, Deletions, ElementDrift } from '../wiring/elements/verbs.ts';
import type { Garbage } from '../wiring/garbage.ts';
import type { WaitFor } from '../wiring/ovs/wait-for.ts';
import type { Wiring } from '../wiring/wiring.ts';

/** A plugin. `vif.plugin` selects it by the `pluginName` that `describe` returns. */
export interface VIFPlugin {
  /** The name of the plugin, and the VIF classes and versions that it supports. */
  describe(): HostPluginInfo;
  /**
   * Creates the host side of the VIF. The call is idempotent. A plugin that does not know its
   * changes returns nothing.
   */
  plug(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<PlugResult> | Promise<void>;
  /**
   * Removes the devices and rows that plug created. The call is idempotent. The result is that of
   * plug.
   */
  unplug(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<PlugResult> | Promise<void>;
  /** Returns the drift: the differences between the host and the state that plug creates. Changes nothing. */
  check?(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<ElementDrift[]>;
  /** Returns the steps that plug would take now. Changes nothing. */
  plan?(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<PlannedStep[]>;
  /**
   * Adds the owner tag of the VIF to devices and rows that another program created for it.
   * Changes nothing else.
   */
  adopt?(vif: VIFBase, instance: InstanceInfo, dryRun: boolean, context: PluginContext): Promise<Adoption>;
  /** Returns the elements that plug creates, for graphs and garbage collection. Changes nothing. */
  wiring?(vif: VIFBase, instance: InstanceInfo, context: PluginContext): Promise<Wiring>;
  /**
   * Removes the resources of this plugin, other than network devices, that have the tag of a VIF outside of
   * `owners` (ids of VIFs). Returns the removed resources. With `dryRun` it changes nothing.
   */
  collectGarbage?(owners: ReadonlySet<string>, dryRun: boolean, context: PluginContext): Promise<Garbage[]>;
}

/** The host and the signal of one call. */
export interface PluginContext {
  /**
   * The host to change. `host.netns` is its network namespace, for programs that the plugin starts by itself.
   */
  readonly host: Host;
  /** Ends the call when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Receives facts that a check tells beside the drift. */
  readonly onNote?: ((note: CheckNote) => void) | undefined;
  /** Deletes the devices of several unplugs together. */
  readonly deletions?: Deletions | undefined;
  /** A plug waits for this, in place of the option of the plugin. */
  readonly waitFor?: WaitFor | undefined;
}

/**
 * Returns the VIF.
 *
 * @throws NotAVifError for every other value, such as an object of another copy of this library
 */
export function requireVIFBase(value: VIFBase): VIFBase {
  if (value instanceof VIFBase) return value;
  throw new NotAVifError(value);
}

/** Returns the VIF as an object of the class. @throws UnsupportedVIFError for a VIF of another class */
export function requireVIF<V extends VIFBase>(
  plugin: Pick<VIFPlugin, 'describe'>,
  vif: VIFBase,
  type: { new (): V; readonly objectName: string },
): V {
  requireVIFBase(vif);
  if (vif instanceof type) return vif;
  throw new UnsupportedVIFError(plugin.describe().pluginName ?? '', type.objectName, vif.type);
}
