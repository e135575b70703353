/** The interpreter of schemas finds the errors that ajv finds. Each keyword is tried with values on both sides of its limit. */
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../../../src/versioned/model.ts';
import type { OwnKeyword } from '../../../src/versioned/validation/interpreter.ts';

type Schema = JsonSchema | false;

/** Loaded on first use, as `validate` loads it, so that its tables count for each test. */
const interpreter = () => import('../../../src/versioned/validation/interpreter.ts');

const VALUES: readonly unknown[] = [
  ...[undefined, null, true, false, 0, -0, 1, 1.5, 2, 3, 4, -1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY],
  ...['', 'a', 'ab', 'abc', 'abcd', 'B', '1', '\u{1f600}\u{1f600}', 'constructor'],
  ...[[], [1], [1, 2], [1, 2, 3], ['a'], [[1], 'a'], [null, 1.5]],
  ...[{}, { a: 1 }, { a: 'x', b: 2 }, { a: 1, b: 2, c: 3 }, { 'b/~': 2 }, { a: undefined }, { constructor: 1 }],
  ...[{ a: { a: { a: 'x' } } }, { a: null }, { toString: 1 }],
];

/** A condition for numbers. Biome reads an object with `then` as a promise. */
function conditional(met: JsonSchema, unmet?: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify({ if: { type: 'number' }, when: met, else: unmet }).replace('when', 'then'));
}

/** Each keyword by itself, and the pairs whose order or common error matters. */
const SCHEMAS: Readonly<Record<string, Schema>> = {
  nothing: {},
  'no value': false,
  maximum: { maximum: 2 },
  minimum: { minimum: 2 },
  exclusiveMaximum: { exclusiveMaximum: 2 },
  exclusiveMinimum: { exclusiveMinimum: 2 },
  maxLength: { maxLength: 2 },
  minLength: { minLength: 2 },
  pattern: { pattern: '^\\p{Ll}$' },
  maxProperties: { maxProperties: 1 },
  minProperties: { minProperties: 1 },
  maxItems: { maxItems: 1 },
  minItems: { minItems: 1 },
  'a constant': { const: 1 },
  'the constant null': { const: null },
  enum: { enum: ['a', 1, null, false] },
  'the type null': { type: 'null' },
  'the type boolean': { type: 'boolean' },
  'the type string': { type: 'string' },
  'the type number': { type: 'number' },
  'the type integer': { type: 'integer' },
  'the type array': { type: 'array' },
  'the type object': { type: 'object' },
  'several types': { type: ['string', 'integer', 'null'] },
  'a type and its keyword': { type: 'string', minLength: 2 },
  'a type and the keyword of another': { type: 'string', minimum: 2, required: ['a'] },
  'a type and a keyword for any': { type: 'integer', enum: [1, 2] },
  'an integer with a limit': { type: 'integer', minimum: 2 },
  not: { not: { type: 'string' } },
  'not, with several errors inside': { not: { type: 'object', required: ['a', 'b'] } },
  anyOf: { anyOf: [{ type: 'string', minLength: 2 }, { type: 'integer' }] },
  'anyOf beside other errors': { required: ['z'], anyOf: [{ required: ['a'] }, { required: ['b'] }] },
  allOf: { allOf: [{ minimum: 2 }, { maximum: 3 }, { type: 'number' }] },
  'if, then and else': conditional({ minimum: 2 }, { type: 'string' }),
  'if and then': conditional({ minimum: 2 }),
  'if and else': { if: { type: 'number' }, else: { type: 'string' } },
  items: { items: { type: 'integer' } },
  'no items': { items: false },
  'items of items': { items: { items: { minimum: 2 } } },
  required: { required: ['a', 'b', 'toString'] },
  properties: { properties: { a: { type: 'integer' }, 'b/~': { minimum: 3 }, toString: false } },
  'a property that is refused': { properties: { a: false } },
  'properties of properties': { properties: { a: { properties: { a: { required: ['b'] } } } } },
  additionalProperties: { properties: { a: {} }, additionalProperties: { minimum: 3 } },
  'additionalProperties alone': { additionalProperties: { type: 'string' } },
  'keywords of all types': {
    ...{ required: ['b'], minItems: 2, minLength: 2, minimum: 2, properties: { a: { type: 'string' } } },
    ...{ enum: [2, 'ab'], not: { const: 3 } },
  },
  annotations: { title: 'T', description: 'D', default: 1, examples: [1], deprecated: true, $comment: 'C' },
};

/** An error as both report it. */
function told({ keyword, message, params, instancePath, schema, data, parentSchema }: ErrorObject): object {
  return { keyword, message, params, instancePath, schema, data, parentSchema };
}

/** These keywords only repeat the errors of their parts. */
const isRepeated = ({ keyword }: ErrorObject) => keyword === 'anyOf' || keyword === 'if';

describe('the errors of ajv, in its order', () => {
  test.each(Object.entries(SCHEMAS))('%s', async (_, schema) => {
    const { interpret } = await interpreter();
    const ajv = new Ajv2020({
      allErrors: true,
      verbose: true,
      strict: false,
      strictNumbers: true,
      ownProperties: true,
    });
    const byAjv = ajv.compile(schema);
    const interpreted = interpret(schema, []);
    for (const value of VALUES) {
      const isValid = interpreted(value);
      expect(isValid, JSON.stringify(value)).toBe(byAjv(value));
      const expected = (byAjv.errors ?? []).filter((error) => !isRepeated(error));
      expect(interpreted.errors?.map(told), JSON.stringify(value)).toEqual(
        // ajv has `true` or `false` as the parent of a schema that is a boolean.
        expected
          .map(told)
          .map((error) =>
            'parentSchema' in error && typeof error.parentSchema === 'boolean' ? { ...error, parentSchema: {} } : error,
          ),
      );
    }
  });

  test('the values decide: each schema accepts some and refuses some, apart from three', async () => {
    const { interpret } = await interpreter();
    const constant = Object.entries(SCHEMAS).filter(([, schema]) => {
      const valid = VALUES.filter((value) => interpret(schema, [])(value)).length;
      return valid === 0 || valid === VALUES.length;
    });
    expect(constant.map(([name]) => name)).toEqual(['nothing', 'no value', 'annotations']);
  });
});

describe('own keywords', () => {
  const calls: unknown[] = [];
  const keyword = (name: string, type?: 'object'): OwnKeyword => ({
    keyword: name,
    ...(type !== undefined && { type }),
    validate(setting, value, schema, place) {
      calls.push([this, setting, value, schema, place]);
      return value !== 'bad' && !(typeof value === 'object' && value !== null && 'bad' in value);
    },
  });

  test('get the context, their setting, the value, the schema and the place', async () => {
    const { interpret } = await interpreter();
    calls.length = 0;
    const schema = { properties: { a: { own: 5 } } };
    const context = { of: 'the run' };
    expect(interpret(schema, [keyword('own')]).call(context, { a: 'good' })).toBe(true);
    expect(calls).toEqual([[context, 5, 'good', { own: 5 }, { instancePath: '/a' }]]);
  });

  test('fail with an error', async () => {
    const { interpret } = await interpreter();
    const validator = interpret({ items: { own: 5 } }, [keyword('own')]);
    expect(validator(['good', 'bad'])).toBe(false);
    expect(validator.errors).toEqual([
      {
        keyword: 'own',
        message: 'must pass "own" keyword validation',
        params: { keyword: 'own' },
        schemaPath: '',
        instancePath: '/1',
        schema: 5,
        parentSchema: { own: 5 },
        data: 'bad',
      },
    ]);
  });

  test('for objects see no other value, and come before the properties', async () => {
    const { interpret } = await interpreter();
    calls.length = 0;
    const validator = interpret({ own: 5, properties: { bad: { type: 'string' } } }, [keyword('own', 'object')]);
    for (const value of ['bad', 5, null, ['bad']]) expect(validator(value)).toBe(true);
    expect(calls).toEqual([]);
    expect(validator({ bad: 1 })).toBe(false);
    expect(validator.errors?.map((error) => error.keyword)).toEqual(['own', 'type']);
  });

  test('that the schema does not have are not called', async () => {
    const { interpret } = await interpreter();
    calls.length = 0;
    expect(interpret({ type: 'string' }, [keyword('own')])('bad')).toBe(true);
    expect(calls).toEqual([]);
  });
});

test('conditions and negations stop at the first error, and keep none', async () => {
  const { interpret } = await interpreter();
  let calls = 0;
  const counting: OwnKeyword = {
    keyword: 'own',
    validate: () => {
      calls += 1;
      return false;
    },
  };
  for (const schema of [
    { not: { allOf: [{ own: 1 }, { own: 1 }] } },
    { if: { items: { own: 1 } } },
    { not: { additionalProperties: { own: 1 } } },
  ]) {
    calls = 0;
    const validator = interpret(schema, [counting]);
    expect(validator('additionalProperties' in (schema.not ?? {}) ? { a: 1, b: 2 } : [1, 2])).toBe(true);
    expect([calls, validator.errors]).toEqual([1, []]);
  }
});

describe('the first keyword that the interpreter does not know', () => {
  test.each<[unknown, string | undefined]>([
    [{}, undefined],
    [true, undefined],
    [{ oneOf: [] }, 'oneOf'],
    [{ title: 'T', type: 'string', $ref: '#/$defs/a', required: ['a'] }, undefined],
    [
      { $schema: 'S', $id: 'I', readOnly: true, writeOnly: true, contentMediaType: 'M', contentEncoding: 'E' },
      undefined,
    ],
    [{ properties: { a: { uniqueItems: true } } }, 'uniqueItems'],
    [{ $defs: { a: { format: 'uri' } } }, 'format'],
    [{ properties: { a: {} }, patternProperties: {} }, 'patternProperties'],
    [{ anyOf: [{}, { multipleOf: 2 }] }, 'multipleOf'],
    [{ allOf: [{ multipleOf: 2 }] }, 'multipleOf'],
    [{ not: { multipleOf: 2 } }, 'multipleOf'],
    [{ if: { multipleOf: 2 } }, 'multipleOf'],
    [conditional({ multipleOf: 2 }), 'multipleOf'],
    [{ else: { multipleOf: 2 } }, 'multipleOf'],
    [{ items: { multipleOf: 2 } }, 'multipleOf'],
    [{ additionalProperties: { multipleOf: 2 } }, 'multipleOf'],
    [{ additionalProperties: false, items: true }, undefined],
    // A known keyword in a form that the interpreter does not know.
    [{ anyOf: {} }, 'anyOf'],
    [{ properties: [] }, 'properties'],
    [{ minimum: '1' }, 'minimum'],
    [{ minimum: Number.NaN }, 'minimum'],
    [{ maxLength: 1.5 }, 'maxLength'],
    [{ pattern: 5 }, 'pattern'],
    [{ const: { a: 1 } }, 'const'],
    [{ const: null }, undefined],
    [{ enum: 'a' }, 'enum'],
    [{ enum: ['a', []] }, 'enum'],
    [{ enum: ['a', 1, true, null], const: 1, pattern: 'a', minItems: 1, exclusiveMinimum: 0.5 }, undefined],
  ])('%j: %s', async (schema, keyword) => {
    const { unknownKeyword } = await interpreter();
    expect(unknownKeyword(schema)).toBe(keyword);
  });
});
