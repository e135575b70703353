/** Values with many violations, and with long names: what is told, and what is only counted. */
import { describe, expect, test, vi } from 'vitest';
import type { JsonSchema } from '../../../src/versioned/model.ts';
import type { Check } from '../../../src/versioned/validation/checker.ts';

/** A global `Function` as a Content-Security-Policy makes it. */
class Refused {
  constructor() {
    throw new EvalError('code generation from strings disallowed for this context');
  }
}

/** The check with ajv, and the check without code made at run time. */
async function checksOf(schema: JsonSchema): Promise<Check[]> {
  const { compileCheck } = await import('../../../src/versioned/validation/checker.ts');
  const withAjv = compileCheck(schema);
  vi.stubGlobal('Function', Refused);
  try {
    return [withAjv, compileCheck(schema)];
  } finally {
    vi.unstubAllGlobals();
  }
}

async function listOf(schema: JsonSchema, value: unknown): Promise<string[]> {
  const violations = await import('../../../src/versioned/validation/violations.ts');
  const lists = (await checksOf(schema)).map((check) => violations.listOf(check(value)));
  expect(lists[1]).toEqual(lists[0]);
  return lists[0]?.map(({ path, message }) => `${path}: ${message}`) ?? [];
}

const numbered = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value]));

describe('of many violations a list has 100, and the number of the others:', () => {
  test.each<[string, JsonSchema, unknown, string]>([
    ['items', { type: 'array', items: { type: 'string' } }, Array(250).fill(1), '/0: expected string, found 1'],
    [
      'items without a description',
      { type: 'array', items: { type: 'integer', minimum: 1 } },
      Array(250).fill(0),
      '/0: must be >= 1, found 0',
    ],
    [
      'names of a dict',
      { type: 'object', additionalProperties: { type: 'string' } },
      numbered(250, 1),
      '/n0: expected string, found 1',
    ],
    ['unknown names', { type: 'object', additionalProperties: false }, numbered(250, 1), '/n0: no such name here'],
    [
      'unknown names after others',
      {
        type: 'object',
        properties: { list: { type: 'array', items: { type: 'string' } }, inner: { $ref: '#/$defs/inner' } },
        $defs: { inner: { type: 'object', additionalProperties: false } },
      },
      { list: Array(60).fill(1), inner: numbered(190, 1) },
      '/list/0: expected string, found 1',
    ],
    [
      'required names',
      { type: 'object', properties: numbered(250, true), required: Object.keys(numbered(250, true)) },
      {},
      '/n0: missing',
    ],
    [
      'properties, after which unknown names are not told',
      {
        type: 'object',
        properties: { known: { type: 'object', properties: numbered(120, { type: 'string' }) } },
        additionalProperties: false,
      },
      { known: numbered(120, 1), ...numbered(130, 1) },
      expect.stringContaining('/'),
    ],
  ])('%s', async (_, schema, value, first) => {
    const list = await listOf(schema, value);
    expect(list).toHaveLength(101);
    expect(list[0]).toEqual(first);
    expect(list.at(-1)).toBe(': and 150 more');
    expect(new Set(list).size).toBe(101);
  });

  test('of which a check itself keeps 100', async () => {
    const names = numbered(120, true);
    const schema = {
      type: 'object',
      allOf: [{ properties: numbered(120, { type: 'string' }) }],
      properties: names,
      additionalProperties: false,
    };
    const value = { ...numbered(120, 1), ...Object.fromEntries(Object.keys(names).map((name) => [`u${name}`, 1])) };
    for (const check of await checksOf(schema)) {
      const { violations, more } = check(value);
      expect([violations.length, more]).toEqual([100, 140]);
    }
  });

  test('none if there are exactly 100', async () => {
    const list = await listOf({ type: 'array', items: { type: 'string' } }, Array(100).fill(1));
    expect(list).toHaveLength(100);
    expect(list.at(-1)).toBe('/99: expected string, found 1');
  });

  test('null is not counted where it is allowed', async () => {
    const orNull = { anyOf: [{ $ref: '#/$defs/port' }, { type: 'null' }] };
    const schema = {
      type: 'object',
      properties: { ports: { type: 'array', items: orNull }, mtu: { type: 'integer' } },
      $defs: { port: { type: 'object', properties: { name: { type: 'string' } } } },
    };
    expect(await listOf(schema, { ports: Array(150).fill(null), mtu: 'x' })).toEqual([
      '/mtu: expected integer, found "x"',
    ]);
  });

  test('several lists have 100 together', async () => {
    const { listOf: joined } = await import('../../../src/versioned/validation/violations.ts');
    const findings = (more: number) => ({
      violations: Array.from({ length: 60 }, (_, i) => ({ path: `/${i}`, message: 'wrong' })),
      more,
    });
    const list = joined(findings(5), findings(2));
    expect(list).toHaveLength(101);
    expect(list.at(-1)).toEqual({ path: '', message: 'and 27 more' });
    expect(joined(findings(0))).toHaveLength(60);
    expect(joined()).toEqual([]);
  });
});

describe('the same error is told once:', () => {
  test('of alternatives with the same words', async () => {
    const name = { type: 'string', description: 'a name' };
    expect(await listOf({ anyOf: [name, { ...name, minLength: 2 }] }, 5)).toEqual([': expected a name, found 5']);
  });

  test('but that of each alternative with other words', async () => {
    expect(await listOf({ anyOf: [{ const: 1 }, { const: 2 }, { type: 'string' }] }, 5)).toEqual([
      ': expected 1, found 5',
      ': expected 2, found 5',
      ': expected string, found 5',
    ]);
  });

  test('once also among those that are only counted', async () => {
    const name = { type: 'string', description: 'a name' };
    const schema = (inTail: object) => {
      const properties = numbered(150, name);
      const tail = Object.fromEntries(
        Object.keys(properties)
          .slice(100)
          .map((key) => [key, inTail]),
      );
      return { type: 'object', allOf: [{ properties }, { properties: tail }] };
    };
    const endFor = async (inTail: object) => (await listOf(schema(inTail), numbered(150, 1))).at(-1);
    expect(await endFor(name)).toBe(': and 50 more');
    expect(await endFor({ ...name, description: 'another name' })).toBe(': and 100 more');
    expect(await endFor({ minimum: 2, type: 'integer' })).toBe(': and 100 more');
  });
});

describe('a long name is cut', () => {
  const NAME = 'n'.repeat(81);
  const CUT = `${'n'.repeat(77)}...`;
  const dict = { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } };

  test.each([
    [NAME, CUT],
    ['n'.repeat(80), 'n'.repeat(80)],
    [`a/b~c${NAME}`, `a~1b~0c${'n'.repeat(70)}...`],
    // The cut does not divide ~0 and ~1.
    [`${'n'.repeat(76)}~${NAME}`, `${'n'.repeat(76)}...`],
    [`${'n'.repeat(75)}~${NAME}`, `${'n'.repeat(75)}~0...`],
  ])('in a path: %s', async (name, shown) => {
    expect(await listOf(dict, { [name]: ['x', 1] })).toEqual([`/${shown}/1: expected string, found 1`]);
    expect(await listOf(dict, { short: ['x', 1], [name]: [] })).toEqual(['/short/1: expected string, found 1']);
  });

  test('each for itself', async () => {
    const deep = { type: 'object', additionalProperties: dict };
    expect(await listOf(deep, { [NAME]: { ok: [], [`${NAME}2`]: [1] } })).toEqual([
      `/${CUT}/${CUT}/0: expected string, found 1`,
    ]);
    const names = Array.from({ length: 5 }, (_, i) => `${i}`.repeat(20));
    const nested = names.reduceRight<object>((inner, name) => ({ type: 'object', properties: { [name]: inner } }), {
      type: 'string',
    });
    const value = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), 1);
    expect(await listOf({ ...nested }, value)).toEqual([`/${names.join('/')}: expected string, found 1`]);
  });

  test('that is unknown, or missing', async () => {
    expect(await listOf({ type: 'object', additionalProperties: false }, { [NAME]: 1 })).toEqual([
      `/${CUT}: no such name here`,
    ]);
    expect(await listOf({ type: 'object', properties: { [NAME]: true }, required: [NAME] }, {})).toEqual([
      `/${CUT}: missing`,
    ]);
  });
});
