/** The schemas of what VIFs are made of, and of the options of plugins; each stands for itself. */
import { type PluginOptions, pluginOptionsSchema } from '../../src/entries/host.ts';
import type { JsonSchema } from '../../src/entries/index.ts';
import { networkInfoSchema, portBindingSchema } from '../../src/entries/neutron.ts';
import { LATEST } from '../../test/neutron/nova-vectors.ts';
import { BINDINGS, port } from '../../test/neutron/ports.ts';
import { type Docs, docstringsOf } from './docstrings.ts';

/** By path below `schemas/`. */
export function bindingSchemas(): [path: string, schema: JsonSchema][] {
  return [
    ['neutron/port-binding.json', { ...describePort(portBindingSchema()), examples: [examplePort] }],
    ['nova/network-info.json', { ...describeEntry(networkInfoSchema()), examples: [exampleEntry] }],
    ...Object.entries(OPTION_TYPES).map(([plugin, type]): [string, JsonSchema] => [
      `plugin-options/${plugin}.json`,
      described(pluginOptionsSchema(plugin), type),
    ]),
  ];
}

/** The interface of each plugin's options. */
const OPTION_TYPES: Readonly<Record<keyof PluginOptions, string>> = {
  linux_bridge: 'LinuxBridgePluginOptions',
  macvtap: 'MacvtapPluginOptions',
  noop: 'NoopPluginOptions',
  ovs: 'OvsPluginOptions',
  tap: 'TapPluginOptions',
};

const sources = [
  'neutron/port',
  'neutron/network-info',
  'plugins/linux-bridge-plugin',
  'plugins/macvtap-plugin',
  'plugins/ovs/ovs-options',
  'plugins/tap-plugin',
];
const docs: ReadonlyMap<string, Docs> = docstringsOf(
  sources.map((name) => new URL(`../../src/${name}.ts`, import.meta.url)),
);

const examplePort = port({ ...BINDINGS.ovs, 'binding:vif_type': 'ovs' });
const exampleEntry = LATEST.find(({ vif }) => vif.type === 'ovs')?.vif;

/** The docstrings of an interface in place of what is said of the values: their types say that. */
function described(schema: JsonSchema, type: string): JsonSchema {
  const members = docs.get(type)?.members;
  const properties: [string, JsonSchema][] = Object.entries(Object(schema.properties));
  const described = properties.map(([name, form]) => {
    const description = members?.get(name);
    return [name, description === undefined ? form : { ...form, description }];
  });
  return { ...schema, properties: Object.fromEntries(described) };
}

function describePort(schema: JsonSchema): JsonSchema {
  return within(
    within(described(schema, 'NeutronPort'), 'binding:vif_details', 'VifDetails'),
    'binding:profile',
    'BindingProfile',
  );
}

function describeEntry(schema: JsonSchema): JsonSchema {
  return within(within(described(schema, 'NetworkInfoEntry'), 'details', 'VifDetails'), 'profile', 'BindingProfile');
}

/** Docstrings for what a property holds, which may be null: the first of two alternatives. */
function within(schema: JsonSchema, name: string, type: string): JsonSchema {
  const properties: Readonly<Record<string, JsonSchema>> = Object(schema.properties);
  const { anyOf, ...rest } = properties[name] ?? {};
  const [form, ...others]: JsonSchema[] = Array.isArray(anyOf) ? anyOf : [];
  if (form === undefined) throw new Error(`${name} has no alternatives`);
  return { ...schema, properties: { ...properties, [name]: { ...rest, anyOf: [described(form, type), ...others] } } };
}
