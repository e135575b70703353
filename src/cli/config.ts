/** The configuration file: which host, and which plugins with which options. */

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '../errors/command.ts';
import type { LinuxHostOptions } from '../host/linux/linux-host.ts';
import type { OvsdbTlsOptions } from '../host/ovsdb/endpoint.ts';
import { LinuxBridgePlugin, type LinuxBridgePluginOptions } from '../plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin, type MacvtapPluginOptions } from '../plugins/macvtap-plugin.ts';
import { NoopPlugin } from '../plugins/noop-plugin.ts';
import { OvsPlugin, type OvsPluginOptions } from '../plugins/ovs/ovs-plugin.ts';
import { TapPlugin, type TapPluginOptions } from '../plugins/tap-plugin.ts';
import type { VIFPlugin } from '../plugins/vif-plugin.ts';
import { violations } from '../versioned/validate.ts';
import { CONFIG_SCHEMA } from './config-schema.ts';
import { readDocument } from './documents.ts';

/** What OsVif.open and LinuxHost.open are to be given. */
export interface Setup {
  readonly host: LinuxHostOptions;
  readonly plugins: readonly (VIFPlugin | string)[];
}

/** What the file says, or what holds without one. Throws InputError for a file that is not as it should be. */
export async function readConfig(file: string | undefined): Promise<Setup> {
  const config = file === undefined ? {} : await configIn(file);
  const { netns, sysfsRoot, ovsdb, plugins = {} } = config;
  const tls = ovsdb?.tls === undefined ? undefined : await readTls(ovsdb.tls, dirname(file ?? ''));
  return {
    host: {
      ...(netns !== undefined && { netns }),
      ...(sysfsRoot !== undefined && { sysfsRoot }),
      ...(ovsdb !== undefined && { ovsdb: { ...ovsdb, tls } }),
    },
    plugins: [...ownPlugins(plugins), ...packages(plugins)],
  };
}

/** A plugin's options; null: its defaults; false: it is left out. */
type Choice<Options> = Options | null | false;

interface OwnPlugins {
  readonly tap?: Choice<TapPluginOptions>;
  readonly linux_bridge?: Choice<LinuxBridgePluginOptions>;
  readonly macvtap?: Choice<MacvtapPluginOptions>;
  readonly ovs?: Choice<OvsPluginOptions>;
  readonly noop?: Choice<object>;
}

interface Config {
  readonly netns?: string;
  readonly sysfsRoot?: string;
  readonly ovsdb?: {
    readonly connection?: string;
    /** Milliseconds. */
    readonly timeout?: number;
    /** Names of PEM files; relative ones start at the configuration file's folder. */
    readonly tls?: Readonly<Record<'key' | 'cert' | 'ca', string>>;
  };
  readonly plugins?: OwnPlugins & Readonly<Record<string, unknown>>;
}

async function configIn(file: string): Promise<Config> {
  const { where, value } = await readDocument(file);
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const check = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }).compile<Config>(CONFIG_SCHEMA);
  if (check(value)) return value;
  const texts = violations(check.errors ?? []).flatMap(({ path, message }) =>
    // What alternatives say of themselves is said by the one that is meant.
    /must match exactly one|expected null|expected false/.test(message)
      ? []
      : [path === '' ? message : `${path}: ${message}`],
  );
  throw new InputError(where, `no configuration: ${texts.join('; ')}`);
}

function ownPlugins({ tap, linux_bridge, macvtap, ovs, noop }: OwnPlugins): VIFPlugin[] {
  const made = [
    tap !== false && new TapPlugin(tap ?? {}),
    linux_bridge !== false && new LinuxBridgePlugin(linux_bridge ?? {}),
    macvtap !== false && new MacvtapPlugin(macvtap ?? {}),
    ovs !== false && new OvsPlugin(ovs ?? {}),
    noop !== false && new NoopPlugin(),
  ];
  return made.filter((plugin) => plugin !== false);
}

const OWN = ['tap', 'linux_bridge', 'macvtap', 'ovs', 'noop'];

function packages(plugins: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(plugins).flatMap(([name, choice]) => (OWN.includes(name) || choice === false ? [] : [name]));
}

async function readTls(files: Readonly<Record<string, string>>, folder: string): Promise<OvsdbTlsOptions> {
  const read = async (name: string): Promise<string> => {
    const file = resolve(folder, name);
    return readFile(file, 'utf8').catch((cause: Error) => {
      throw new InputError(file, cause.message, { cause });
    });
  };
  const entries = Object.entries(files).map(async ([name, file]) => [name, await read(file)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
