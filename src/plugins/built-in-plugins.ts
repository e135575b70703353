/** The plugins of this library. */

import { LinuxBridgePlugin } from './linux-bridge-plugin.ts';
import { MacvtapPlugin } from './macvtap-plugin.ts';
import { NoopPlugin } from './noop-plugin.ts';
import { OvsPlugin } from './ovs/ovs-plugin.ts';
import type { PluginOptions } from './plugin-options.ts';
import { TapPlugin } from './tap-plugin.ts';
import type { VIFPlugin } from './vif-plugin.ts';

/**
 * The options of each plugin, by its name. null, or no entry: default options. false: the plugin is left out.
 */
export type PluginChoices = { readonly [Name in keyof PluginOptions]?: PluginOptions[Name] | null | false };

/** The names of the plugins of this library. */
export const BUILT_IN_PLUGINS: readonly string[] = ['tap', 'linux_bridge', 'macvtap', 'ovs', 'noop'];

/** Creates the plugins of this library with the given options. */
export function builtInPlugins({ tap, linux_bridge, macvtap, ovs, noop }: PluginChoices = {}): VIFPlugin[] {
  const made = [
    tap !== false && new TapPlugin(tap ?? {}),
    linux_bridge !== false && new LinuxBridgePlugin(linux_bridge ?? {}),
    macvtap !== false && new MacvtapPlugin(macvtap ?? {}),
    ovs !== false && new OvsPlugin(ovs ?? {}),
    noop !== false && new NoopPlugin(),
  ];
  return made.filter((plugin) => plugin !== false);
}
