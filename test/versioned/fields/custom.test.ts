import { describe, expect, test } from 'vitest';
import {
  defineObject,
  type FieldType,
  field,
  fieldType,
  integer,
  listOf,
  oneOf,
  VersionedObject,
  validate,
  versionedObject,
} from '../../../src/entries/index.ts';

const port = fieldType({
  osloName: 'PortRange',
  expected: 'a port, 1 to 65535',
  accept: (value) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535 ? Number(value) : undefined,
  schema: { type: 'integer', minimum: 1, maximum: 65535 },
});

@versionedObject({ name: 'Listener', namespace: 'acme-custom', version: '1.0' })
class Listener extends VersionedObject {
  @field(port) declare port?: number;
  @field(listOf(port)) declare others?: readonly number[];
}

describe('a custom type', () => {
  test('checks assigned values and values from the wire', () => {
    const listener = Object.assign(new Listener(), { port: 80, others: [1, 65535] });
    expect(Listener.fromPrimitive(listener.toPrimitive()).equals(listener)).toBe(true);
    expect(() => Object.assign(listener, { port: 0 })).toThrow('Listener.port: expected a port, 1 to 65535, found 0');
    expect(() => Listener.fromPlain({ others: [1, 'x'] })).toThrow('expected a port, 1 to 65535, found "x"');
  });

  test('is validated by its schema, which has its description', async () => {
    const primitive = { ...new Listener().toPrimitive(), 'versioned_object.data': { port: 70000 } };
    expect(await validate(primitive)).toEqual([
      { path: '/versioned_object.data/port', message: 'expected a port, 1 to 65535, found 70000' },
    ]);
  });

  test('can have null, false, 0 and the empty string as values', () => {
    const any = fieldType<unknown>({ osloName: 'Any', expected: 'any value', accept: (value) => value, schema: {} });
    expect([null, false, 0, ''].map((value) => any.coerce(value))).toEqual([null, false, 0, '']);
    expect(() => any.coerce(undefined)).toThrow('expected any value, found undefined');
  });

  test('can read and write a wire form of its own', () => {
    const celsius = fieldType<number>({
      osloName: 'Celsius',
      expected: 'a temperature',
      accept: (value) => (typeof value === 'number' ? value : undefined),
      read: (primitive) => Number.parseFloat(String(primitive)),
      write: (value) => `${value} C`,
      schema: ({ form }) => ({ type: 'string', title: form }),
    });
    expect([celsius.write?.(21), celsius.read('21 C', 0)]).toEqual(['21 C', 21]);
    expect(celsius.schema({ form: 'plain', objectSchema: () => ({}) })).toEqual({
      description: 'a temperature',
      type: 'string',
      title: 'plain',
    });
  });
});

describe('the values of a type that says how', () => {
  const box = fieldType<{ size: number }>({
    osloName: 'Box',
    expected: 'a box',
    accept: (value) => (typeof value === 'number' ? { size: value } : undefined),
    read: (primitive) => ({ size: Number(primitive) / 100 }),
    write: ({ size }) => size * 100,
    equal: (a, b) => a.size === b.size,
    clone: ({ size }) => ({ size }),
    fingerprint: { unit: 'm' },
    schema: { type: 'integer' },
  });
  const Shelf = defineObject({ name: 'Shelf', namespace: 'acme-custom', version: '1.0', fields: { box } });

  test('are written, read, compared and copied so', () => {
    const shelf = new Shelf();
    Object.assign(shelf, { box: 2 });
    expect(shelf.toPrimitive()['versioned_object.data']).toEqual({ box: 200 });
    const read = Shelf.fromPrimitive(shelf.toPrimitive());
    expect([read.box, read.equals(shelf), read.equals(new Shelf())]).toEqual([{ size: 2 }, true, false]);
    const copy = shelf.clone();
    Object.assign(shelf.box ?? {}, { size: 3 });
    expect([copy.box, copy.equals(shelf)]).toEqual([{ size: 2 }, false]);
    expect(box.fingerprint).toEqual({ unit: 'm' });
  });

  test('are by default compared as they are, and not copied', () => {
    const any = fieldType<object>({ osloName: 'Any', expected: 'any', accept: Object, schema: {} });
    expect([any.equal, any.clone, any.read, any.write, any.fingerprint]).toEqual([
      undefined,
      undefined,
      any.coerce,
      undefined,
      undefined,
    ]);
  });
});

describe('a derived type', () => {
  test('has the parts of its base that it does not change', () => {
    const base = listOf(integer());
    const derived = fieldType({ extends: base, osloName: 'IntegerList' });
    expect(derived).toEqual({ ...base, osloName: 'IntegerList' });
    expect(derived.coerce([1])).toEqual([1]);
  });

  test('can have an enumeration without its values in the fingerprint', () => {
    expect(fieldType({ extends: oneOf(['a']), fingerprint: {} })).toMatchObject({ osloName: 'Enum', fingerprint: {} });
  });

  test('checks values from the wire with its own accept too', () => {
    const even = fieldType({
      extends: integer(),
      accept: (value) => (integer().coerce(value) % 2 === 0 ? integer().coerce(value) : undefined),
    });
    expect(() => even.read(3, 0)).toThrow('expected a value of type Integer, found 3');
    expect(even.coerce(4)).toBe(4);
  });
});

describe('a definition is refused', () => {
  const wrong = (definition: unknown) => () => Reflect.apply(fieldType, undefined, [definition]);
  const whole = { osloName: 'A', expected: 'a', accept: () => 1, schema: {} };

  test.each([
    ['without a name', { ...whole, osloName: undefined }, 'osloName must be the name of a class in Python'],
    ['with a name that Python cannot have', { ...whole, osloName: 'a(b)' }, 'osloName must be the name of a class'],
    ['without accept', { ...whole, accept: undefined }, 'A needs accept and schema, or extends'],
    ['without schema', { ...whole, schema: undefined }, 'A needs accept and schema, or extends'],
    ['with a base that is no type', { extends: Number }, 'extends must be a field type such as string()'],
  ])('%s', (_, definition, message) => {
    expect(wrong(definition)).toThrow(message);
  });
});

describe('a value that is no field type is refused at declaration', () => {
  const noTypes: readonly unknown[] = [Number, String, 'string', undefined, null, {}, integer];

  test.each(noTypes)('%s as the type of a field', (type) => {
    class Wrong extends VersionedObject {}
    expect(() => Reflect.apply(field, undefined, [type])(Wrong.prototype, 'foo')).toThrow(
      'Wrong.foo: expected a field type such as string() or fieldType({ ... }), found',
    );
  });

  test.each(noTypes)('%s as the type of elements', (type) => {
    expect(() => listOf(type as FieldType<unknown>)).toThrow('a collection needs a field type such as string()');
  });
});
