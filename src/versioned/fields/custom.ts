/** Field types that users declare. */

import { requireArgument } from '../../errors/argument.ts';
import { DeclarationError } from '../../errors/model.ts';
import { OBJECT } from '../../errors/value-kinds.ts';
import { describeValue } from '../../text/describe-value.ts';
import type { FieldType, JsonSchema, SchemaContext } from '../model.ts';
import { describeWrongType, isFieldType, refuse, secret } from './field-type.ts';

/** The parts of a custom field type that can be left out. */
interface OptionalParts<V> {
  /** The value to store for a value from the wire. Default: the same as `accept`. */
  read?(primitive: unknown, depth: number): V;
  /** The wire form of a stored value, as JSON. Default: the value itself. */
  write?(value: V): unknown;
  /**
   * Further `name=value` parts of the fingerprint. `{ tuple: [...] }` is a tuple. `{ python: '2.0' }` is text
   * that Python prints, for values that JavaScript does not have. `default` and `nullable` replace the parts
   * that each field has.
   */
  fingerprint?: Readonly<Record<string, unknown>>;
  /** Whether two stored values are equal. Default: `===`. */
  equal?(a: V, b: V): boolean;
  /** A copy that shares no mutable part with the value. Default: the value itself. */
  clone?(value: V): V;
  /** Whether values are secret. Output for people and error messages do not show them. */
  sensitive?: boolean;
}

/** A field type of its own. */
export interface NewFieldType<V> extends OptionalParts<V> {
  /** The name of the class of the type in Python. It is the first word of the fingerprint. */
  osloName: string;
  /** A description of the accepted values, for errors and for the schema: `a port, 1 to 65535`. */
  expected: string;
  /** The value to store, or `undefined` if the type refuses the value. */
  accept(value: unknown): V | undefined;
  /** The JSON Schema of the wire form. */
  schema: JsonSchema | ((context: SchemaContext) => JsonSchema);
}

/** A field type that changes some parts of another field type. */
export interface DerivedFieldType<V> extends OptionalParts<V>, Partial<NewFieldType<V>> {
  /** The field type whose parts are used where this definition has none. */
  extends: FieldType<V>;
}

/**
 * A field type of your own. The fingerprint is equal to that of a Python class when `osloName` and
 * `fingerprint` are the name and the parameters that Python prints.
 *
 * @throws DeclarationError for a definition that lacks a part, and for a wrong name
 */
export function fieldType<V>(definition: NewFieldType<V> | DerivedFieldType<V>): FieldType<V> {
  requireArgument('fieldType', definition, OBJECT);
  const base = 'extends' in definition ? definition.extends : undefined;
  if (base !== undefined && !isFieldType(base)) {
    throw new DeclarationError(`fieldType(): extends must be ${describeWrongType(base)}`);
  }
  const type: FieldType<V> = { ...requiredParts(definition, base), ...optionalParts(definition) };
  return definition.sensitive ? secret(type) : type;
}

function requiredParts<V>(definition: Partial<NewFieldType<V>>, base: FieldType<V> | undefined): FieldType<V> {
  const { osloName = base?.osloName, accept, schema } = definition;
  if (typeof osloName !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(osloName)) {
    throw new DeclarationError(
      `fieldType(): osloName must be the name of a class in Python, found ${describeValue(osloName)}`,
    );
  }
  const expected = definition.expected ?? `a value of type ${osloName}`;
  const take = accept === undefined ? base?.coerce : accepting(accept, expected);
  const describe = schema === undefined ? base?.schema : schemaOf(schema, expected);
  if (take === undefined || describe === undefined) {
    throw new DeclarationError(`fieldType(): ${osloName} needs accept and schema, or extends`);
  }
  return {
    ...base,
    osloName,
    coerce: take,
    read: accept === undefined ? (base?.read ?? take) : take,
    schema: describe,
  };
}

function optionalParts<V>({ read, write, fingerprint, equal, clone }: OptionalParts<V>): Partial<FieldType<V>> {
  return {
    ...(read && { read }),
    ...(write && { write }),
    ...(fingerprint && { fingerprint }),
    ...(equal && { equal }),
    ...(clone && { clone }),
  };
}

function accepting<V>(accept: NewFieldType<V>['accept'], expected: string): (value: unknown) => V {
  return (value) => {
    const taken = accept(value);
    return taken === undefined ? refuse(value, expected) : taken;
  };
}

function schemaOf<V>(schema: NewFieldType<V>['schema'], expected: string): FieldType<V>['schema'] {
  return (context) => ({ description: expected, ...(typeof schema === 'function' ? schema(context) : schema) });
}
