/** The functions of the model that take outside data. A new function, or a new form of input, is a new row. */
import {
  backport,
  classFor,
  dateTime,
  HostInfo,
  ipAddress,
  ipNetwork,
  macAddress,
  negotiate,
  oneOf,
  pciAddress,
  uuid,
  VersionedObject,
  VIFBridge,
  VIFGeneric,
  validate,
} from '../../src/entries/index.ts';
import { toInterfaceXml } from '../../src/entries/libvirt.ts';
import {
  requireUsableAddressing,
  validateBinding,
  validatePortBindings,
  vifFromNetworkInfo,
  vifFromPort,
} from '../../src/entries/neutron.ts';
import { graphOf, toDot, toMermaid, toSvg, toText } from '../../src/entries/picture.ts';
import { readSchema } from '../../src/entries/schemas.ts';
import { validatePluginOptions } from '../../src/plugins/plugin-options.ts';
import { describeValue } from '../../src/text/describe-value.ts';
import { isRecord } from '../../src/text/is-record.ts';
import { nearestName } from '../../src/text/nearest.ts';
import { NETWORK, port } from '../neutron/ports.ts';
import { Folder, Note, Shelf } from '../versioned/own-classes.ts';
import type { GrowthCase } from './cpu-time.ts';
import {
  ENTRIES,
  formsOf,
  type Inputs,
  longText,
  longTexts,
  many,
  manyKeys,
  manyShortKeys,
  manyTags,
  NOTES,
  PLAIN,
  PORTS,
  PRIMITIVES,
  SHELVES,
  SHORT_KEYS_IN_ENTRIES,
  SHORT_KEYS_IN_NOTES,
  SHORT_KEYS_IN_PORTS,
  SHORT_KEYS_IN_PRIMITIVES,
  SURROUNDINGS,
} from './inputs.ts';

/** A port with the names of openstacksdk, and many other attributes. */
function sdkPort(bytes: number): object {
  return { ...portWith(manyKeys(bytes)), binding_host_id: 'compute-1', is_admin_state_up: true };
}

function rowsOf<T>(name: string, inputs: Inputs<T>, run: (input: T) => unknown): GrowthCase[] {
  return Object.entries(inputs).map(([form, make]) => ({ name: `${name}, ${form}`, make, run }));
}

/** Rows of a function that reads objects with many short keys. */
function rowsBesideWalk<T>(name: string, inputs: Inputs<T>, run: (input: T) => unknown): GrowthCase[] {
  return rowsOf(name, inputs, run).map((row) => ({ ...row, beside: walk }));
}

/** Rows of a function that returns a copy of such objects. */
function rowsBesideCopy<T>(name: string, inputs: Inputs<T>, run: (input: T) => unknown): GrowthCase[] {
  return rowsOf(name, inputs, run).map((row) => ({ ...row, beside: deepCopy }));
}

/** Visits each value of an object, and of the objects in it. */
function walk(value: Readonly<Record<string, unknown>>): void {
  for (const key in value) {
    const inner = value[key];
    if (isRecord(inner)) walk(inner);
  }
}

function deepCopy(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, isRecord(inner) ? deepCopy(inner) : inner]),
  );
}

/** The check, the object and the plain form each have a copy, and memory holds all of them. */
function copyThreeTimes(value: object): object[] {
  return [deepCopy(value), deepCopy(value), deepCopy(value)];
}

/** The field and both plain forms have a copy of a set, and the written form is in order. */
function copySets({ tags }: { readonly tags: readonly string[] }): unknown[] {
  return [new Set(tags), new Set(tags), [...new Set(tags)].sort()];
}

/** The call for each of several texts; one that throws does not keep the others from being tried. */
function forEach(call: (text: string) => unknown): (texts: readonly string[]) => void {
  return (texts) => {
    for (const text of texts) {
      try {
        call(text);
      } catch {
        // Refused.
      }
    }
  };
}

const vif = (values: object) => new VIFBridge({ plugin: 'ovs', vifName: 'tap0', bridgeName: 'br0', ...values });
const picture = (text: string) => graphOf([], { vif: vif({ vifName: text }) });
const portWith = (values: object) => ({ ...port(), ...values });
const bindings = (forms: Inputs<object>) =>
  Object.fromEntries(Object.entries(forms).map(([form, make]) => [form, (bytes: number) => portWith(make(bytes))]));
const BINDINGS = bindings(PORTS);
const SHORT_KEYS_IN_BINDINGS = bindings(SHORT_KEYS_IN_PORTS);
const tags = (bytes: number) => new Set(manyTags(bytes));

const shelf = (bytes: number) => new Shelf({ spare: new Set(many(bytes, 20, (i) => new Folder({ name: `n${i}` }))) });
const SHELF_PRIMITIVES = {
  'a set of many objects': (bytes: number) => shelf(bytes / 10).toPrimitive(),
  'a dict of many objects': (bytes: number) =>
    new Shelf({
      folders: Object.fromEntries(many(bytes, 200, (i) => [`key-${i}`, new Folder({ name: `n${i}` })])),
    }).toPrimitive(),
};

const LONG_NAME = 'n'.repeat(500);
const hostInfo = (plugins: unknown) => HostInfo.fromPlain({ plugin_info: plugins });
const vifClasses = (bytes: number) => many(bytes, 525, (i) => ({ vif_object_name: `${LONG_NAME}${i}` }));

export const MODEL_CASES: readonly GrowthCase[] = [
  ...rowsOf('validate', PRIMITIVES, validate),
  ...rowsOf('fromPrimitive', PRIMITIVES, (input) => VersionedObject.fromPrimitive(input)),
  ...rowsOf(
    'backport',
    formsOf(
      PRIMITIVES,
      'many objects in a VIF',
      'many objects with a wrong value',
      'many addresses',
      'many changes of unknown names',
      'a dict of many keys',
      'a dict of many wrong values',
      'a set of many texts',
    ),
    (input) => backport(input, { versionManifest: { Subnet: '1.0' } }),
  ),
  ...rowsOf('fromPlain', PLAIN, (input) => VIFBridge.fromPlain(input)),
  ...rowsOf('fromPlain and toPlain', NOTES, (input) => Note.fromPlain(input).toPlain()).map((row) =>
    row.name.endsWith('a set of many texts') ? { ...row, beside: copySets } : row,
  ),
  ...rowsOf('fromPrimitive without unknown fields', PRIMITIVES, (input) =>
    VersionedObject.fromPrimitive(input, { unknown: 'refuse' }),
  ),
  ...rowsOf('fromPlain and toPlain', SHELVES, (input) => Shelf.fromPlain(input).toPlain()),
  ...rowsOf('fromPrimitive, validate and backport', SHELF_PRIMITIVES, async (input) => {
    await validate(input);
    backport(input, { versionManifest: { Folder: '1.0' } });
  }),
  ...rowsOf('equals', { 'sets of many objects': (bytes) => [shelf(bytes), shelf(bytes)] as const }, ([one, other]) =>
    one.equals(other),
  ),
  ...rowsBesideWalk('validate', SHORT_KEYS_IN_PRIMITIVES, validate),
  ...rowsBesideCopy('fromPrimitive', SHORT_KEYS_IN_PRIMITIVES, (input) => VersionedObject.fromPrimitive(input)),
  ...rowsBesideCopy('backport', SHORT_KEYS_IN_PRIMITIVES, (input) =>
    backport(input, { versionManifest: { Subnet: '1.0' } }),
  ),
  ...rowsBesideWalk('fromPlain', { 'many short unknown keys': manyShortKeys }, (input) => VIFBridge.fromPlain(input)),
  ...rowsOf('fromPlain and toPlain', SHORT_KEYS_IN_NOTES, (input) => Note.fromPlain(input).toPlain()).map((row) => ({
    ...row,
    beside: copyThreeTimes,
  })),
  ...rowsBesideWalk('validateBinding', SHORT_KEYS_IN_BINDINGS, validateBinding),
  ...rowsBesideWalk('vifFromPort', SHORT_KEYS_IN_BINDINGS, (given) => vifFromPort(given, { network: NETWORK })),
  ...rowsBesideWalk('vifFromNetworkInfo', SHORT_KEYS_IN_ENTRIES, vifFromNetworkInfo),
  ...rowsBesideWalk('validatePluginOptions', { 'many short unknown options': manyShortKeys }, (options) =>
    validatePluginOptions('linux_bridge', options),
  ),
  ...rowsOf(
    'equals',
    { 'sets of many texts': (bytes) => [new Note({ tags: tags(bytes) }), new Note({ tags: tags(bytes) })] as const },
    ([one, other]) => one.equals(other),
  ),
  ...rowsOf('validateBinding', BINDINGS, validateBinding),
  ...rowsOf(
    'validatePortBindings',
    {
      'many bindings': (bytes) => ({ bindings: many(bytes, 18, () => ({ vif_type: 'ovs' })) }),
      'many numbers in place of bindings': (bytes) => ({ bindings: many(bytes, 2, () => 7) }),
    },
    validatePortBindings,
  ),
  ...rowsOf('validateBinding', { 'many keys beside names of openstacksdk': sdkPort }, validateBinding),
  ...rowsOf('vifFromPort', BINDINGS, (given) => vifFromPort(given, { network: NETWORK })),
  ...rowsOf('vifFromPort', SURROUNDINGS, ({ fixed_ips, ...rest }) =>
    vifFromPort(portWith({ fixed_ips }), { network: NETWORK, ...rest }),
  ),
  ...rowsOf(
    'requireUsableAddressing',
    formsOf(
      BINDINGS,
      'many addresses on one subnet',
      'many numbers in place of addresses',
      'many details',
      'many addresses, and none to be had',
    ),
    requireUsableAddressing,
  ),
  ...rowsOf('vifFromNetworkInfo', ENTRIES, vifFromNetworkInfo),
  ...rowsOf(
    'validatePluginOptions',
    {
      'many unknown options': manyKeys,
      'many names': (bytes) => ({ forwardBridgeInterface: many(bytes, 7, (i) => `eth${i}`) }),
      'many numbers in place of names': (bytes) => ({ forwardBridgeInterface: many(bytes, 2, () => 5) }),
      'a long name': (bytes) => ({ flatInterface: longText('e')(bytes) }),
    },
    (options) => validatePluginOptions('linux_bridge', options),
  ),
  ...rowsOf(
    'negotiate',
    {
      'many plugins': (bytes) => hostInfo(many(bytes, 525, (i) => ({ plugin_name: `${LONG_NAME}${i}` }))),
      'many VIF classes': (bytes) => hostInfo([{ plugin_name: 'ovs', vif_info: vifClasses(bytes) }]),
      'a long plugin name': (bytes) => hostInfo([{ plugin_name: longText('p')(bytes) }]),
      'a long version': (bytes) =>
        hostInfo([
          {
            plugin_name: 'ovs',
            vif_info: [{ vif_object_name: 'VIFBridge', min_version: longText('1')(bytes), max_version: '1.0' }],
          },
        ]),
    },
    (info) => negotiate(vif({}), info),
  ),
  ...rowsOf(
    'HostInfo.filterVifTypes',
    {
      'many types of many': (bytes) => {
        const classes = vifClasses(bytes);
        return [
          hostInfo([{ plugin_name: 'p', vif_info: classes }]),
          classes.map(({ vif_object_name }) => vif_object_name),
        ] as const;
      },
    },
    ([info, types]) => info.filterVifTypes(types),
  ),
  ...rowsOf(
    'nearest name',
    {
      'a long given name': (bytes) => [longText('a')(bytes), 'vif_name'],
      'a long known name': (bytes) => ['vif_name', longText('a')(bytes)],
      'many known names': (bytes) => ['vifnaem', ...many(bytes, 16, (i) => `vif${String(i).padStart(5, '0')}`)],
    },
    ([given, ...known]) => nearestName(given, known),
  ),
  ...rowsOf('describeValue', { 'a long bigint': (bytes) => 1n << BigInt(8 * bytes) }, describeValue),
  ...rowsOf('macAddress', longTexts('fa:16:3e:00:00:0'), forEach(macAddress().coerce)),
  ...rowsOf('pciAddress', longTexts('0000:3b:00.'), forEach(pciAddress().coerce)),
  ...rowsOf('ipAddress', longTexts('10.0.0.'), forEach(ipAddress().coerce)),
  ...rowsOf('ipAddress of version 6', longTexts('::'), forEach(ipAddress().coerce)),
  ...rowsOf('ipNetwork', longTexts('10.0.0.0/'), forEach(ipNetwork().coerce)),
  ...rowsOf('ipNetwork of version 6', longTexts('2001:db8::/'), forEach(ipNetwork().coerce)),
  ...rowsOf('uuid', longTexts('dc065497-3c8d-4f44-8fb4-e1d33c16a536'), forEach(uuid().coerce)),
  ...rowsOf('dateTime', longTexts('2026-01-31T12:00:00.'), forEach(dateTime().coerce)),
  ...rowsOf('oneOf', longTexts('server'), forEach(oneOf(['client', 'server']).coerce)),
  ...rowsOf(
    'classFor',
    longTexts('1.'),
    forEach((version) => classFor('Subnet', version)),
  ),
  ...rowsOf('readSchema', { 'a long path': longText('a/') }, readSchema),
  ...rowsOf(
    'toInterfaceXml',
    longTexts(),
    forEach((text) => toInterfaceXml(new VIFGeneric({ vifName: text }), { virtType: 'kvm' })),
  ),
  ...[toMermaid, toDot, toText].flatMap((draw) =>
    rowsOf(draw.name, { 'a long name': (bytes) => picture(longText('a ')(bytes)) }, draw),
  ),
  ...[toMermaid, toDot].flatMap((draw) =>
    rowsOf(draw.name, { 'a long name of signs': (bytes) => picture(longText('"\n[')(bytes)) }, draw),
  ),
  ...rowsOf('toText', { 'a long name of marks': (bytes) => picture(longText('\u0301')(bytes)) }, toText),
  ...rowsOf(
    'toSvg',
    {
      'a long name': (bytes) => picture(longText('a')(bytes)),
      'a long title': (bytes) => ({ ...picture('tap0'), title: longText('a')(bytes) }),
    },
    toSvg,
  ),
];

/** The cases whose name contains the text. Without a text: all cases. */
export function casesOf(text = ''): readonly GrowthCase[] {
  return MODEL_CASES.filter(({ name }) => name.includes(text));
}
