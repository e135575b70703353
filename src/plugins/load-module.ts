/**
 * Loads modules of other packages by name or path. The working directory and NODE_PATH have no
 * effect.
 */

import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Package names that npm allows, with or without a scope. */
const PACKAGE_NAME = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/;

/**
 * Whether the text is a package name, an absolute path, or a path that starts with `./` or `../`.
 */
export function isModuleName(name: string): boolean {
  return PACKAGE_NAME.test(name) || isPath(name);
}

/** The purpose of a module, for errors. */
export interface ModulePurpose {
  /** The words for the module in messages: `plugin package`. */
  readonly what: string;
  /** Creates the error for a module that cannot be loaded. */
  readonly failure: (message: string, options?: ErrorOptions) => Error;
}

/**
 * Loads a module, and returns its exports. The function searches for a package in `node_modules` of
 * `folder`, then in the folders in which Node finds the packages of os-vif.
 *
 * @param name the name of a package, or the path of a module
 * @param folder the base of relative paths, and the first folder to search for packages; without it
 *   a path must be absolute
 * @throws the error of the purpose if the package or file is missing or cannot be loaded
 */
export async function loadModule(
  name: string,
  folder: string | undefined,
  purpose: ModulePurpose,
): Promise<Readonly<Record<string, unknown>>> {
  const url = await locate(name, folder, purpose);
  try {
    return await import(url);
  } catch (error) {
    throw failure(name, error, purpose);
  }
}

/** The URL of the module. */
async function locate(name: string, folder: string | undefined, purpose: ModulePurpose): Promise<string> {
  const { what, failure } = purpose;
  if (isPath(name)) return pathToFileURL(await moduleAt(name, folder, purpose)).href;
  if (!PACKAGE_NAME.test(name))
    throw failure(`${JSON.stringify(name)} does not name a ${what}: expected the name of a package, or a path`);
  const beside = folder === undefined ? undefined : join(folder, 'node_modules', name);
  if (beside !== undefined && (await isFolder(beside))) return pathToFileURL(await entryOf(name, beside, purpose)).href;
  try {
    return import.meta.resolve(name);
  } catch (cause) {
    const places = beside === undefined ? 'beside os-vif' : `in ${beside} and beside os-vif`;
    throw failure(`the ${what} ${name} cannot be found ${places}: install it`, { cause });
  }
}

function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.\.?\//.test(name);
}

async function moduleAt(name: string, folder: string | undefined, purpose: ModulePurpose): Promise<string> {
  if (folder === undefined && !isAbsolute(name))
    throw purpose.failure(
      `the ${purpose.what} ${name} has a relative path and no configuration file: write an absolute path`,
    );
  const path = resolve(folder ?? '/', name);
  if (await isFolder(path)) return entryOf(name, path, purpose);
  if (!(await isThere(path)))
    throw purpose.failure(`the ${purpose.what} ${name} cannot be loaded: there is no ${path}`);
  return path;
}

/**
 * The entry point of a package for `import`: https://nodejs.org/api/packages.html, "Package entry
 * points".
 */
async function entryOf(name: string, folder: string, purpose: ModulePurpose): Promise<string> {
  let manifest: { readonly exports?: unknown; readonly main?: unknown };
  try {
    manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  } catch (cause) {
    if (!isMissing(cause)) throw failure(name, cause, purpose);
    manifest = {};
  }
  const { exports, main } = manifest;
  const entry = exports === undefined ? (main ?? 'index.js') : targetOf(exports);
  if (typeof entry !== 'string')
    throw purpose.failure(`the package.json of the ${purpose.what} ${name} exports no module`);
  const path = resolve(folder, entry);
  if (relative(folder, path).startsWith('..'))
    throw purpose.failure(
      `the package.json of the ${purpose.what} ${name} names ${entry}, which is not in the package`,
    );
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

/**
 * The error for a module that cannot be loaded.
 * Node's message names the missing module: the module itself, or one of its imports.
 */
function failure(name: string, cause: unknown, { what, failure }: ModulePurpose): Error {
  const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
  const advice = isMissing(cause) ? '; install its dependencies in its own folder' : '';
  return failure(`the ${what} ${name} cannot be loaded: ${reason}${advice}`, { cause });
}

const MISSING = new Set(['ENOENT', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && MISSING.has(String(error.code));
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error) => !isMissing(error),
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
