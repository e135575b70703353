/** Forms of outside data that could make a function slow. Each makes input of about a number of bytes of JSON. */
import type { NetworkInfoEntry, NeutronPort, PortContext } from '../../src/entries/neutron.ts';
import { NETWORK, PORT_ID } from '../neutron/ports.ts';

/** Functions that make input, by the form of the input. */
export type Inputs<T = unknown> = Readonly<Record<string, (bytes: number) => T>>;

export const many = <T>(bytes: number, bytesEach: number, item: (i: number) => T): T[] =>
  Array.from({ length: Math.ceil(bytes / bytesEach) }, (_, i) => item(i));
/**
 * Keys so long that 1 MiB has fewer than 16,384. V8 stores a longer array of pointers as a large object, which makes a
 * step in the time.
 */
export const manyKeys = (bytes: number, value: unknown = 1) =>
  Object.fromEntries(many(bytes, 67, (i) => [`key${String(i).padStart(59, '0')}`, value]));
/** V8 keeps objects with many keys in hash tables. To list the keys, it sorts them: that time is not linear. */
export const manyShortKeys = (bytes: number, value: unknown = 1) =>
  Object.fromEntries(many(bytes, 12, (i) => [`k${i.toString(36).padStart(6, '0')}`, value]));
export const manyTags = (bytes: number) => many(bytes, 69, (i) => `tag${String(i).padStart(63, '0')}`);
const manyNumbers = (bytes: number) => many(bytes, 11, (i) => 1_000_000_000 + i);
export const longText = (text: string) => (bytes: number) => text.repeat(Math.ceil(bytes / text.length));
const address = (i: number) => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;

function primitive(name: string, data: unknown, rest: object = {}) {
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': 'os_vif',
    'versioned_object.version': '1.0',
    'versioned_object.data': data,
    ...rest,
  };
}

const subnet = (i: number, data: object = {}) => primitive('Subnet', { cidr: `${address(i)}/24`, ...data });
const note = (data: object) => ({ ...primitive('Note', data), 'versioned_object.namespace': 'acme' });
const subnets = (objects: unknown[]) => primitive('SubnetList', { objects });
const inVif = (list: unknown) => primitive('VIFBridge', { network: primitive('Network', { subnets: list }) });

/** Forms of primitives, valid and not. */
export const PRIMITIVES: Inputs = {
  'a network with many zeros': (bytes) => primitive('Subnet', { cidr: `10.0.0.0/${'0'.repeat(bytes)}24` }),
  'a wrong network with many zeros': (bytes) => primitive('Subnet', { cidr: `::1/${'0'.repeat(bytes)}x` }),
  'many objects': (bytes) => subnets(many(bytes, 180, (i) => subnet(i))),
  'many objects in a VIF': (bytes) => inVif(subnets(many(bytes, 180, (i) => subnet(i)))),
  'many numbers in place of objects': (bytes) => inVif(subnets(manyNumbers(bytes))),
  'many other objects in place of objects': (bytes) => subnets(many(bytes, 128, () => ({ x: 'x'.repeat(120) }))),
  'many objects with a wrong value': (bytes) => subnets(many(bytes, 180, (i) => subnet(i, { cidr: 5 }))),
  'many objects with unknown keys': (bytes) => subnets(many(bytes, 190, (i) => subnet(i, { cdir: 1, x: 2 }))),
  'many addresses': (bytes) => primitive('Subnet', { dns: many(bytes, 13, address) }),
  'many wrong addresses': (bytes) => primitive('Subnet', { dns: many(bytes, 13, (i) => `${address(i)}.`) }),
  'many nulls': (bytes) => primitive('Subnet', { dns: many(bytes, 5, () => null) }),
  'many unknown keys': (bytes) => primitive('Subnet', manyKeys(bytes)),
  'many unknown keys in the envelope': (bytes) => ({ ...manyKeys(bytes), ...subnet(1) }),
  'one long unknown key': (bytes) => primitive('Subnet', { [longText('k/~')(bytes)]: 1 }),
  'a missing key beside a long key': (bytes) => ({
    ...primitive('Subnet', {}),
    [longText('k')(bytes)]: 1,
    'versioned_object.data': undefined,
  }),
  'a long text': (bytes) => primitive('VIFBridge', { vif_name: longText('a')(bytes) }),
  'a long text that is no UUID': (bytes) => primitive('VIFBridge', { id: longText('0')(bytes) }),
  'a long text that is no network': (bytes) => subnet(1, { cidr: `10.0.0.0/${longText('0')(bytes)}24` }),
  'a long name': (bytes) => primitive(longText('VIFBridge')(bytes), {}),
  'a long version': (bytes) => primitive('Subnet', {}, { 'versioned_object.version': longText('1.0')(bytes) }),
  'many changes of one name': (bytes) =>
    primitive('Subnet', {}, { 'versioned_object.changes': many(bytes, 7, () => 'cidr') }),
  'many changes of unknown names': (bytes) => primitive('Subnet', {}, { 'versioned_object.changes': manyTags(bytes) }),
  'deep nesting': (bytes) => primitive('Subnet', { dns: deep(bytes) }),
  'objects at the greatest depth': (bytes) => deepFolders(manyNumbers(bytes)),
  'a dict of many keys': (bytes) => note({ labels: manyKeys(bytes) }),
  'a dict of many wrong values': (bytes) => note({ labels: manyKeys(bytes, 'x') }),
  'a set of many texts': (bytes) => note({ tags: manyTags(bytes) }),
};

/** Forms of primitives with objects of many short keys. */
export const SHORT_KEYS_IN_PRIMITIVES: Inputs = {
  'many short unknown keys': (bytes) => primitive('Subnet', manyShortKeys(bytes)),
  'many short unknown keys in the envelope': (bytes) => ({ ...manyShortKeys(bytes), ...subnet(1) }),
  'a dict of many short keys': (bytes) => note({ labels: manyShortKeys(bytes) }),
  'a dict of many wrong values under short keys': (bytes) => note({ labels: manyShortKeys(bytes, 'x') }),
};

function deep(bytes: number): unknown {
  let value: unknown = 5;
  for (let i = 0; i < bytes / 2; i++) value = [value];
  return value;
}

function deepFolders(innermost: unknown): unknown {
  const folder = (data: object) => ({ ...primitive('Folder', data), 'versioned_object.namespace': 'acme' });
  let value = folder({ folders: innermost });
  for (let i = 0; i < 50; i++) value = folder({ folders: [value, 5] });
  return value;
}

const plainSubnet = (i: number) => ({
  cidr: `${address(i)}/24`,
  gateway: '10.0.0.1',
  dns: ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
});

/** Forms of plain values of a VIF, valid and not. */
export const PLAIN: Inputs = {
  'many objects': (bytes) => ({ network: { subnets: many(bytes, 100, plainSubnet) } }),
  'many addresses': (bytes) => ({ network: { subnets: [{ dns: many(bytes, 13, address) }] } }),
  'many numbers in place of objects': (bytes) => ({ network: { subnets: manyNumbers(bytes) } }),
  'many unknown keys': (bytes) => manyKeys(bytes),
  'one long unknown key': (bytes) => ({ [longText('k')(bytes)]: 1 }),
  'a long text': (bytes) => ({ vif_name: longText('a')(bytes) }),
  'a long type': (bytes) => ({ type: longText('VIFBridge')(bytes) }),
  'deep nesting': (bytes) => ({ network: { subnets: deep(bytes) } }),
};

/** Forms of plain values that JSON has no types for. */
export const NOTES: Inputs = {
  'a dict of many keys': (bytes) => ({ labels: manyKeys(bytes) }),
  'a dict with a long key': (bytes) => ({ labels: { [longText('k')(bytes)]: 'x' } }),
  'a set of many texts': (bytes) => ({ tags: manyTags(bytes) }),
  'a list of many dates': (bytes) => ({ seen_at: many(bytes, 22, () => '2026-01-31T12:00:00Z') }),
};

/** The same with short keys. */
export const SHORT_KEYS_IN_NOTES: Inputs = {
  'a dict of many short keys': (bytes) => ({ labels: manyShortKeys(bytes) }),
};

/** Plain forms of a shelf, valid and not. */
export const SHELVES: Inputs = {
  'a dict of many objects': (bytes) => ({
    folders: Object.fromEntries(many(bytes, 30, (i) => [`key-${i}`, { name: `n${i}` }])),
  }),
  'a set of many objects': (bytes) => ({ spare: many(bytes, 20, (i) => ({ name: `n${i}` })) }),
  'a dict of many wrong objects': (bytes) => ({
    folders: Object.fromEntries(many(bytes, 20, (i) => [`key-${i}`, 5])),
  }),
  'dicts in dicts of many objects': (bytes) =>
    within({ folders: Object.fromEntries(many(bytes, 30, (i) => [`key-${i}`, { name: `n${i}` }])) }, 30),
};

function within(shelf: object, depth: number): object {
  return depth === 0 ? shelf : { shelves: { inner: within(shelf, depth - 1) } };
}

/** Forms of the attributes of a Neutron port, valid and not. */
export const PORTS: Inputs<object> = {
  'many addresses on as many subnets': (bytes) => ({
    fixed_ips: many(bytes, 48, (i) => ({ ip_address: address(i), subnet_id: `subnet-${i}` })),
  }),
  'many addresses on one subnet': (bytes) => ({
    fixed_ips: many(bytes, 48, (i) => ({ ip_address: address(i), subnet_id: 'subnet-1' })),
  }),
  'many numbers in place of addresses': (bytes) => ({ fixed_ips: manyNumbers(bytes) }),
  'many wrong addresses': (bytes) => ({ fixed_ips: many(bytes, 20, () => ({ ip_address: '10.0.0' })) }),
  'many other attributes': (bytes) => manyKeys(bytes),
  'a missing attribute beside many others': (bytes) => ({ mac_address: undefined, ...manyKeys(bytes) }),
  'a missing attribute beside a long key': (bytes) => ({ mac_address: undefined, [longText('k')(bytes)]: 1 }),
  'a long vif type': (bytes) => ({ 'binding:vif_type': longText('ovs')(bytes) }),
  'a long vnic type': (bytes) => ({ 'binding:vnic_type': longText('normal')(bytes) }),
  'a long number of a VLAN': (bytes) => ({
    'binding:vif_type': 'hw_veb',
    'binding:vif_details': { vlan: longText('0')(bytes) },
  }),
  'a long socket path': (bytes) => ({
    'binding:vif_type': 'vhostuser',
    'binding:vif_details': { vhostuser_socket: longText('/')(bytes) },
  }),
  'a deep profile': (bytes) => ({ 'binding:profile': { x: deep(bytes) } }),
  'many details': (bytes) => ({ 'binding:vif_details': manyKeys(bytes) }),
  'many addresses, and none to be had': (bytes) => ({ fixed_ips: null, ip_allocation: longText('x')(bytes) }),
};

/** The same with objects of many short keys. */
export const SHORT_KEYS_IN_PORTS: Inputs<object> = {
  'many other short attributes': (bytes) => manyShortKeys(bytes),
  'many details with short keys': (bytes) => ({ 'binding:vif_details': manyShortKeys(bytes) }),
};

/** A port and what it refers to. */
export const SURROUNDINGS: Inputs<Pick<NeutronPort, 'fixed_ips'> & Omit<PortContext, 'network'>> = {
  'many subnets': (bytes) => ({
    fixed_ips: many(bytes, 140, (i) => ({ ip_address: address(i), subnet_id: `subnet-${i}` })),
    subnets: many(bytes, 140, (i) => ({ id: `subnet-${i}`, cidr: '10.0.0.0/8' })),
  }),
  'many floating IPs': (bytes) => ({
    fixed_ips: many(bytes, 180, (i) => ({ ip_address: address(i), subnet_id: 'subnet-1' })),
    floatingIps: many(bytes, 180, (i) => ({
      port_id: PORT_ID,
      fixed_ip_address: address(i),
      floating_ip_address: '192.0.2.1',
    })),
  }),
};

const entry = (values: object, network: object = {}) => ({
  id: PORT_ID,
  address: 'fa:16:3e:4a:5b:6c',
  type: 'ovs',
  details: {},
  network: { id: NETWORK.id, bridge: 'br-int', ...network },
  ...values,
});

/** Forms of entries of nova's network_info, valid and not. */
export const ENTRIES: Inputs<NetworkInfoEntry> = {
  'many subnets': (bytes) =>
    entry({}, { subnets: many(bytes, 80, (i) => ({ cidr: `${address(i)}/24`, ips: [{ address: address(i) }] })) }),
  'many numbers in place of subnets': (bytes) => entry({}, { subnets: manyNumbers(bytes) }),
  'many wrong routes': (bytes) => entry({}, { subnets: [{ routes: many(bytes, 12, () => ({ cidr: 'x' })) }] }),
  'many details': (bytes) => entry({ details: manyKeys(bytes) }),
  'a long label': (bytes) => entry({}, { label: longText('a')(bytes) }),
  'a long VLAN': (bytes) => entry({}, { meta: { should_create_vlan: true, vlan: longText('1')(bytes) } }),
};

/** The same with objects of many short keys. */
export const SHORT_KEYS_IN_ENTRIES: Inputs<NetworkInfoEntry> = {
  'many details with short keys': (bytes) => entry({ details: manyShortKeys(bytes) }),
  'many parameters of 802.1Qbg': (bytes) => entry({ qbg_params: manyShortKeys(bytes) }),
};

/** Texts that, repeated, make a regular expression with nested repetitions slow. */
const REPEATED = ['0', '9', 'a', ':', '.', '-', '/', ' ', '\n', '[', '\u0301', '0:', '1.', '漢 ', '"'];

/** Only the forms with these names. */
export function formsOf<T>(inputs: Inputs<T>, ...names: readonly string[]): Inputs<T> {
  const forms = Object.entries(inputs).filter(([name]) => names.includes(name));
  if (forms.length !== names.length) throw new Error(`no such form among ${names.join(', ')}`);
  return Object.fromEntries(forms);
}

/** Long texts that start like valid ones. */
export function longTexts(start = ''): Inputs<readonly string[]> {
  return { 'long texts': (bytes) => REPEATED.map((text) => start + longText(text)(bytes)) };
}
