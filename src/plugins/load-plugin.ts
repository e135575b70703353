/** Finds a plugin that is named as a package. */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PluginError } from '../errors/plugin.ts';
import type { VIFPlugin } from './vif-plugin.ts';

/**
 * @param name of a package that exports `plugin`, a VIFPlugin; looked for beside this package and in the working directory
 * @throws PluginError when there is no such package, or it has no plugin
 */
export async function loadPlugin(name: string): Promise<VIFPlugin> {
  const { plugin } = await importPackage(name);
  if (isPlugin(plugin)) return plugin;
  throw new PluginError(`the package ${name} exports no \`plugin\` with describe(), plug() and unplug()`);
}

async function importPackage(name: string): Promise<{ readonly plugin?: unknown }> {
  try {
    return await import(name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'))
      throw failure(name, error);
  }
  try {
    const path = createRequire(join(process.cwd(), 'package.json')).resolve(name);
    return await import(pathToFileURL(path).href);
  } catch (error) {
    throw failure(name, error);
  }
}

function failure(name: string, cause: unknown): PluginError {
  const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
  return new PluginError(`the plugin package ${name} can't be loaded: ${reason}; is it installed?`, { cause });
}

function isPlugin(value: unknown): value is VIFPlugin {
  if (typeof value !== 'object' || value === null) return false;
  return ['describe', 'plug', 'unplug'].every((verb) => typeof Reflect.get(value, verb) === 'function');
}
