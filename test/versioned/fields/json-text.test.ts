import { expect, test } from 'vitest';
import { field, type JsonValue, jsonText, VersionedObject, versionedObject } from '../../../src/entries/index.ts';

@versionedObject({ name: 'Documents', namespace: 'acme-json', version: '1.0' })
class Documents extends VersionedObject {
  @field(jsonText(), { nullable: true }) declare body?: JsonValue | null;
}

const written = (value: unknown) => jsonText().write?.(jsonText().coerce(value));

test.each([
  [{ a: 1, b: [true, null, 'x'] }, '{"a": 1, "b": [true, null, "x"]}'],
  ['{"a":1}', '{"a": 1}'],
  [[], '[]'],
  [{}, '{}'],
  [5, '5'],
  ['5', '5'],
  [0.00001, '1e-05'],
  [false, 'false'],
  [{ ü: '例え\u007f😀\n"\\' }, '{"\\u00fc": "\\u4f8b\\u3048\\u007f\\ud83d\\ude00\\n\\"\\\\"}'],
])('%j is written as json.dumps() of Python writes it', (value, text) => {
  expect(written(value)).toBe(text);
  expect(jsonText().equal?.(jsonText().coerce(value), jsonText().read(text, 0))).toBe(true);
});

test.each([
  ...['', 'x', '{"a": ', '"text"', 'null', '1e999', '99999999999999999999', undefined, Symbol('s'), () => 1, 1n],
  ...[Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, [undefined], { a: undefined }, [new Date(0)], new Map()],
  [[Number.NaN]],
])('refuses %s', (value) => {
  expect(() => jsonText().coerce(value)).toThrow('expected a JSON value or its text, such as {"a": 1}, found');
});

test('the wire form must be text', () => {
  for (const value of [{}, [], 5, true])
    expect(() => jsonText().read(value, 0)).toThrow('expected JSON in a string, found');
});

test('a value is a frozen copy', () => {
  const given = { a: { b: [1] } };
  const documents = new Documents();
  documents.body = given;
  given.a.b.push(2);
  const { body } = documents;
  expect(body).toEqual({ a: { b: [1] } });
  expect(() => Object.assign(Object(body).a, { b: 1 })).toThrow(TypeError);
  expect(() => Object(body).a.b.push(1)).toThrow(TypeError);
});

test('the key __proto__ is a key like others', () => {
  expect(written('{"__proto__": {"a": 1}}')).toBe('{"__proto__": {"a": 1}}');
});

test('values that are nested too deeply or that contain themselves are refused', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  for (const value of [cycle, `${'['.repeat(100_000)}${']'.repeat(100_000)}`])
    expect(() => jsonText().coerce(value)).toThrow('expected a JSON value');
});

test('the order of keys does not count for equality, the order of elements does', () => {
  const isSame = (a: unknown, b: unknown) => jsonText().equal?.(jsonText().coerce(a), jsonText().coerce(b));
  expect(isSame({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  for (const other of [{ a: 1 }, { a: 1, b: [2], c: 3 }, { a: 1, c: [2] }, { a: 1, b: [3] }, { a: 1, b: { 0: 2 } }])
    expect(isSame({ a: 1, b: [2] }, other)).toBe(false);
  expect([isSame([1, 2], [2, 1]), isSame([1], [1, 2]), isSame([1], { 0: 1 })]).toEqual([false, false, false]);
});

test('an object round-trips in both forms', () => {
  const documents = new Documents();
  for (const body of [{ a: [1, { b: null }] }, [1], 5, false, null]) {
    documents.body = body;
    expect(Documents.fromPrimitive(documents.toPrimitive()).equals(documents)).toBe(true);
    expect(Documents.fromPlain(documents.toPlain()).equals(documents)).toBe(true);
  }
  documents.body = { a: 1 };
  expect(documents.toPrimitive()['versioned_object.data']).toEqual({ body: '{"a": 1}' });
});
