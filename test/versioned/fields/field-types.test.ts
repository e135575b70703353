import { expect, test } from 'vitest';
import {
  boolean,
  dateTime,
  dictOf,
  flexibleBoolean,
  float,
  integer,
  listOf,
  macAddress,
  Network,
  objectOf,
  oneOf,
  setOf,
  string,
  uuid,
  VIFPortProfileBase,
  versionPredicate,
} from '../../../src/entries/index.ts';
import { network, profile } from '../builders.ts';
import { describeTypes, NO_STRINGS, same, type TypeRow, thrownBy } from './type-rows.ts';

const TYPES: Record<string, TypeRow> = {
  string: { type: string(), takes: same('', 'a', '\u0000💻\n'), refuses: NO_STRINGS, expected: 'a string' },
  integer: {
    type: integer(),
    takes: same(0, -1, Number.MAX_SAFE_INTEGER),
    refuses: [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '5', true, 5n, [5]],
    expected: 'a safe integer',
  },
  'non-negative integer': {
    type: integer({ minimum: 0 }),
    takes: same(0, 7),
    refuses: [-1, 0.5, '1'],
    expected: 'a safe integer of at least 0',
  },
  float: {
    type: float(),
    takes: same(0, -1.5, 1e300),
    refuses: [Number.NaN, Number.NEGATIVE_INFINITY, '1.5', true],
    expected: 'a finite number',
  },
  'non-negative float': {
    type: float({ minimum: 0 }),
    takes: same(0, 0.25),
    refuses: [-0.1, Number.NaN, '1'],
    expected: 'a finite number of at least 0',
  },
  boolean: {
    type: boolean(),
    takes: same(true, false),
    refuses: [0, 1, 'true', 'false', '', {}],
    expected: 'true or false',
  },
  uuid: {
    type: uuid(),
    takes: same('dc065497-3c8d-4f44-8fb4-e1d33c16a536', 'DC0654973C8D4F448FB4E1D33C16A536'),
    refuses: ['', 'dc065497', 'gc065497-3c8d-4f44-8fb4-e1d33c16a536', 'dc065497-3c8d-4f44-8fb4-e1d33c16a536\n', 5],
    expected: 'a UUID',
  },
  flexibleBoolean: {
    type: flexibleBoolean(),
    takes: [
      ...[true, 1, '1', 't', 'T', 'true', 'True', 'on', 'ON', 'y', 'yes', ' yes\n'].map(
        (value) => [value, true] as const,
      ),
      ...[false, 0, '0', 'f', 'false', 'FALSE', 'off', 'n', 'no', 'No '].map((value) => [value, false] as const),
    ],
    refuses: [2, -1, 0.5, Number.NaN, '', 'yesterday', 'o', [], {}, undefined, 1n],
    expected: 'true or false, or a word such as yes, no, on, off, 1, 0',
  },
  versionPredicate: {
    type: versionPredicate(),
    takes: same('>=1.0', '!=2.0', '>1.0,<2.0', ' == 1.2.3 , <= 3333.3a1 ', '<1.2b15'),
    refuses: ['', '1.0', '>=1', '>=1.0,', '>=1.0 <2.0', '=>1.0', '~=1.0', '>=1.0.0.0', '>=1.0rc1', 1, ...NO_STRINGS],
    expected: 'conditions on a version such as >=1.0,<2.0',
  },
  'string with a pattern': {
    type: string({ pattern: /^[a-z]+$/ }),
    takes: same('a', 'abc'),
    refuses: ['', 'A', 'a\n', 'a b', ...NO_STRINGS],
    expected: 'a string that matches ^[a-z]+$',
  },
  'string with a pattern as text': {
    type: string({ pattern: '\\p{Lu}' }),
    takes: same('aÄb', 'X'),
    refuses: ['a', ''],
    expected: 'a string that matches \\p{Lu}',
  },
  dateTime: {
    type: dateTime(),
    takes: [
      ['2026-01-31T12:00:00Z', new Date(Date.UTC(2026, 0, 31, 12))],
      ['2026-01-31T12:00:00', new Date(Date.UTC(2026, 0, 31, 12))],
      ['2026-01-31T12:00:00+02:00', new Date(Date.UTC(2026, 0, 31, 10))],
      ['2026-01-31T12:00:00.999999Z', new Date(Date.UTC(2026, 0, 31, 12))],
      [new Date(Date.UTC(2026, 0, 31, 12, 0, 0, 900)), new Date(Date.UTC(2026, 0, 31, 12))],
      ['2024-02-29T00:00:00Z', new Date(Date.UTC(2024, 1, 29))],
      ['2000-02-29T00:00:00Z', new Date(Date.UTC(2000, 1, 29))],
      [new Date(0), new Date(0)],
    ],
    refuses: [
      ...['', 'today', '2026-01-31', '2026-13-01T00:00:00Z', '2026-01-31T25:00:00Z', new Date(Number.NaN), 0, null],
      ...[
        '2026-02-30',
        '2026-02-29',
        '1900-02-29',
        '2100-02-29',
        '2026-04-31',
        '2026-06-31',
        '2026-00-01',
        '2026-01-00',
        '0000-01-01',
      ].map((day) => `${day}T12:00:00Z`),
      ...['24:00:00', '23:60:00', '23:59:60', '23:59:59+24:00', '23:59:59+01:60'].map((time) => `2026-01-31T${time}`),
    ],
    expected: 'a point in time such as 2026-01-31T12:00:00Z',
  },
  oneOf: { type: oneOf(['a', 'b']), takes: same('a', 'b'), refuses: ['A', '', 'c', 0, ['a']], expected: 'one of a, b' },
  listOf: {
    type: listOf(macAddress()),
    takes: [
      [[], []],
      [['FA-16-3E-00-00-01'], ['fa:16:3e:00:00:01']],
    ],
    refuses: ['fa:16:3e:00:00:01', {}, new Set(), { length: 1 }],
    expected: 'an array',
  },
  'listOf nullable': {
    type: listOf(integer(), { nullable: true }),
    takes: same([1, null]),
    refuses: [1],
    expected: 'an array',
  },
  setOf: { type: setOf(integer()), takes: same(new Set([1, 2])), refuses: [[1], {}, 'a'], expected: 'a Set' },
  dictOf: {
    type: dictOf(integer()),
    takes: [[{ a: 1 }, Object.assign(Object.create(null), { a: 1 })]],
    refuses: [[], 'a', new Map(), new Date(), 5],
    expected: 'an object',
  },
  objectOf: {
    type: objectOf(Network),
    takes: [],
    refuses: [{}, profile(), 'Network'],
    expected: 'an object of class Network',
  },
  'objectOf subclasses': {
    type: objectOf(VIFPortProfileBase, { subclasses: true }),
    takes: [],
    refuses: [{}, network()],
    expected: 'a subclass of VIFPortProfileBase',
  },
};

describeTypes(TYPES);

test('an object is stored as it is, not as a copy', () => {
  const own = network();
  expect(objectOf(Network).coerce(own)).toBe(own);
});

test('an object of a subclass is taken only where subclasses are', () => {
  const own = profile();
  expect(objectOf(VIFPortProfileBase, { subclasses: true }).coerce(own)).toBe(own);
  expect(() => objectOf(VIFPortProfileBase).coerce(own)).toThrow(
    'expected an object of class VIFPortProfileBase, found "VIFPortProfileOpenVSwitch"',
  );
});

test('a wrong element is named by its place', () => {
  expect(thrownBy(() => listOf(integer()).coerce([1, 'x']))).toMatchObject({ path: '[1]' });
  expect(thrownBy(() => listOf(listOf(integer())).coerce([[], [0, null]]))).toMatchObject({ path: '[1][1]' });
  expect(thrownBy(() => dictOf(integer()).coerce({ 'a b': 'x' }))).toMatchObject({ path: '["a b"]' });
  expect(thrownBy(() => setOf(integer()).coerce(new Set([1, 'x'])))).toMatchObject({ path: '[1]' });
});

test('a dict keeps keys that mean something in JavaScript', () => {
  const dict = dictOf(string()).coerce(JSON.parse('{"__proto__": "a", "constructor": "b"}'));
  expect(Object.entries(dict)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
});

test('points in time are written in whole seconds of UTC', () => {
  expect(dateTime().write?.(new Date('2026-01-31T12:00:00.987+01:00'))).toBe('2026-01-31T11:00:00Z');
});

test.each([/a/i, /a/gu, /a/m])('a pattern with flags is refused, because JSON Schema has none: %s', (pattern) => {
  expect(() => string({ pattern })).toThrow('expected a pattern without flags, found the flags');
});

test('a pattern that is not valid with the flag u is refused', () => {
  expect(() => string({ pattern: '[' })).toThrow('expected a pattern that is valid with the flag u, found [');
});

test('a point in time is equal to itself after a round trip', () => {
  const { coerce, write, read, equal } = dateTime();
  for (const time of ['2026-01-01T00:00:00.900Z', '1969-12-31T23:59:59.999Z', '0001-01-01T00:00:00.001Z']) {
    const value = coerce(new Date(time));
    expect(equal?.(value, read(write?.(value), 0))).toBe(true);
    expect(equal?.(value, coerce(value))).toBe(true);
  }
});
