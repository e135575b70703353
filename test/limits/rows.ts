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
  vifFromNetworkInfo,
  vifFromPort,
} from '../../src/entries/neutron.ts';
import { graphOf, toDot, toMermaid, toSvg, toText } from '../../src/entries/picture.ts';
import { readSchema } from '../../src/entries/schemas.ts';
import { validatePluginOptions } from '../../src/plugins/plugin-options.ts';
import { describeValue } from '../../src/text/describe-value.ts';
import { nearestName } from '../../src/text/nearest.ts';
import { NETWORK, port } from '../neutron/ports.ts';
import { Note } from '../versioned/own-classes.ts';
import type { Row } from './growth.ts';
import {
  ENTRIES,
  type Inputs,
  longText,
  longTexts,
  many,
  manyKeys,
  NOTES,
  PLAIN,
  PORTS,
  PRIMITIVES,
  SURROUNDINGS,
} from './inputs.ts';

function rowsOf<T>(name: string, inputs: Inputs<T>, call: (input: T) => unknown): Row[] {
  return Object.entries(inputs).map(([form, input]) => ({ name: `${name}, ${form}`, input, call }));
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
const picture = (text: string) => graphOf([], { vif: vif({ vifName: text, bridgeName: text }) });
const portWith = (values: object) => ({ ...port(), ...values });

export const ROWS: readonly Row[] = [
  ...rowsOf('validate', PRIMITIVES, validate),
  ...rowsOf('fromPrimitive', PRIMITIVES, (input) => VersionedObject.fromPrimitive(input)),
  ...rowsOf('backport', PRIMITIVES, (input) => backport(input, { versionManifest: { Subnet: '1.0' } })),
  ...rowsOf('fromPlain', PLAIN, (input) => VIFBridge.fromPlain(input)),
  ...rowsOf('fromPlain and toPlain', NOTES, (input) => Note.fromPlain(input).toPlain()),
  ...rowsOf('equals', { 'sets of many texts': (bytes) => new Set(many(bytes, 12, (i) => `tag${i}`)) }, (tags) =>
    new Note({ tags }).equals(new Note({ tags: new Set(tags) })),
  ),
  ...rowsOf('validateBinding', PORTS, (values) => validateBinding(portWith(values))),
  ...rowsOf('vifFromPort', PORTS, (values) => vifFromPort(portWith(values), { network: NETWORK })),
  ...rowsOf('vifFromPort', SURROUNDINGS, ({ fixed_ips, ...rest }) =>
    vifFromPort(portWith({ fixed_ips }), { network: NETWORK, ...rest }),
  ),
  ...rowsOf('requireUsableAddressing', PORTS, (values) => requireUsableAddressing(portWith(values))),
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
      'many plugins': (bytes) => many(bytes, 25, (i) => ({ plugin_name: `p${i}` })),
      'many VIF classes': (bytes) => [
        { plugin_name: 'ovs', vif_info: many(bytes, 30, (i) => ({ vif_object_name: `V${i}` })) },
      ],
      'a long plugin name': (bytes) => [{ plugin_name: longText('p')(bytes) }],
      'a long version': (bytes) => [
        {
          plugin_name: 'ovs',
          vif_info: [{ vif_object_name: 'VIFBridge', min_version: longText('1')(bytes), max_version: '1.0' }],
        },
      ],
    },
    (plugins) => negotiate(vif({}), HostInfo.fromPlain({ plugin_info: plugins })),
  ),
  ...rowsOf(
    'HostInfo.filterVifTypes',
    {
      'many types of many': (bytes) => many(bytes, 40, (i) => `V${i}`),
    },
    (types) =>
      HostInfo.fromPlain({
        plugin_info: [{ plugin_name: 'p', vif_info: types.map((name) => ({ vif_object_name: name })) }],
      }).filterVifTypes(types),
  ),
  ...rowsOf(
    'nearest name',
    {
      'a long given name': (bytes) => [longText('a')(bytes), 'vif_name'],
      'a long known name': (bytes) => ['vif_name', longText('a')(bytes)],
      'many known names': (bytes) => ['key0', ...Object.keys(manyKeys(bytes))],
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
    rowsOf(
      draw.name,
      {
        'a long name': longText('a '),
        'a long name of marks': longText('\u0301'),
        'a long name of signs': longText('"\n['),
      },
      (text) => draw(picture(text)),
    ),
  ),
  ...rowsOf('toSvg', { 'a long name': longText('a') }, (text) => toSvg(picture(text))),
];
