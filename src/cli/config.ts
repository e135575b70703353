/**
 * Reads the configuration file: options of the host, plugins with their options, and modules with
 * own objects.
 */

import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '../errors/command.ts';
import type { LinuxHostOptions } from '../host/linux/linux-parts.ts';
import type { OvsdbTlsOptions } from '../host/ovsdb/endpoint.ts';
import { BUILT_IN_PLUGINS, builtInPlugins, type PluginChoices } from '../plugins/built-in-plugins.ts';
import { isModuleName } from '../plugins/load-module.ts';
import { validatePluginOptions } from '../plugins/plugin-options.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import { describeValue } from '../text/describe-value.ts';
import { isRecord } from '../text/is-record.ts';
import { compileSchema } from '../versioned/validation/compile-schema.ts';
import { type Findings, listOf, type Violation } from '../versioned/validation/violations.ts';
import { CONFIG_SCHEMA } from './config-schema.ts';
import { readDocument, unreadable } from './input/documents.ts';

/** The arguments of OsVif.open and LinuxHost.open. */
export interface Setup {
  readonly host: LinuxHostOptions;
  /** The plugins of this library. */
  readonly plugins: readonly VIFPlugin[];
  /** The plugins of other packages. */
  readonly packages: readonly PackageChoice[];
  /** Names of modules that declare objects. */
  readonly objects: readonly string[];
  /** The name of the configuration file, for errors. */
  readonly where: string;
  /** The folder of the configuration file: the first place to search for modules. */
  readonly folder: string | undefined;
}

/** A plugin of another package. */
interface PackageChoice {
  readonly name: string;
  readonly options: object;
}

/** The file that is read without --config and OS_VIF_CONFIG, if it exists. */
const DEFAULT_FILE = '/etc/os-vif/config.yaml';

/**
 * Reads the configuration: the file of the option --config, else that of the variable
 * OS_VIF_CONFIG, else /etc/os-vif/config.yaml. If the variable is empty, or the last file does not
 * exist, all options have their defaults.
 *
 * @param option the value of --config
 * @throws InputError for an invalid file
 */
export async function readConfig(option: string | undefined): Promise<Setup> {
  const file = option ?? process.env.OS_VIF_CONFIG ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : '');
  return file === '' ? DEFAULTS : setupIn(file);
}

const DEFAULTS: Setup = {
  host: {},
  plugins: builtInPlugins(),
  packages: [],
  objects: [],
  where: '',
  folder: undefined,
};

async function setupIn(file: string): Promise<Setup> {
  const { where, config } = await configIn(file);
  const { netns, sysfsRoot, ovsdb, plugins = {}, objects = [] } = config;
  const tls = ovsdb?.tls === undefined ? undefined : await readTls(ovsdb.tls, dirname(file));
  return {
    host: {
      ...(netns !== undefined && { netns }),
      ...(sysfsRoot !== undefined && { sysfsRoot }),
      ...(ovsdb !== undefined && { ovsdb: { ...ovsdb, tls } }),
    },
    plugins: builtInPlugins(plugins),
    packages: packagesIn(plugins),
    objects,
    where,
    folder: await folderOf(file),
  };
}

/**
 * The folder of the file itself. The folder of a symbolic link to the file is not used, because another user
 * may own it. Undefined for standard input and pipes.
 */
async function folderOf(file: string): Promise<string | undefined> {
  if (file === '-') return undefined;
  return realpath(file).then(dirname, () => undefined);
}

interface Config {
  readonly netns?: string;
  readonly sysfsRoot?: string;
  readonly ovsdb?: {
    readonly connection?: string;
    /** Milliseconds. */
    readonly timeout?: number;
    /** Names of PEM files. Relative names start at the folder of the configuration file. */
    readonly tls?: Readonly<Record<'key' | 'cert' | 'ca', string>>;
  };
  readonly plugins?: PluginChoices & Readonly<Record<string, unknown>>;
  readonly objects?: readonly string[];
}

/** The configurations that were read. Standard input can be read once. */
const read = new Map<string, Promise<{ readonly where: string; readonly config: Config }>>();

function configIn(file: string): Promise<{ readonly where: string; readonly config: Config }> {
  const config = read.get(file) ?? readConfigIn(file);
  read.set(file, config);
  return config;
}

async function readConfigIn(file: string): Promise<{ readonly where: string; readonly config: Config }> {
  const { where, value } = await readDocument(file);
  const check = await compileSchema(CONFIG_SCHEMA);
  const findings = check(value);
  if (!isConfig(value, findings)) throw refusal(where, listOf(findings));
  const wrong = await wrongOptions(value.plugins ?? {});
  if (wrong.length > 0) throw refusal(where, wrong);
  return { where, config: value };
}

/** Whether the check against the schema found no violation. */
function isConfig(value: unknown, { violations }: Findings): value is Config {
  return violations.length === 0;
}

async function wrongOptions(plugins: Readonly<Record<string, unknown>>): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const [name, choice] of Object.entries(plugins)) {
    if (choice === null || choice === false) continue;
    const wrong = BUILT_IN_PLUGINS.includes(name)
      ? await validatePluginOptions(name, choice)
      : packageViolations(name, choice);
    found.push(...wrong.map(({ path, message }) => ({ path: `/plugins/${name}${path}`, message })));
  }
  return found;
}

/** The violations of an entry for a plugin of another package. The plugin checks its options. */
function packageViolations(name: string, options: unknown): Violation[] {
  if (!isModuleName(name)) return [{ path: '', message: WANTED_NAME }];
  if (isRecord(options)) return [];
  return [{ path: '', message: `expected an object of options, found ${describeValue(options)}` }];
}

const WANTED_NAME = 'expected the name of a package, an absolute path, or a path that starts with ./ or ../';

function refusal(where: string, wrong: readonly Violation[]): InputError {
  const texts = wrong.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new InputError(where, `no configuration: ${texts.join('; ')}`);
}

function packagesIn(plugins: Readonly<Record<string, unknown>>): PackageChoice[] {
  return Object.entries(plugins).flatMap(([name, choice]) =>
    BUILT_IN_PLUGINS.includes(name) || choice === false ? [] : [{ name, options: isRecord(choice) ? choice : {} }],
  );
}

async function readTls(files: Readonly<Record<string, string>>, folder: string): Promise<OvsdbTlsOptions> {
  const read = async (name: string): Promise<string> => {
    const file = resolve(folder, name);
    return readFile(file, 'utf8').catch((cause) => {
      throw unreadable(file, cause);
    });
  };
  const entries = Object.entries(files).map(async ([name, file]) => [name, await read(file)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
