/**
 * Helpers of field types. Types with one value are in scalars.ts, enumerations.ts, secrets.ts, json-text.ts,
 * addresses.ts and object-of.ts, types with several in collections.ts.
 */
import { FieldValueError } from '../../errors/model.ts';
import { describeValue } from '../../text/describe-value.ts';
import { isRecord } from '../../text/is-record.ts';
import { Masked, SENSITIVE_COMMENT } from '../../text/masked.ts';
import type { FieldType, JsonSchema } from '../model.ts';

/**
 * A type with immutable values that are their own wire form, so that assigned values and values from the
 * wire are checked alike.
 *
 * @param accept returns the value to store, or throws FieldValueError; its `expected` is the
 *   description in the schema
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

/** Derives the description from the error of `accept` for a value that no type accepts. */
function expectedBy(accept: (value: unknown) => unknown): string {
  try {
    accept(Symbol('no value'));
  } catch (error) {
    if (error instanceof FieldValueError) return error.expected;
  }
  return 'any value';
}

/** Throws FieldValueError. `known` lists the accepted words if they are few. */
export function refuse(value: unknown, expected: string, known?: readonly string[]): never {
  throw new FieldValueError(value, expected, known);
}

/** The type with secret values: its errors, and messages about its schema, do not show a value. */
export function secret<V>(type: FieldType<V>): FieldType<V> {
  return {
    ...type,
    sensitive: true,
    coerce: (value) => withoutValue(() => type.coerce(value)),
    read: (primitive, depth) => withoutValue(() => type.read(primitive, depth)),
    schema: (context) => ({ ...type.schema(context), $comment: SENSITIVE_COMMENT }),
  };
}

function withoutValue<V>(take: () => V): V {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof FieldValueError)) throw error;
    throw new FieldValueError(new Masked(), error.expected).within(error.path);
  }
}

/** Whether a value has the parts that each field type has. A class such as `Number` is no field type. */
export function isFieldType(value: unknown): value is FieldType<unknown> {
  return (
    isRecord(value) && typeof value.osloName === 'string' && PARTS.every((part) => typeof value[part] === 'function')
  );
}

const PARTS = ['coerce', 'read', 'schema'] as const;

/** The end of an error about a value that is no field type. */
export function describeWrongType(value: unknown): string {
  return `a field type such as string() or fieldType({ ... }), found ${describeValue(value)}`;
}
