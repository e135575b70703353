/**
 * The parts of `OsVif.open` that a browser does not have. The field `browser` of package.json tells bundlers to
 * take this file in place of `in-node.ts`.
 */

import { UnsupportedHostError } from './errors/host.ts';
import { PluginError } from './errors/plugin.ts';
import type { Host } from './host-contract/host.ts';
import type { VIFPlugin } from './plugins/vif-plugin.ts';
import { describeValue } from './text/describe-value.ts';

/** @throws PluginError always */
export async function loadPlugin(name: string): Promise<VIFPlugin> {
  throw new PluginError(
    `the plugin package ${describeValue(name)} cannot be loaded in a browser: import the plugin and give the object`,
  );
}

/** @throws UnsupportedHostError always */
export async function openLocalHost(): Promise<Host> {
  throw new UnsupportedHostError(
    'OsVif.open without the option host opens a LinuxHost, which a browser does not have: give host, for example a MemoryHost',
  );
}
