/** Generates random objects with fast-check. */

import type { Arbitrary } from 'fast-check';
import { requireArgument, requireOptions } from '../errors/argument.ts';
import { DeclarationError } from '../errors/model.ts';
import { FUNCTION, OBJECT, type ValueKind } from '../errors/value-kinds.ts';
import { isRecord } from '../text/is-record.ts';
import { readObject } from '../versioned/codec/from-primitive.ts';
import type { Primitive } from '../versioned/codec/primitive.ts';
import { primitiveOf } from '../versioned/codec/to-primitive.ts';
import { type Field, type FieldType, MODEL, type ObjectModel, type ObjectReference } from '../versioned/model.ts';
import type { ObjectClass } from '../versioned/object-class.ts';
import { models } from '../versioned/registry.ts';
import type { FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { arbitraryValues } from './arbitrary-values.ts';
import { fastCheck } from './fast-check.ts';

/**
 * Arbitraries of field types, by the name of the type in oslo.versionedobjects:
 * `{ String: fc.constant('x') }`.
 */
export type ArbitraryTypes = Readonly<Record<string, Arbitrary<unknown>>>;

/** Options of random objects. */
export interface ArbitraryOptions<T> {
  /** Fixed values of all objects. */
  readonly set?: FieldValues<T>;
  /**
   * Arbitraries for own types, and other arbitraries for known types, by oslo's name of the type. Their
   * values have the wire form. By default, `String` is any text. To plug random VIFs, restrict it to
   * valid names of devices.
   */
  readonly types?: ArbitraryTypes;
}

const OPTIONS = { set: OBJECT, types: OBJECT, class: FUNCTION };
const CLASS: ValueKind = {
  expected: 'a class of versioned objects',
  accepts: (value) => typeof value === 'function' && value.prototype?.[MODEL] !== undefined,
};

/**
 * Random valid objects of a class. Every field is sometimes unset, except fields that the constructor sets.
 *
 * @throws DeclarationError for a field of an unknown type that is not in `types`
 * @throws MissingFastCheckError if fast-check is not installed
 */
export function arbitraryObject<T extends VersionedObject>(
  objectClass: ObjectClass<T>,
  options: ArbitraryOptions<T> = {},
): Arbitrary<T> {
  requireArgument('arbitraryObject', objectClass, CLASS);
  requireOptions('arbitraryObject', options, OPTIONS);
  const { [MODEL]: model } = objectClass.prototype;
  return arbitraryPrimitive(model, options.types).map((primitive) => {
    const object: unknown = readObject(primitive);
    if (object instanceof objectClass) return Object.assign(object, options.set);
    throw new DeclarationError(`${model.name} ${model.version} is read as another class, a newer one of the same name`);
  });
}

/** Random primitives of a class, in its version. */
export function arbitraryPrimitive(model: ObjectModel, types: ArbitraryTypes = {}): Arbitrary<Primitive> {
  return primitiveAt(model, { ...arbitraryValues(), ...types }, 0);
}

/** The largest depth of nested objects, for classes with children of their own kind. */
const DEPTH = 5;

function primitiveAt(model: ObjectModel, types: ArbitraryTypes, depth: number): Arbitrary<Primitive> {
  const fc = fastCheck();
  const fields = model.fields.filter(({ type }) => depth < DEPTH || type.object === undefined);
  const values = Object.fromEntries(fields.map((field) => [field.wireName, valuesOf(field, types, depth)]));
  return fc
    .record(values, { requiredKeys: [] })
    .chain((data) => fc.subarray(Object.keys(data)).map((changes) => primitiveOf(model, model.version, data, changes)));
}

function valuesOf(
  { type, nullable, name, declaredBy }: Field,
  types: ArbitraryTypes,
  depth: number,
): Arbitrary<unknown> {
  const values = ofType(type, types, depth);
  if (values !== undefined) return nullable ? fastCheck().option(values, { freq: 5 }) : values;
  throw new DeclarationError(
    `${declaredBy}.${name}: there is no arbitrary for the type ${type.osloName}: add one, types: { ${type.osloName}: ... }`,
  );
}

/** The arbitrary of a field type. Undefined for a type that is neither built in nor in `types`. */
function ofType(type: FieldType<unknown>, types: ArbitraryTypes, depth: number): Arbitrary<unknown> | undefined {
  const fc = fastCheck();
  if (type.elements !== undefined) {
    const { type: elementType, nullable, collection } = type.elements;
    const values = ofType(elementType, types, depth);
    if (values === undefined) return undefined;
    const elements = nullable ? fc.option(values, { freq: 5 }) : values;
    if (collection === 'dict') return fc.dictionary(fc.string({ maxLength: 8 }), elements, { maxKeys: 3 });
    return collection === 'set' ? fc.uniqueArray(elements, { maxLength: 3 }) : fc.array(elements, { maxLength: 3 });
  }
  if (type.object !== undefined) {
    return fc.constantFrom(...takenBy(type.object)).chain((model) => primitiveAt(model, types, depth + 1));
  }
  return matchingOf(type) ?? types[type.osloName] ?? wordsOf(type);
}

/** The arbitrary of an enumeration, from the words in the fingerprint. Undefined for other types. */
function wordsOf({ fingerprint = {} }: FieldType<unknown>): Arbitrary<unknown> | undefined {
  const { valid_values: values } = fingerprint;
  const words: unknown = isRecord(values) ? values.tuple : values;
  return Array.isArray(words) ? fastCheck().constantFrom(...words) : undefined;
}

/** The arbitrary of a string with a pattern. Undefined for other types. */
function matchingOf(type: FieldType<unknown>): Arbitrary<unknown> | undefined {
  if (type.osloName !== 'String') return undefined;
  const { pattern } = type.schema({ form: 'primitive', objectSchema: () => ({}) });
  return typeof pattern === 'string' ? fastCheck().stringMatching(new RegExp(pattern, 'u')) : undefined;
}

/** The newest version of each class that a field accepts. */
function takenBy({ name, subclasses, objectClass }: ObjectReference): ObjectModel[] {
  const { namespace } = objectClass;
  const newest = new Map<string, ObjectModel>();
  for (const model of models(namespace)) {
    const isTaken = model.name === name || (subclasses && model.names.has(name));
    if (isTaken && !newest.has(model.name)) newest.set(model.name, model);
  }
  return [...newest.values()];
}
