/** What a field can hold. Types of one value are in scalars.ts, addresses.ts and object-of.ts, those of several in collections.ts. */
import { FieldValueError } from '../../errors/model.ts';
import type { FieldType, JsonSchema } from '../model.ts';

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
