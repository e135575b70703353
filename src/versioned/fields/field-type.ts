/** Helpers of field types. Types with one value are in scalars.ts, addresses.ts and object-of.ts, types with several in collections.ts. */
import { FieldValueError } from '../../errors/model.ts';
import type { FieldType, JsonSchema } from '../model.ts';

/**
 * A type with immutable values that are their own wire form, so that assigned values and values from the wire are checked alike.
 *
 * @param accept returns the value to store, or throws FieldValueError. The schema's description is what that error expects.
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

/** The expectation that `accept` states for a value that no type accepts. */
function expectedBy(accept: (value: unknown) => unknown): string {
  try {
    accept(Symbol('no value'));
  } catch (error) {
    if (error instanceof FieldValueError) return error.expected;
  }
  return 'any value';
}

/** Refuses a value. `known` lists the accepted words if they are few. */
export function refuse(value: unknown, expected: string, known?: readonly string[]): never {
  throw new FieldValueError(value, expected, known);
}
