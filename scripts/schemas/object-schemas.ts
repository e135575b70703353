/** The schemas of os-vif's objects: each at each version and in any, in both forms, with references between the files. */
import { type JsonSchema, VersionedObject } from '../../src/entries/index.ts';
import { ipAddress, ipNetwork, macAddress, pciAddress } from '../../src/versioned/fields/addresses.ts';
import { uuid } from '../../src/versioned/fields/scalars.ts';
import { minorVersionsUpTo } from '../../src/versioned/history/version.ts';
import {
  anyVersionSchema,
  type DescribingContext,
  DIALECT,
  referenceSchema,
  versionSchema,
} from '../../src/versioned/json-schema.ts';
import type { Field, ObjectModel } from '../../src/versioned/model.ts';
import { models } from '../../src/versioned/registry.ts';
import { type Docs, docstringsOf } from './docstrings.ts';
import { exampleOf } from './examples.ts';

/** By path below `schemas/`. */
export function objectSchemas(): [path: string, schema: JsonSchema][] {
  const forms = (['primitive', 'plain'] as const).map((form) => [form, contextOf(form)] as const);
  const files = models('os_vif').flatMap((model) =>
    forms.flatMap(([form, context]) => [
      inAnyVersion(model, form, context),
      ...orOfSubclass(model, form),
      ...minorVersionsUpTo(model.version).map((version) => atVersion(model, version, form, context)),
    ]),
  );
  return [['types.json', typesSchema()], ...files];
}

/** The `$id` of the schema in a file below `schemas/`. */
function idOf(path: string): string {
  return `os-vif:/schemas/${path}`;
}

type Form = DescribingContext['form'];

const sources = [
  'fixed-ip',
  'datapath-offload',
  'host-info',
  'instance-info',
  'network',
  'port-profile',
  'route',
  'subnet',
  'vif',
];
const docs: ReadonlyMap<string, Docs> = docstringsOf([
  ...sources.map((name) => new URL(`../../src/objects/${name}.ts`, import.meta.url)),
  new URL('../../src/versioned/versioned-object-list.ts', import.meta.url),
]);

/** Of a class that others extend: an object of it, or of one of them. */
function orOfSubclass(model: ObjectModel, form: Form): [string, JsonSchema][] {
  const { name, objectClass } = model;
  if (!models('os_vif').some((other) => other !== model && other.names.has(name))) return [];
  const path = `${form}/any/${name}.json`;
  const title = `${name} or an object that extends it, in any version, ${form} form`;
  const locate = (found: ObjectModel) => idOf(`${form}/${found.name}.json`);
  return [[path, headed(path, title, model, referenceSchema({ name, objectClass, subclasses: true }, form, locate))]];
}

function inAnyVersion(model: ObjectModel, form: Form, context: DescribingContext): [string, JsonSchema] {
  const path = `${form}/${model.name}.json`;
  const title = `${model.name} in any version, ${form} form`;
  return [path, headed(path, title, model, anyVersionSchema(model, context))];
}

function atVersion(model: ObjectModel, version: string, form: Form, context: DescribingContext): [string, JsonSchema] {
  const path = `${form}/${model.name}/${version}.json`;
  const schema = headed(path, `${model.name} ${version}, ${form} form`, model, versionSchema(model, version, context));
  const example = exampleOf(model.name, version);
  if (example === undefined) return [path, schema];
  const shown = form === 'primitive' ? example : VersionedObject.fromPrimitive(example).toPlain({ version });
  return [path, { ...schema, examples: [shown] }];
}

function headed(path: string, title: string, { name }: ObjectModel, schema: JsonSchema): JsonSchema {
  const description = docs.get(name)?.text;
  return { $schema: DIALECT, $id: idOf(path), title, description, ...schema, ...(description && { description }) };
}

function contextOf(form: Form): DescribingContext {
  return {
    form,
    objectSchema: ({ name, subclasses }) => ({ $ref: idOf(`${form}/${subclasses ? 'any/' : ''}${name}.json`) }),
    describe: (field, schema) => {
      const description = docstringOf(field);
      const shared = shareTypes(schema);
      return description === undefined ? shared : { ...shared, description };
    },
  };
}

function docstringOf({ declaredBy, name }: Field): string | undefined {
  return docs.get(declaredBy)?.members.get(name) ?? docs.get('VersionedObjectList')?.members.get(name);
}

/** Types whose patterns are long stand in one file. */
const TYPES = { uuid, mac_address: macAddress, pci_address: pciAddress, ip_address: ipAddress, ip_network: ipNetwork };

const types: readonly (readonly [name: string, schema: JsonSchema])[] = Object.entries(TYPES).map(([name, type]) => [
  name,
  type().schema({ form: 'primitive', objectSchema: () => ({}) }),
]);

function typesSchema(): JsonSchema {
  return {
    $schema: DIALECT,
    $id: idOf('types.json'),
    title: 'Types of fields',
    description: 'What fields of objects refer to.',
    $defs: Object.fromEntries(types),
  };
}

/** The same schema, with references where one of the shared types stands. */
function shareTypes(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema);
  const shared = types.find(([, type]) => JSON.stringify(type) === text);
  if (shared !== undefined) return { $ref: `${idOf('types.json')}#/$defs/${shared[0]}` };
  const { anyOf, items } = schema;
  return {
    ...schema,
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map(shareTypes) }),
    ...(isSchema(items) && { items: shareTypes(items) }),
  };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
