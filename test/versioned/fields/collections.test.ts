import { describe, expect, test } from 'vitest';
import {
  dateTime,
  dictOf,
  type FieldType,
  integer,
  listOf,
  Network,
  objectOf,
  setOf,
} from '../../../src/entries/index.ts';
import type { SchemaContext } from '../../../src/versioned/model.ts';
import { network } from '../builders.ts';

const CONTEXT: SchemaContext = { form: 'primitive', objectSchema: () => ({}) };
const EARLY = new Date(0);

test.each<[string, FieldType<unknown>, FieldType<unknown>, FieldType<unknown>]>([
  ['list', listOf(integer()), listOf(integer(), {}), listOf(integer(), { nullable: true })],
  ['set', setOf(integer()), setOf(integer(), {}), setOf(integer(), { nullable: true })],
  ['dict', dictOf(integer()), dictOf(integer(), {}), dictOf(integer(), { nullable: true })],
])('a %s tells its form, what its elements are, and whether one may be null', (collection, type, same, nullable) => {
  expect(type).toMatchObject({ elements: { type: integer(), nullable: false, collection } });
  expect(same.elements).toEqual(type.elements);
  expect(nullable.elements).toEqual({ type: integer(), nullable: true, collection });
});

describe('what goes over the wire', () => {
  test.each<[string, FieldType<unknown>, unknown, unknown]>([
    ['a list', listOf(dateTime(), { nullable: true }), [EARLY, null], ['1970-01-01T00:00:00Z', null]],
    ['a list of scalars', listOf(integer()), [1, 2], [1, 2]],
    ['a set', setOf(dateTime(), { nullable: true }), new Set([EARLY, null]), ['1970-01-01T00:00:00Z', null]],
    [
      'a dict',
      dictOf(dateTime(), { nullable: true }),
      dict({ a: EARLY, b: null }),
      dict({ a: '1970-01-01T00:00:00Z', b: null }),
    ],
  ])('of %s is its elements, each as it goes, and is read back', (_, type, value, primitive) => {
    expect(type.write?.(type.coerce(value))).toEqual(primitive);
    expect(type.read(primitive, 0)).toEqual(value);
  });

  test.each([
    ['a list', listOf(integer()), 'an array'],
    ['a set', setOf(integer()), 'an array'],
    ['a dict', dictOf(integer()), 'an object'],
  ])('of %s is refused where it is none', (_, type, expected) => {
    for (const value of ['a', 5, expected === 'an array' ? { length: 0 } : [], new Set()])
      expect(() => type.read(value, 0)).toThrow(`expected ${expected}, found`);
  });

  test.each([
    ['a list', listOf(integer()), [1, null], '[1]'],
    ['a set', setOf(integer()), [1, 'x'], '[1]'],
    ['a dict', dictOf(integer()), { a: null }, '["a"]'],
  ])('of %s is refused with the place of a wrong element', (_, type, value, path) => {
    expect(() => type.read(value, 0)).toThrow(expect.objectContaining({ path }));
  });
});

test('what an element type throws of its own goes through as it is', () => {
  const broken: FieldType<number> = {
    ...integer(),
    coerce: () => {
      throw new RangeError('broken');
    },
  };
  expect(() => listOf(broken).coerce([1])).toThrow(RangeError);
  expect(() => dictOf(broken).coerce({ a: 1 })).toThrow(RangeError);
});

describe('the schema', () => {
  const element = integer().schema(CONTEXT);
  const orNull = { anyOf: [element, { type: 'null' }] };

  test('of a list and of a set is that of an array', () => {
    for (const type of [listOf(integer()), setOf(integer())])
      expect(type.schema(CONTEXT)).toEqual({ type: 'array', items: element });
    for (const type of [listOf(integer(), { nullable: true }), setOf(integer(), { nullable: true })])
      expect(type.schema(CONTEXT)).toEqual({ type: 'array', items: orNull });
  });

  test('of a dict is that of an object of any names', () => {
    expect(dictOf(integer()).schema(CONTEXT)).toEqual({ type: 'object', additionalProperties: element });
    expect(dictOf(integer(), { nullable: true }).schema(CONTEXT)).toEqual({
      type: 'object',
      additionalProperties: orNull,
    });
  });
});

describe('equal are', () => {
  const at = (time: number | null) => (time === null ? null : new Date(time));
  const lists = (...times: (number | null)[]) => times.map(at);
  const isSameList = comparing(listOf(dateTime(), { nullable: true }));
  const isSameSet = comparing(setOf(dateTime(), { nullable: true }));
  const isSameDict = comparing(dictOf(dateTime(), { nullable: true }));

  test('lists of equal elements in the same order', () => {
    expect(isSameList(lists(0, null, 1), lists(0, null, 1))).toBe(true);
    for (const other of [lists(0, null), lists(0, null, 2), lists(1, null, 0), lists(0, 0, 1), lists(0, null, null)])
      expect([isSameList(lists(0, null, 1), other), isSameList(other, lists(0, null, 1))]).toEqual([false, false]);
  });

  test('sets of equal elements in any order', () => {
    const sets = (...times: (number | null)[]) => new Set(lists(...times));
    expect(isSameSet(sets(0, null), sets(null, 0))).toBe(true);
    for (const other of [sets(0), sets(0, 1), sets(0, null, 1)])
      expect([isSameSet(sets(0, null), other), isSameSet(other, sets(0, null))]).toEqual([false, false]);
  });

  test('dicts of the same keys with equal values', () => {
    const one = dict({ a: at(0), b: null });
    expect(isSameDict(one, dict({ b: null, a: at(0) }))).toBe(true);
    for (const other of [
      { a: at(0) },
      { a: at(1), b: null },
      { a: at(0), b: at(0) },
      { a: at(0), c: null },
      { a: at(0), b: null, c: null },
    ])
      expect([isSameDict(one, dict(other)), isSameDict(dict(other), one)]).toEqual([false, false]);
  });

  test('lists of scalars by the scalars', () => {
    const isSame = comparing(listOf(integer()));
    expect([isSame([1, 2], [1, 2]), isSame([1, 2], [1, 3])]).toEqual([true, false]);
  });
});

describe('a copy', () => {
  test('of a list, a set or a dict has its elements, each a copy itself, and null', () => {
    const list = listOf(dateTime(), { nullable: true }).clone?.([EARLY, null]) ?? [];
    const set = [...(setOf(dateTime(), { nullable: true }).clone?.(new Set([EARLY, null])) ?? [])];
    const copied = dictOf(dateTime(), { nullable: true }).clone?.({ a: EARLY, b: null }) ?? {};
    for (const copy of [list, set, Object.values(copied)]) {
      expect(copy).toEqual([EARLY, null]);
      expect(copy[0]).not.toBe(EARLY);
    }
    expect(Object.keys(copied)).toEqual(['a', 'b']);
  });

  test('of a set of scalars is another set', () => {
    const set = new Set([1]);
    const copy = setOf(integer()).clone?.(set);
    expect(copy).toEqual(set);
    expect(copy).not.toBe(set);
  });

  test('is not made where nothing in it can change', () => {
    expect(listOf(integer()).clone).toBeUndefined();
    expect(dictOf(integer()).clone).toBeUndefined();
  });
});

test('a list of objects holds what the objects are of, any other collection nothing', () => {
  expect(listOf(objectOf(Network)).object?.name).toBe('Network');
  for (const type of [listOf(integer()), setOf(integer()), dictOf(integer())])
    expect(type).not.toHaveProperty('object');
  expect(listOf(objectOf(Network)).coerce([network()])).toHaveLength(1);
});

function dict<V>(values: Record<string, V>): Record<string, V> {
  return Object.assign(Object.create(null), values);
}

function comparing<V>(type: FieldType<V>): (a: V, b: V) => boolean | undefined {
  return (a, b) => type.equal?.(a, b);
}
