import { expect, test } from 'vitest';
import { dateTime, float, integer, listOf, oneOf, string } from '../../../src/entries/index.ts';
import { refuse, scalar } from '../../../src/versioned/fields/field-type.ts';
import type { SchemaContext } from '../../../src/versioned/model.ts';

const CONTEXT: SchemaContext = { form: 'primitive', objectSchema: () => ({}) };

test.each([
  [string(), { description: 'a string', type: 'string' }],
  [oneOf(['a', 'b']), { description: 'one of a, b', type: 'string', enum: ['a', 'b'] }],
  [dateTime(), { description: expect.stringContaining('a point in time such as'), type: 'string' }],
])('the schema of a type says in words what it takes: %#', (type, expected) => {
  expect(type.schema(CONTEXT)).toMatchObject(expected);
});

test('a type that takes everything says so, one that says nothing of its own too', () => {
  const anything = scalar('Any', (value) => value, { title: 'any' });
  const silent = scalar(
    'Silent',
    (): string => {
      throw new TypeError('no');
    },
    {},
  );
  expect(anything.schema(CONTEXT)).toEqual({ description: 'any value', title: 'any' });
  expect(silent.schema(CONTEXT)).toEqual({ description: 'any value' });
  expect(anything).not.toHaveProperty('fingerprint');
});

test('numbers are non-negative only where the least is told', () => {
  const names = [integer(), integer({}), integer({ minimum: 0 }), float(), float({}), float({ minimum: 0 })];
  expect(names.map(({ osloName }) => osloName)).toEqual([
    'Integer',
    'Integer',
    'NonNegativeInteger',
    'Float',
    'Float',
    'NonNegativeFloat',
  ]);
});

test('a point in time has a year of four digits', () => {
  const { coerce, write } = dateTime();
  for (const text of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z']) expect(write?.(coerce(text))).toBe(text);
  for (const time of [Date.UTC(10_000, 0), new Date('0000-12-31T23:59:59Z').getTime()])
    expect(() => coerce(new Date(time))).toThrow('expected a point in time such as 2026-01-31T12:00:00Z');
  expect(() => coerce('9999-12-31T23:59:59-01:00')).toThrow('a point in time');
  expect(() => coerce(['2026-01-31T12:00:00Z'])).toThrow('a point in time');
});

test('a refusal names the words that are taken, where they are few', () => {
  expect(() => refuse('sever', 'one of client, server', ['client', 'server'])).toThrow(
    'expected one of client, server, found "sever", did you mean server?',
  );
  expect(() => listOf(oneOf(['client', 'server'])).coerce(['clinet'])).toThrow('did you mean client?');
});
