/** Creates the JSON Schema (draft 2020-12) of objects from the declarations. */

import type { OptionKinds } from '../errors/argument.ts';
import { requireOptions } from '../errors/argument.ts';
import { oneOfValues } from '../errors/value-kinds.ts';
import { hasFieldAt } from './history/history.ts';
import { minorVersionsUpTo } from './history/version.ts';
import {
  type Field,
  type JsonSchema,
  MODEL,
  type ObjectModel,
  type ObjectReference,
  type SchemaContext,
} from './model.ts';
import { modelFor, models } from './registry.ts';

/** Options of a schema. */
export interface SchemaOptions {
  /** `primitive`: the wire form. `plain`: the form for people. Default: `primitive`. */
  form?: 'primitive' | 'plain';
}

/** The options of `jsonSchema`. */
const SCHEMA_OPTIONS: OptionKinds<SchemaOptions> = { form: oneOfValues('primitive', 'plain') };

/** Adds descriptions of fields, for schemas that people read. */
export interface DescribingContext extends SchemaContext {
  describe?(field: Field, schema: JsonSchema): JsonSchema;
}

/**
 * The schema of a class at a version. Nested objects may have any known version.
 *
 * @throws IncompatibleVersionError if the class has no such version
 */
export function schemaOf(model: ObjectModel, version = model.version, options: SchemaOptions = {}): JsonSchema {
  requireOptions('jsonSchema', options, SCHEMA_OPTIONS);
  const form = options.form ?? 'primitive';
  const $defs: Record<string, JsonSchema> = {};
  const names = new Map<ObjectModel, string>();
  const define = (candidate: ObjectModel) => {
    const name = Object.hasOwn($defs, candidate.name) ? `${candidate.namespace}.${candidate.name}` : candidate.name;
    names.set(candidate, name);
    $defs[name] = {};
    $defs[name] = anyVersionSchema(candidate, context);
  };
  const context: SchemaContext = {
    form,
    objectSchema: (reference) => {
      for (const candidate of modelsFor(reference, form)) if (!names.has(candidate)) define(candidate);
      return referenceSchema(reference, form, (candidate) => `#/$defs/${names.get(candidate)}`);
    },
  };
  const root = versionSchema(model, version, context);
  return {
    $schema: DIALECT,
    title: `${model.name} ${version}`,
    ...root,
    ...(Object.keys($defs).length > 0 && { $defs }),
  };
}

/** The `$schema` of all schemas of this package. */
export const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * The schema of a class at one version, without referenced schemas. In the plain form, `type` is required.
 */
export function versionSchema(model: ObjectModel, version: string, context: DescribingContext): JsonSchema {
  const reader = modelFor(model.name, version, model.namespace);
  if (context.form === 'plain') return plainObject(reader, context, version, ['type']);
  const later = reader.fields.filter((field) => !hasFieldAt(reader, field, version));
  return envelope(reader, [version], dataSchema(reader, reader.fields, context, later));
}

/**
 * The schema of a class at all versions that its newest class reads, without referenced schemas.
 * `type` is optional in the plain form.
 */
export function anyVersionSchema(model: ObjectModel, context: DescribingContext): JsonSchema {
  return context.form === 'plain' ? plainObject(model, context) : anyVersion(model, context);
}

/** The schema of an object in a field: one reference, or several with the class name as discriminator. */
export function referenceSchema(
  reference: ObjectReference,
  form: SchemaContext['form'],
  locate: (model: ObjectModel) => string,
): JsonSchema {
  const candidates = modelsFor(reference, form);
  const [only] = candidates;
  if (only !== undefined && !reference.subclasses) return { $ref: locate(only) };
  const { name, namespace } = reference.objectClass.prototype[MODEL].envelope;
  const schemaOfSome = (some: readonly ObjectModel[]): JsonSchema => {
    const [first, second] = some;
    if (first !== undefined && second === undefined) return { $ref: locate(first) };
    return choice(
      namespace,
      groupBy(some, (model) => model.namespace),
      schemaOfSome,
    );
  };
  return choice(
    form === 'plain' ? 'type' : name,
    groupBy(candidates, (model) => model.name),
    schemaOfSome,
  );
}

/**
 * The newest version of each class that a field accepts. The plain form does not name namespaces: of classes with
 * the same name, it means that in the namespace of the field.
 */
function modelsFor(reference: ObjectReference, form: SchemaContext['form']): ObjectModel[] {
  const { envelope, namespace } = reference.objectClass.prototype[MODEL];
  const taken = (model: ObjectModel) =>
    model.envelope === envelope &&
    (model.name === reference.name || (reference.subclasses && model.names.has(reference.name)));
  const found = new Map<string, ObjectModel>();
  const known = reference.subclasses ? [...models(namespace), ...models()] : models(namespace);
  for (const model of known) {
    const key = form === 'plain' ? model.name : `${model.name} ${model.namespace}`;
    if (taken(model) && !found.has(key)) found.set(key, model);
  }
  return [...found.values()];
}

/** A choice by one property, so that violations refer to the intended class only. */
function choice(
  by: string,
  groups: ReadonlyMap<string, readonly ObjectModel[]>,
  schemaOfGroup: (group: readonly ObjectModel[]) => JsonSchema,
): JsonSchema {
  return {
    type: 'object',
    properties: { [by]: { enum: [...groups.keys()] } },
    required: [by],
    allOf: [...groups].map(([value, group]) => ({
      if: { type: 'object', properties: { [by]: { const: value } }, required: [by] },
      then: schemaOfGroup(group),
    })),
  };
}

function groupBy(all: readonly ObjectModel[], keyOf: (model: ObjectModel) => string): Map<string, ObjectModel[]> {
  const groups = new Map<string, ObjectModel[]>();
  for (const model of all) groups.set(keyOf(model), [...(groups.get(keyOf(model)) ?? []), model]);
  return groups;
}

function anyVersion(model: ObjectModel, context: DescribingContext): JsonSchema {
  const { version: versionKey, data: dataKey } = model.envelope;
  const versions = minorVersionsUpTo(model.version);
  const later = model.fields.map((field) => ({
    field,
    before: versions.filter((version) => !hasFieldAt(model, field, version)),
  }));
  const allOf = later
    .filter(({ before }) => before.length > 0)
    .map(({ field, before }) => ({
      if: { type: 'object', properties: { [versionKey]: anyOfVersions(before) }, required: [versionKey] },
      then: { type: 'object', properties: { [dataKey]: { type: 'object', properties: { [field.wireName]: false } } } },
    }));
  const schema = envelope(model, versions, dataSchema(model, model.fields, context));
  return allOf.length === 0 ? schema : { ...schema, allOf };
}

function envelope(model: ObjectModel, versions: readonly string[], data: JsonSchema): JsonSchema {
  const { envelope: keys } = model;
  return {
    type: 'object',
    properties: {
      [keys.name]: { const: model.name },
      [keys.namespace]: { const: model.namespace },
      [keys.version]: anyOfVersions(versions),
      [keys.data]: data,
      [keys.changes]: { type: 'array', items: nameOf(model.fields) },
    },
    required: [keys.name, keys.namespace, keys.version, keys.data],
    additionalProperties: false,
  };
}

/**
 * Versions in all accepted forms: a patch component is ignored (1.4.2 is 1.4), and a missing minor version is
 * 0 (1 is 1.0).
 */
function anyOfVersions(versions: readonly string[]): JsonSchema {
  const forms = versions.map((version) => {
    const [major, minor = '0'] = version.split('.');
    const rest = `\\.${minor}(?:\\.${NUMBER})?`;
    return minor === '0' ? `${major}(?:${rest})?` : `${major}${rest}`;
  });
  return {
    description: `version ${versions.join(' or ')}`,
    type: 'string',
    pattern: forms.length === 1 ? `^${forms[0]}$` : `^(?:${forms.join('|')})$`,
  };
}

const NUMBER = '(?:0|[1-9][0-9]{0,8})';

/** The schema of a field name. `false` without fields. */
function nameOf(fields: readonly Field[]): JsonSchema | false {
  return fields.length > 0 && { enum: fields.map(({ wireName }) => wireName) };
}

/**
 * The schema of the fields. Fields of later versions have the schema `false`, so that errors distinguish them
 * from unknown names.
 */
function dataSchema(
  model: ObjectModel,
  fields: readonly Field[],
  context: DescribingContext,
  later: readonly Field[] = [],
): JsonSchema {
  const nameOf = (field: Field) => (context.form === 'plain' ? field.plainName : field.wireName);
  const properties = Object.fromEntries(
    fields.map((field) => [nameOf(field), !later.includes(field) && fieldSchema(model, field, context)]),
  );
  return { type: 'object', properties, additionalProperties: false };
}

function plainObject(
  model: ObjectModel,
  context: DescribingContext,
  version = model.version,
  required: string[] = [],
): JsonSchema {
  const fields = model.fields.filter((field) => hasFieldAt(model, field, version));
  const objects = model.isList ? model.byName.get('objects') : undefined;
  if (objects !== undefined) return fieldSchema(model, objects, context);
  const { properties, ...rest } = dataSchema(model, fields, context);
  return { ...rest, properties: { type: { const: model.name }, ...Object(properties) }, required };
}

function fieldSchema(model: ObjectModel, field: Field, context: DescribingContext): JsonSchema {
  const { type, nullable, default: value } = field;
  const typeSchema = type.schema(holdsForeign(model, field) ? { ...context, objectSchema: () => FOREIGN } : context);
  const schema = nullable || value !== undefined ? nullOr(typeSchema) : typeSchema;
  const described = context.describe?.(field, schema) ?? schema;
  return value === undefined || context.form !== 'plain' ? described : { ...described, default: value };
}

/** Whether the objects of a field have another serial namespace than their parent, which cannot hold them. */
function holdsForeign({ envelope }: ObjectModel, { type }: Field): boolean {
  return type.object !== undefined && type.object.objectClass.prototype[MODEL].envelope !== envelope;
}

const FOREIGN: JsonSchema = {
  description: 'no object, because its serial namespace differs from that of the parent',
  not: {},
};

function nullOr(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}
