/** The options of `OsVif.open()`, and the host and the plugins that they name. */

import { ArgumentError, type OptionKinds, requireOptions } from './errors/argument.ts';
import { arrayOf, BOOLEAN, MILLISECONDS, OBJECT, TEXT, type ValueKind } from './errors/value-kinds.ts';
import type { LinuxHostOptions } from './host/linux/linux-parts.ts';
import type { Host } from './host-contract/host.ts';
import { builtInPlugins } from './plugins/built-in-plugins.ts';
import type { VIFPlugin } from './plugins/vif-plugin.ts';
import { listed } from './text/bounds.ts';
import { isRecord } from './text/is-record.ts';

/**
 * The options of `OsVif.open()`. Without `host`, OsVif opens a LinuxHost with the options `netns`,
 * `ovsdb` and `sysfsRoot`, and closes it.
 */
export interface OsVifOptions extends LinuxHostOptions {
  /** The host to plug into. Default: a LinuxHost. */
  readonly host?: Host;
  /** `OsVif.close()` also closes the given `host`. Default: false. */
  readonly closeHost?: boolean;
  /**
   * Plugins, or names of packages that export `plugin`.
   * Default: all plugins of this library with default options.
   */
  readonly plugins?: readonly (VIFPlugin | string)[];
  /** The default timeout of a call, in milliseconds. 0: no limit. Default: 60,000. */
  readonly timeout?: number;
}

const OF_LINUX_HOST: OptionKinds<LinuxHostOptions> = { netns: TEXT, ovsdb: OBJECT, sysfsRoot: TEXT };
const HOST: ValueKind = {
  expected: 'a host, such as a LinuxHost, a RemoteHost or a MemoryHost',
  accepts: (value) => isRecord(value) && isRecord(value.links) && typeof value.close === 'function',
};
const PLUGIN: ValueKind = {
  expected: 'a plugin',
  accepts: (value) => typeof value === 'string' || (isRecord(value) && typeof value.describe === 'function'),
};
const PLUGINS = arrayOf(PLUGIN, 'plugins and names of packages');
const OPTIONS: OptionKinds<OsVifOptions> = {
  host: HOST,
  closeHost: BOOLEAN,
  plugins: PLUGINS,
  timeout: MILLISECONDS,
  ...OF_LINUX_HOST,
};

/** Throws ArgumentError if an option is wrong, or if two options contradict each other. */
export function requireOpenOptions(options: OsVifOptions): void {
  const call = 'OsVif.open';
  requireOptions(call, options, OPTIONS);
  const { host, closeHost } = options;
  if (host === undefined) {
    if (closeHost === undefined) return;
    throw new ArgumentError(
      call,
      'the option closeHost needs the option host: OsVif always closes a host that it opens',
    );
  }
  const others = Object.entries(options).filter(
    ([name, value]) => Object.hasOwn(OF_LINUX_HOST, name) && value !== undefined,
  );
  if (others.length > 0)
    throw new ArgumentError(
      call,
      `the option host excludes ${listed(others.map(([name]) => name))}: give ${others.length === 1 ? 'it' : 'them'} to LinuxHost.open, or leave host out`,
    );
}

/** Returns the plugins by their names. @throws PluginError if a plugin package cannot be loaded */
export async function pluginsOf({ plugins = builtInPlugins() }: OsVifOptions): Promise<ReadonlyMap<string, VIFPlugin>> {
  const load = async (name: string) => (await inNode()).loadPlugin(name);
  const loaded = await Promise.all(plugins.map((plugin) => (typeof plugin === 'string' ? load(plugin) : plugin)));
  return new Map(loaded.map((plugin) => [plugin.describe().require('pluginName').pluginName, plugin]));
}

/** Returns the given host or a new LinuxHost, and whether `OsVif.close()` closes it. */
export async function hostOf({
  host,
  closeHost = false,
  plugins,
  timeout,
  ...ofLinuxHost
}: OsVifOptions): Promise<{ readonly host: Host; readonly closesHost: boolean }> {
  if (host !== undefined) return { host, closesHost: closeHost };
  return { host: await (await inNode()).openLocalHost(ofLinuxHost), closesHost: true };
}

// Imported on first use, so that package.json can put another file in its place for browsers.
const inNode = () => import('./in-node.ts');
