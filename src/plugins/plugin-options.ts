/**
 * Checks the options of the built-in plugins, for options that come from a file.
 * The forms below must match the types of the options, or the compiler reports an error.
 */

import { requireArgument } from '../errors/argument.ts';
import { NoMatchingPluginError } from '../errors/plugin.ts';
import { TEXT } from '../errors/value-kinds.ts';
import { EMBEDDED_SWITCH_MODES } from '../host-contract/links.ts';
import { DIALECT } from '../versioned/json-schema.ts';
import type { JsonSchema } from '../versioned/model.ts';
import { compileSchema } from '../versioned/validation/compile-schema.ts';
import { listOf, type Violation } from '../versioned/validation/violations.ts';
import { WAITS_FOR } from '../wiring/ovs/wait-for.ts';
import type { LinuxBridgePluginOptions } from './linux-bridge-plugin.ts';
import type { MacvtapPluginOptions } from './macvtap-plugin.ts';
import { type OvsPluginOptions, QOS_TYPES } from './ovs/ovs-options.ts';
import { SOURCE_GUARD_MODES } from './source-guard-options.ts';
import type { TapPluginOptions } from './tap-plugin.ts';

/** The options of each plugin of this library, by the plugin's name. */
export interface PluginOptions {
  readonly linux_bridge: LinuxBridgePluginOptions;
  readonly macvtap: MacvtapPluginOptions;
  readonly noop: Readonly<Record<never, never>>;
  readonly ovs: OvsPluginOptions;
  readonly tap: TapPluginOptions;
}

/**
 * Checks the options of a plugin against `schemas/plugin-options/` with ajv. Returns the violations, each
 * with its path, or an empty list. The list has the same limits as the list of `validate`. The time is linear
 * in the size of the options, at least up to 1 MiB of JSON.
 *
 * @throws NoMatchingPluginError if this library has no plugin of this name
 */
export async function validatePluginOptions(plugin: string, options: unknown): Promise<Violation[]> {
  const schema = pluginOptionsSchema(plugin);
  compiled[plugin] ??= compileSchema(schema);
  const check = await compiled[plugin];
  return listOf(check(options));
}

/**
 * The JSON Schema (2020-12) of the options of a plugin.
 *
 * @throws NoMatchingPluginError if this library has no plugin of this name
 */
export function pluginOptionsSchema(plugin: string): JsonSchema {
  requireArgument('pluginOptionsSchema', plugin, TEXT);
  if (!isOwn(plugin)) throw new NoMatchingPluginError(plugin, Object.keys(FORMS));
  return {
    $schema: DIALECT,
    $id: `os-vif:/schemas/plugin-options/${plugin}.json`,
    title: `Options of the plugin ${plugin}`,
    description: 'an object of options',
    type: 'object',
    properties: FORMS[plugin],
    additionalProperties: false,
  };
}

const compiled: Record<string, ReturnType<typeof compileSchema>> = {};

function isOwn(plugin: string): plugin is keyof PluginOptions {
  return Object.hasOwn(FORMS, plugin);
}

/** The JSON Schema of an option of type V. */
type OptionForm<V> = { readonly description: string } & ([V] extends [boolean]
  ? { readonly type: 'boolean' }
  : [V] extends [number]
    ? { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
    : [V] extends [string]
      ? { readonly type: 'string'; readonly minLength: 1 } | { readonly type: 'string'; readonly enum: readonly V[] }
      : [V] extends [readonly (infer E)[]]
        ? { readonly type: 'array'; readonly items: OptionForm<E> }
        : never);

/** The values of an option that a file can hold: all but functions. */
type InFile<V> = Exclude<V, (...args: never[]) => unknown>;

type OptionForms = {
  readonly [P in keyof PluginOptions]: {
    readonly [K in keyof PluginOptions[P] as [InFile<NonNullable<PluginOptions[P][K]>>] extends [never]
      ? never
      : K]-?: OptionForm<InFile<NonNullable<PluginOptions[P][K]>>>;
  };
};

const YES_OR_NO = { description: 'true or false', type: 'boolean' } as const;
const NAME = { description: 'a name that is not empty', type: 'string', minLength: 1 } as const;
/** Kernel: ETH_MIN_MTU and ETH_MAX_MTU. */
const MTU = {
  description: 'a whole number of bytes, 68 to 65535',
  type: 'integer',
  minimum: 68,
  maximum: 65535,
} as const;
/** A user or group id. The largest number of 32 bits means no id: chown(2). */
const ID = { description: 'the number of a user or group', type: 'integer', minimum: 0, maximum: 0xfffffffe } as const;

const SOURCE_GUARD = {
  description: `one of ${SOURCE_GUARD_MODES.join(', ')}`,
  type: 'string',
  enum: SOURCE_GUARD_MODES,
} as const;

const FORMS: OptionForms = {
  linux_bridge: {
    networkDeviceMtu: MTU,
    flatInterface: NAME,
    vlanInterface: NAME,
    forwardBridgeInterface: { description: 'an array of names', type: 'array', items: NAME },
    iptablesDropAction: NAME,
    moveLeasedAddresses: YES_OR_NO,
    sourceGuard: SOURCE_GUARD,
  },
  macvtap: {
    isolateGuests: YES_OR_NO,
    embeddedSwitchMode: {
      description: `one of ${EMBEDDED_SWITCH_MODES.join(', ')}`,
      type: 'string',
      enum: EMBEDDED_SWITCH_MODES,
    },
    sourceGuard: SOURCE_GUARD,
  },
  noop: {},
  ovs: {
    networkDeviceMtu: MTU,
    isolateVif: YES_OR_NO,
    perPortBridge: YES_OR_NO,
    defaultQosType: { description: `one of ${QOS_TYPES.join(', ')}`, type: 'string', enum: QOS_TYPES },
    waitFor: { description: `one of ${WAITS_FOR.join(', ')}`, type: 'string', enum: WAITS_FOR },
    ovnTimeout: { description: 'milliseconds; 0: no limit', type: 'integer', minimum: 0, maximum: 2 ** 31 - 1 },
    sourceGuard: SOURCE_GUARD,
  },
  tap: { networkDeviceMtu: MTU, multiQueue: YES_OR_NO, owner: ID, group: ID, sourceGuard: SOURCE_GUARD },
};
