/** Loads a plugin from a package or a path. The working directory and NODE_PATH have no effect. */

import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PluginError } from '../errors/plugin.ts';
import type { VIFPlugin } from './vif-plugin.ts';

/** Package names that npm allows, with or without a scope. */
const PACKAGE_NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/** Whether the text is a package name, an absolute path, or a path that starts with `./` or `../`. */
export function isPluginName(name: string): boolean {
  return PACKAGE_NAME.test(name) || isPath(name);
}

/**
 * Loads a plugin. The function searches for a package in `node_modules` of `folder`, then in the folders in
 * which Node finds the packages of os-vif.
 *
 * @param name the name of a package, or the path of a module; it exports `plugin`, a VIFPlugin
 * @param folder the base of relative paths, and the first folder to search for packages; without it a
 *   path must be absolute
 * @throws PluginError if the package or file is missing, cannot be loaded, or exports no plugin
 */
export async function loadPlugin(name: string, folder?: string): Promise<VIFPlugin> {
  const { plugin } = await importModule(name, await locate(name, folder));
  if (isPlugin(plugin)) return plugin;
  throw new PluginError(`the package ${name} exports no \`plugin\` with describe(), plug() and unplug()`);
}

/** The URL of the module. */
async function locate(name: string, folder: string | undefined): Promise<string> {
  if (isPath(name)) return pathToFileURL(await moduleAt(name, folder)).href;
  if (!PACKAGE_NAME.test(name))
    throw new PluginError(`${JSON.stringify(name)} does not name a plugin: expected the name of a package, or a path`);
  const beside = folder === undefined ? undefined : join(folder, 'node_modules', name);
  if (beside !== undefined && (await isFolder(beside))) return pathToFileURL(await entryOf(name, beside)).href;
  try {
    return import.meta.resolve(name);
  } catch (cause) {
    const places = beside === undefined ? 'beside os-vif' : `in ${beside} and beside os-vif`;
    throw new PluginError(`the plugin package ${name} cannot be found ${places}: install it`, { cause });
  }
}

function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.\.?\//.test(name);
}

async function moduleAt(name: string, folder: string | undefined): Promise<string> {
  if (folder === undefined && !isAbsolute(name))
    throw new PluginError(`the plugin ${name} has a relative path and no configuration file: write an absolute path`);
  const path = resolve(folder ?? '/', name);
  return (await isFolder(path)) ? entryOf(name, path) : path;
}

/**
 * The entry point of a package for `import`: https://nodejs.org/api/packages.html, "Package entry points".
 */
async function entryOf(name: string, folder: string): Promise<string> {
  let manifest: { readonly exports?: unknown; readonly main?: unknown };
  try {
    manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  } catch (cause) {
    if (!isMissing(cause)) throw failure(name, cause);
    manifest = {};
  }
  const { exports, main } = manifest;
  const entry = exports === undefined ? (main ?? 'index.js') : targetOf(exports);
  if (typeof entry !== 'string') throw new PluginError(`the package.json of the plugin ${name} exports no module`);
  const path = resolve(folder, entry);
  if (relative(folder, path).startsWith('..'))
    throw new PluginError(`the package.json of the plugin ${name} names ${entry}, which is not in the package`);
  return path;
}

/** The conditions that Node uses for `import`. */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default']);

function targetOf(exports: unknown): unknown {
  if (Array.isArray(exports)) return targetOf(exports[0]);
  if (typeof exports !== 'object' || exports === null) return exports;
  const members: [string, unknown][] = Object.entries(exports);
  const [, target] = members.find(([key]) => key === '.' || CONDITIONS.has(key)) ?? [];
  return targetOf(target);
}

async function importModule(name: string, url: string): Promise<{ readonly plugin?: unknown }> {
  try {
    return await import(url);
  } catch (error) {
    throw failure(name, error);
  }
}

/**
 * The error for a plugin that cannot be loaded.
 * Node's message names the missing module: the plugin, or one of its imports.
 */
function failure(name: string, cause: unknown): PluginError {
  const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
  const advice = isMissing(cause) ? '; install the dependencies of the plugin in its own folder' : '';
  return new PluginError(`the plugin package ${name} cannot be loaded: ${reason}${advice}`, { cause });
}

const MISSING = new Set(['ENOENT', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && MISSING.has(String(error.code));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isPlugin(value: unknown): value is VIFPlugin {
  if (typeof value !== 'object' || value === null) return false;
  return ['describe', 'plug', 'unplug'].every((verb) => typeof Reflect.get(value, verb) === 'function');
}
