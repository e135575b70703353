/**
 * What the arguments of a helper's verbs may look like, as JSON Schema: their shape here, their values in wiring/link-values.ts,
 * which every host asks. What is not named is refused.
 */

import {
  type Address,
  type AddressPlan,
  type BridgeSettings,
  type LinkSettings,
  MACVTAP_MODES,
  type MacvtapSettings,
  type NamedLink,
  type NewLink,
  type PortSettings,
  type Refusal,
  type Route,
  type TapSettings,
  type VirtualFunctionSettings,
  type VlanSettings,
} from '../../wiring/host.ts';

export type Schema = Readonly<Record<string, unknown>>;

const bool: Schema = { type: 'boolean' };
const number: Schema = { type: 'number' };
/** A device's index; 0 is none. */
export const index: Schema = { type: 'integer', minimum: 0, maximum: 0x7fffffff };
/** 0 and 0xffffffff are not what a user or group is called. */
const id: Schema = { type: 'integer', minimum: 0, maximum: 0xfffffffe };
/** Whether it can be a device's name, requireLinkName says. */
export const text: Schema = { type: 'string', maxLength: 4096 };
/** Without control characters, quotes and backslashes. */
const plainText: Schema = { type: 'string', pattern: '^[^\\u0000-\\u001f\\u007f"\\\\]*$', maxLength: 4096 };
const ipv4 = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}';
const ipAddress: Schema = { type: 'string', pattern: `^${ipv4}$` };
const ipNetwork: Schema = { type: 'string', pattern: `^${ipv4}/(3[0-2]|[12]?\\d)$` };
const byte: Schema = { type: 'integer', minimum: 0, maximum: 255 };
const word: Schema = { type: 'integer', minimum: 0, maximum: 0xffffffff };

/** The arguments of a call. */
export function tuple(...items: readonly Schema[]): Schema {
  if (items.length === 0) return { type: 'array', maxItems: 0 };
  return { type: 'array', prefixItems: items, items: false, minItems: items.length };
}

export function listOf(items: Schema, maxItems: number): Schema {
  return { type: 'array', items, maxItems };
}

/** Every property of T, so that one that is added there is missing here; all but the required ones are optional. */
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
  master: index,
  bridge,
  macvtap,
  port,
};
export const linkSettings = objectOf<LinkSettings>(SETTINGS);

const NAMED: Record<keyof NamedLink, Schema> = { ...SETTINGS, name: text };

/** What a kind of device has beside what all have. */
const KINDS: { readonly [K in NewLink['kind']]: Record<Own<K>, Schema> } = {
  bridge: {},
  veth: { peer: objectOf<NamedLink>(NAMED, ['name']) },
  tap: { tap: objectOf<TapSettings>({ multiQueue: bool, owner: id, group: id }), vnetHeader: bool },
  macvtap: { lower: index, macvtap },
  vlan: { lower: index, vlan: objectOf<VlanSettings>({ id: number }, ['id']) },
};
type Own<K extends NewLink['kind']> = Exclude<keyof Extract<NewLink, { kind: K }>, keyof NamedLink | 'kind'> | Again<K>;
/** Optional for every device, required for this kind. */
type Again<K extends NewLink['kind']> = K extends 'macvtap' ? 'macvtap' : never;
const OPTIONAL = new Set(['tap', 'vnetHeader']);

export const newLink: Schema = {
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

export const virtualFunctionNumber: Schema = { type: 'integer', minimum: 0, maximum: 0xffff };
export const virtualFunction = objectOf<VirtualFunctionSettings>({
  mac: text,
  vlan: number,
  trust: bool,
  spoofCheck: bool,
});

const address = objectOf<Address>(
  {
    address: ipNetwork,
    broadcast: ipAddress,
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
    metrics: { type: 'object', propertyNames: { pattern: '^\\d{1,2}$' }, additionalProperties: word },
  },
  ['destination', 'table', 'protocol', 'scope'],
);
export const addressPlan = objectOf<AddressPlan>({ addresses: listOf(address, 1000), routes: listOf(route, 1000) }, [
  'addresses',
  'routes',
]);

/** The kernel's keys that wiring reads or writes, each of a device. */
const KEYS = 'net/(ipv4/conf/[^/]+/(arp_ignore|arp_announce|forwarding)|ipv6/conf/[^/]+/disable_ipv6)';
export const sysctlKey: Schema = { type: 'string', pattern: `^${KEYS}$`, maxLength: 100 };
/** To be written: where wiring does so, and what. */
export const writableKey: Schema = { ...sysctlKey, not: { pattern: '/forwarding$' } };
export const sysctlValue: Schema = { type: 'string', pattern: '^[0-8]$' };

/** os-vif- and the name of a bridge; iptables takes 28 bytes. */
export const chain: Schema = { type: 'string', pattern: '^os-vif-[^\\s"\'!\\\\]+$', maxLength: 28 };
/** In the words of `iptables -S`; who may be named in it, the policy says. A name that ends in + would be that of many. */
const device = '[^\\s"\'!\\\\]*[^\\s"\'!\\\\+]';
const target = '[\\w.-]{1,28}';
export const rule: Schema = {
  type: 'string',
  pattern: `^(-i ${device}( -o ${device})?|-o ${device}) -j ${target}$`,
  maxLength: 100,
};

/** To nft(8) a name that ends in * is every one that starts so. */
const hooked: Schema = { ...text, pattern: '[^*]$' };
export const refusal = objectOf<Refusal>({ device: hooked, mac: text, owner: { ...plainText, maxLength: 120 } }, [
  'device',
  'mac',
  'owner',
]);
export const pciAddress: Schema = {
  type: 'string',
  pattern: '^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]$',
};
