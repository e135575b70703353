/**
 * The JSON Schemas of the arguments of the helper's verbs.
 * Other properties are refused. host-contract/link-values.ts checks the values, for every host.
 */

import type { Address, AddressPlan, Route } from '../../host-contract/addressing.ts';
import { GUARD_HOOKS, GUARD_MODES, type SourceGuard } from '../../host-contract/guards/source-guards.ts';
import type { ExpectedLink } from '../../host-contract/links.ts';
import {
  type BridgeSettings,
  type BuiltInLink,
  type DefinedLink,
  type LinkSettings,
  MACVTAP_MODES,
  type MacvtapSettings,
  type NamedLink,
  type PortSettings,
  type TapSettings,
  type VirtualFunctionSettings,
  VLAN_PROTOCOLS,
  type VlanSettings,
} from '../../host-contract/links.ts';
import type { SourceMacDrop } from '../../host-contract/packet-filters.ts';
import { PCI_ADDRESS } from '../../text/pci-address.ts';
import { WAIT_OF_HELPER } from './protocol.ts';

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

const bool: Schema = { type: 'boolean' };
const number: Schema = { type: 'number' };
/** The index of a device. */
export const index: Schema = { type: 'integer', minimum: 1, maximum: 0x7fffffff };
/** The index of a device, or 0 for none. */
export const indexOrNone: Schema = { ...index, minimum: 0 };
/** The id of a user or group. The kernel uses 0xffffffff for none. */
const id: Schema = { type: 'integer', minimum: 0, maximum: 0xfffffffe };
/** Text, such as the name of a device. requireLinkName() checks names. */
export const text: Schema = { type: 'string', maxLength: 4096 };
/** An alternative name that is a record of os-vif. A client cannot add or remove other names. */
export const recordName: Schema = { type: 'string', pattern: '^os-vif\\.(vf|nic)\\.[\\w.-]+$', maxLength: 127 };
/** Text without quotes, backslashes and unprintable characters (Unicode categories Cc, Cf, Zl, Zp). */
const plainText: Schema = { type: 'string', pattern: '^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}"\\\\]*$', maxLength: 4096 };
const ipv4 = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}';
/** permittedPlan() takes only addresses that the host has, so that the exact form does not matter. */
const ipv6 = '[0-9a-f:]{2,39}';
const ipAddress: Schema = { type: 'string', pattern: `^(${ipv4}|${ipv6})$` };
const ipNetwork: Schema = {
  type: 'string',
  pattern: `^(${ipv4}/(3[0-2]|[12]?\\d)|${ipv6}/(12[0-8]|1[01]\\d|[1-9]?\\d))$`,
};
const byte: Schema = { type: 'integer', minimum: 0, maximum: 255 };
const word: Schema = { type: 'integer', minimum: 0, maximum: 0xffffffff };

/** The schema of the arguments of a call. The expected devices, at the end, may be missing. */
export function tuple(...items: readonly Schema[]): Schema {
  if (items.length === 0) return { type: 'array', maxItems: 0 };
  return {
    type: 'array',
    prefixItems: items,
    items: false,
    minItems: items.filter((item) => item !== expected && item !== listOptions).length,
  };
}

/** The schema of an array with at most `maxItems` items. */
export function listOf(items: Schema, maxItems: number): Schema {
  return { type: 'array', items, maxItems };
}

/**
 * The schema of T. A property of T that is missing here is a compile error.
 * Properties are optional unless listed in `required`.
 */
function objectOf<T>(properties: Record<keyof T, Schema>, required: readonly (keyof T & string)[] = []): Schema {
  return { type: 'object', properties, required, additionalProperties: false };
}

const bridge = objectOf<BridgeSettings>({
  ageingTime: number,
  stp: bool,
  forwardDelay: number,
  multicastSnooping: bool,
  vlanFiltering: bool,
});
const macvtap = objectOf<MacvtapSettings>({ mode: { enum: MACVTAP_MODES } }, ['mode']);
const port = objectOf<PortSettings>({ hairpin: bool, isolated: bool, learning: bool });

const SETTINGS: Record<keyof LinkSettings, Schema> = {
  mac: text,
  mtu: number,
  up: bool,
  promiscuous: bool,
  alias: plainText,
  group: number,
  master: indexOrNone,
  bridge,
  macvtap,
  port,
};
/** The settings of a device. */
export const linkSettings = objectOf<LinkSettings>(SETTINGS);

const NAMED: Record<keyof NamedLink, Schema> = { ...SETTINGS, name: text };

/** The expected devices: the devices as the client saw them. */
export const expected: Schema = listOf(
  objectOf<ExpectedLink>({ index, name: text, kind: text, alias: text, group: id, master: indexOrNone }, ['index']),
  5000,
);

/** The properties of each kind of device, without those that all kinds have. */
const KINDS: { readonly [K in BuiltInLink['kind']]: Record<Own<K>, Schema> } = {
  bridge: {},
  veth: { peer: objectOf<NamedLink>(NAMED, ['name']) },
  tap: { tap: objectOf<TapSettings>({ multiQueue: bool, owner: id, group: id }), vnetHeader: bool },
  macvtap: { lower: index, macvtap },
  vlan: { lower: index, vlan: objectOf<VlanSettings>({ id: number, protocol: { enum: VLAN_PROTOCOLS } }, ['id']) },
};
type Own<K extends BuiltInLink['kind']> =
  | Exclude<keyof Extract<BuiltInLink, { kind: K }>, keyof NamedLink | 'kind'>
  | Again<K>;
/** A property that is optional for every device and required for this kind. */
type Again<K extends BuiltInLink['kind']> = K extends 'macvtap' ? 'macvtap' : never;
const OPTIONAL = new Set(['tap', 'vnetHeader']);

const builtInLink: Schema = {
  type: 'object',
  required: ['kind', 'name'],
  discriminator: { propertyName: 'kind' },
  oneOf: Object.entries(KINDS).map(([kind, own]) => ({
    type: 'object',
    properties: { ...NAMED, ...own, kind: { const: kind } },
    required: ['kind', 'name', ...Object.keys(own).filter((key) => !OPTIONAL.has(key))],
    additionalProperties: false,
  })),
};

/**
 * A device of a kind that a plugin defined.
 * The policy checks the kind, and the definition of the kind checks the values.
 */
const definedLink = objectOf<DefinedLink>(
  {
    ...NAMED,
    kind: text,
    lower: index,
    settings: {
      type: 'object',
      maxProperties: 64,
      additionalProperties: { anyOf: [text, number, bool] },
    },
  },
  ['kind', 'name', 'settings'],
);

/** A device with `settings` is of a defined kind. */
export const newLink: Schema = {
  allOf: [
    { if: { type: 'object', required: ['settings'] }, else: builtInLink },
    { if: { type: 'object', not: { required: ['settings'] } }, else: definedLink },
  ],
};

/** The number of a virtual function. */
export const virtualFunctionNumber: Schema = { type: 'integer', minimum: 0, maximum: 0xffff };
/** The settings of a virtual function. */
export const virtualFunction = objectOf<VirtualFunctionSettings>({
  mac: text,
  vlan: number,
  trust: bool,
  spoofCheck: bool,
});

const address = objectOf<Address>(
  {
    address: ipNetwork,
    peer: ipAddress,
    broadcast: ipAddress,
    scope: byte,
    label: text,
    flags: word,
    metric: word,
    protocol: byte,
    lifetime: objectOf<NonNullable<Address['lifetime']>>({ valid: word, preferred: word }, ['valid', 'preferred']),
  },
  ['address'],
);
const route = objectOf<Route>(
  {
    destination: ipNetwork,
    gateway: ipAddress,
    source: ipAddress,
    priority: word,
    table: word,
    protocol: byte,
    scope: byte,
    onLink: bool,
    expires: word,
    preference: byte,
    metrics: { type: 'object', propertyNames: { pattern: '^\\d{1,2}$' }, additionalProperties: word },
  },
  ['destination', 'table', 'protocol', 'scope'],
);
/** Addresses and routes. */
export const addressPlan = objectOf<AddressPlan>(
  { addresses: listOf(address, 1000), routes: listOf(route, 1000), immovable: listOf(text, 1000) },
  ['addresses', 'routes'],
);

/** The sysctl keys that the wiring reads or writes. Each belongs to one device. */
const KEYS = 'net/(ipv4/conf/[^/]+/(arp_ignore|arp_announce|forwarding)|ipv6/conf/[^/]+/disable_ipv6)';
/** A sysctl key of one device. */
export const sysctlKey: Schema = { type: 'string', pattern: `^${KEYS}$`, maxLength: 100 };
/** The options of a list of devices. */
export const listOptions: Schema = {
  type: 'object',
  properties: { sysctls: { type: 'boolean' } },
  additionalProperties: false,
};
/** The cursor of an earlier call; null for the first call. */
export const cursor: Schema = { type: ['string', 'null'], maxLength: 64 };
/** How a client waits for changes. */
export const waitOptions: Schema = {
  type: 'object',
  properties: { wait: { type: 'integer', minimum: 0, maximum: WAIT_OF_HELPER } },
  required: ['wait'],
  additionalProperties: false,
};
/** The sysctl keys that the wiring writes. */
export const writableKey: Schema = { ...sysctlKey, not: { pattern: '/forwarding$' } };
/** The value of such a key. */
export const sysctlValue: Schema = { type: 'string', pattern: '^[0-8]$' };

/** The chain of a bridge: `os-vif-` and the name of the bridge. iptables accepts 28 bytes. */
export const chain: Schema = { type: 'string', pattern: '^os-vif-.', maxLength: 28 };
/** A rule as `iptables -S` prints it. permittedRules() decides whether a client may set it. */
export const rule: Schema = { type: 'string', maxLength: 100 };

/** The name of a device with a drop rule. In nft(8), a name that ends with `*` matches several devices. */
const hooked: Schema = { ...text, pattern: '[^*]$' };
/** A drop rule. */
export const sourceMacDrop = objectOf<SourceMacDrop>(
  { device: hooked, mac: text, owner: { ...plainText, maxLength: 120 } },
  ['device', 'mac', 'owner'],
);
/** The name of a device with a source guard. */
export const guardedDevice = hooked;
const guardOwner: Schema = { ...plainText, maxLength: 100 };
/** A source guard. canonicalGuard() checks the addresses. */
export const sourceGuard = objectOf<SourceGuard>(
  {
    device: hooked,
    hook: { enum: GUARD_HOOKS },
    mac: text,
    mode: { enum: GUARD_MODES },
    addresses: listOf({ type: 'string', maxLength: 64 }, 128),
    owner: guardOwner,
    anyDevice: bool,
  },
  ['device', 'hook', 'mac', 'mode', 'addresses', 'owner'],
);
/** A source guard to delete. */
export const deletedGuard = objectOf<Pick<SourceGuard, 'device' | 'owner'>>({ device: hooked, owner: guardOwner }, [
  'device',
  'owner',
]);
/** A PCI address in lower case. */
export const pciAddress: Schema = { type: 'string', pattern: PCI_ADDRESS.source };
