/** JSON Schema (draft 2020-12) of objects, made of the same declarations as everything else. */
import { hasFieldAt } from './history.ts';
import type { Field, ObjectModel } from './model.ts';
import type { ObjectReference } from './object-of.ts';
import { CHANGES, DATA, NAME, NAMESPACE, VERSION_KEY } from './primitive.ts';
import { modelFor, models } from './registry.ts';
import { minorVersionsUpTo } from './version.ts';

/** A JSON Schema, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Which schema to make. */
export interface SchemaOptions {
  /** `primitive` is the wire form, `plain` the form for people. */
  form?: 'primitive' | 'plain';
}

/** What a field type needs to know to describe itself. */
export interface SchemaContext {
  readonly form: 'primitive' | 'plain';
  /** The schema of an object that a field holds: a reference into `$defs`. */
  objectSchema(reference: ObjectReference): JsonSchema;
}

/**
 * The schema of a class at a version. Objects within it may be at any version that is known here.
 *
 * @throws IncompatibleVersionError where the class has no such version
 */
export function schemaOf(model: ObjectModel, version = model.version, options: SchemaOptions = {}): JsonSchema {
  const form = options.form ?? 'primitive';
  const $defs: Record<string, JsonSchema> = {};
  const context: SchemaContext = {
    form,
    objectSchema: (reference) => {
      const candidates = modelsFor(reference);
      for (const candidate of candidates) {
        if (Object.hasOwn($defs, candidate.name)) continue;
        $defs[candidate.name] = {};
        $defs[candidate.name] = form === 'plain' ? plainObject(candidate, context) : anyVersion(candidate, context);
      }
      const [only] = candidates;
      if (only !== undefined && !reference.subclasses) return referenceTo(only);
      return oneOfObjects(candidates, form === 'plain' ? 'type' : NAME);
    },
  };
  const reader = modelFor(model.name, version, model.namespace);
  const root =
    form === 'plain' ? plainObject(reader, context, version, ['type']) : oneVersion(reader, version, context);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `${model.name} ${version}`,
    ...root,
    ...(Object.keys($defs).length > 0 && { $defs }),
  };
}

/** The newest version of each name that a field takes. */
function modelsFor(reference: ObjectReference): ObjectModel[] {
  const taken = (model: ObjectModel) =>
    model.name === reference.name || (reference.subclasses && model.names.has(reference.name));
  const found = new Map<string, ObjectModel>();
  for (const model of models(reference.subclasses ? undefined : reference.objectClass.namespace)) {
    if (taken(model) && !found.has(model.name)) found.set(model.name, model);
  }
  return [...found.values()];
}

function referenceTo(model: ObjectModel): JsonSchema {
  return { $ref: `#/$defs/${model.name}` };
}

/** Told apart by one property, so that what is wrong is said of the class that was meant. */
function oneOfObjects(candidates: readonly ObjectModel[], by: string): JsonSchema {
  return {
    type: 'object',
    properties: { [by]: { enum: candidates.map(({ name }) => name) } },
    required: [by],
    allOf: candidates.map((model) => ({
      if: { type: 'object', properties: { [by]: { const: model.name } }, required: [by] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: referenceTo(model),
    })),
  };
}

function oneVersion(model: ObjectModel, version: string, context: SchemaContext): JsonSchema {
  const fields = model.fields.filter((field) => hasFieldAt(model, field, version));
  return envelope(model, { const: version }, dataSchema(fields, context));
}

function anyVersion(model: ObjectModel, context: SchemaContext): JsonSchema {
  const versions = minorVersionsUpTo(model.version);
  const later = model.fields.map((field) => ({
    field,
    before: versions.filter((version) => !hasFieldAt(model, field, version)),
  }));
  const allOf = later
    .filter(({ before }) => before.length > 0)
    .map(({ field, before }) => ({
      if: { type: 'object', properties: { [VERSION_KEY]: { enum: before } }, required: [VERSION_KEY] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { type: 'object', properties: { [DATA]: { type: 'object', properties: { [field.wireName]: false } } } },
    }));
  const schema = envelope(model, { enum: versions }, dataSchema(model.fields, context));
  return allOf.length === 0 ? schema : { ...schema, allOf };
}

function envelope(model: ObjectModel, version: JsonSchema, data: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: {
      [NAME]: { const: model.name },
      [NAMESPACE]: { const: model.namespace },
      [VERSION_KEY]: version,
      [DATA]: data,
      [CHANGES]: { type: 'array', items: nameOf(model.fields) },
    },
    required: [NAME, NAMESPACE, VERSION_KEY, DATA],
    additionalProperties: false,
  };
}

/** The name of a field; there is none where there are no fields. */
function nameOf(fields: readonly Field[]): JsonSchema | false {
  return fields.length > 0 && { enum: fields.map(({ wireName }) => wireName) };
}

function dataSchema(fields: readonly Field[], context: SchemaContext): JsonSchema {
  const properties = Object.fromEntries(fields.map((field) => [field.wireName, fieldSchema(field, context)]));
  return { type: 'object', properties, additionalProperties: false };
}

function plainObject(
  model: ObjectModel,
  context: SchemaContext,
  version = model.version,
  required: string[] = [],
): JsonSchema {
  const fields = model.fields.filter((field) => hasFieldAt(model, field, version));
  const objects = model.isList ? model.byName.get('objects') : undefined;
  if (objects !== undefined) return fieldSchema(objects, context);
  const { properties, ...rest } = dataSchema(fields, context);
  return { ...rest, properties: { type: { const: model.name }, ...Object(properties) }, required };
}

function fieldSchema({ type, nullable, default: value }: Field, context: SchemaContext): JsonSchema {
  const schema = nullable || value !== undefined ? nullOr(type.schema(context)) : type.schema(context);
  return value === undefined || context.form !== 'plain' ? schema : { ...schema, default: value };
}

function nullOr(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}
