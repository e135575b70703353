/**
 * Helpers of field types. Types with one value are in scalars.ts, addresses.ts and object-of.ts, types
 * with several in collections.ts.
 */
import { FieldValueError } from '../../errors/model.ts';
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
