/** What a field can hold. Types of one value are in scalars.ts, addresses.ts and object-of.ts, those of several in collections.ts. */
import { FieldValueError } from '../../errors/model.ts';
import type { JsonSchema, SchemaContext } from '../json-schema.ts';
import type { ObjectReference } from './object-of.ts';

/**
 * The type of a field: how a value comes in by assignment or off the wire, and how it goes out.
 *
 * A type refuses by throwing a {@link FieldValueError}; who asked puts field names in front of its path.
 */
export interface FieldType<V> {
  /** The name that oslo.versionedobjects gives this type; part of every fingerprint. */
  readonly osloName: string;
  /** The value to store for one that was assigned. Throws {@link FieldValueError}. */
  coerce(value: unknown): V;
  /** The value to store for one off the wire. Throws {@link FieldValueError}. */
  read(primitive: unknown, depth: number): V;
  /** The wire form of a stored value; left out where they are the same. */
  write?(value: V): unknown;
  /** What a property gives out, where that is not the stored value as it is: a list is frozen before anyone may change it unchecked. */
  expose?(value: V): V;
  /** The JSON Schema of the wire form or, with `context.form` plain, of the plain form. */
  schema(context: SchemaContext): JsonSchema;
  /** The objects that values of this type are or hold. */
  readonly object?: ObjectReference;
  /** Of a type of several values: the type of each of them. */
  readonly elements?: { readonly type: FieldType<unknown>; readonly nullable: boolean };
  /** Further `name=value` parts of the fingerprint, as Python prints the values. */
  readonly fingerprint?: Readonly<Record<string, unknown>>;
  /** Whether a stored value equals another. Left out where `===` tells. */
  equal?(a: V, b: V): boolean;
  /** A copy that shares nothing that can change; left out where a value can't. */
  clone?(value: V): V;
}

/** The type of the values of a field type: `ValueOf<typeof myType>`. */
export type ValueOf<T> = T extends FieldType<infer V> ? V : never;

/**
 * A type whose wire form is the value itself and whose values are immutable: both ways of coming in are one.
 *
 * @param accept gives the value to store, or refuses; what it says that it expects is the schema's description too
 */
export function scalar<V>(
  osloName: string,
  accept: (value: unknown) => V,
  schema: JsonSchema,
  fingerprint?: Readonly<Record<string, unknown>>,
): FieldType<V> {
  const describe = () => ({ description: expectedBy(accept), ...schema });
  return { osloName, coerce: accept, read: accept, schema: describe, ...(fingerprint && { fingerprint }) };
}

/** Told by the error about a value that no type takes. */
function expectedBy(accept: (value: unknown) => unknown): string {
  try {
    accept(Symbol('no value'));
  } catch (error) {
    if (error instanceof FieldValueError) return error.expected;
  }
  return 'any value';
}

/** Refuses a value; `known` are the words that are taken, where they are few. */
export function refuse(value: unknown, expected: string, known?: readonly string[]): never {
  throw new FieldValueError(value, expected, known);
}
