/** Loads a plugin from a package or a path. */

import { PluginError } from '../errors/plugin.ts';
import { messageOf } from '../text/message-of.ts';
import { loadModule, type ModulePurpose } from './load-module.ts';
import type { VIFPlugin } from './vif-plugin.ts';

const PLUGIN: ModulePurpose = {
  what: 'plugin package',
  failure: (message, options) => new PluginError(message, options),
};

/**
 * Loads a plugin. The module exports `plugin`: a VIFPlugin, a class whose constructor takes the
 * options, or a function that returns the VIFPlugin for the options, or a promise of it. For `name`
 * and `folder` see {@link loadModule}.
 *
 * @throws PluginError if the package or file is missing, cannot be loaded, exports no plugin, or
 *   refuses the options
 */
export async function loadPlugin(name: string, folder?: string, options: object = {}): Promise<VIFPlugin> {
  const { plugin: exported } = await loadModule(name, folder, PLUGIN);
  const plugin = typeof exported === 'function' ? await create(name, exported, options) : exported;
  if (!isPlugin(plugin))
    throw new PluginError(`the package ${name} exports no \`plugin\` with describe(), plug() and unplug()`);
  if (plugin === exported && Object.keys(options).length > 0)
    throw new PluginError(
      `the plugin ${name} takes no options: it exports neither a class nor a function as \`plugin\``,
    );
  return plugin;
}

// A class and a function have the same type.
// biome-ignore lint/complexity/noBannedTypes: see above
async function create(name: string, maker: Function, options: object): Promise<unknown> {
  try {
    const isClass = typeof Reflect.get(Object(maker.prototype), 'describe') === 'function';
    return await (isClass ? Reflect.construct(maker, [options]) : Reflect.apply(maker, undefined, [options]));
  } catch (cause) {
    throw new PluginError(`the plugin ${name} cannot be created with its options: ${messageOf(cause)}`, { cause });
  }
}

function isPlugin(value: unknown): value is VIFPlugin {
  if (typeof value !== 'object' || value === null) return false;
  return ['describe', 'plug', 'unplug'].every((verb) => typeof Reflect.get(value, verb) === 'function');
}
