import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { objectClasses } from '../../../src/entries/index.ts';
import { arbitraryObject } from '../../../src/testing/arbitrary-object.ts';
import type { JsonSchema } from '../../../src/versioned/model.ts';
import type { Check } from '../../../src/versioned/validation/checker.ts';
import { runs } from '../../property-runs.ts';

/** A global `Function` as a Content-Security-Policy makes it. */
class Refused {
  constructor() {
    throw new EvalError('code generation from strings disallowed for this context');
  }
}

afterEach(() => vi.unstubAllGlobals());

/** Loaded on first use, as `validate` loads it, so that its tables count for each test. */
async function compileCheck(schema: JsonSchema): Promise<Check> {
  const checker = await import('../../../src/versioned/validation/checker.ts');
  return checker.compileCheck(schema);
}

/** Prepares a check while no code can be made from text. */
async function interpreted(schema: JsonSchema): Promise<Check> {
  vi.stubGlobal('Function', Refused);
  try {
    return await compileCheck(schema);
  } finally {
    vi.unstubAllGlobals();
  }
}

const JUNK = [
  null,
  true,
  '',
  'x',
  'fa:16:3e:00:00:00',
  0,
  -1,
  1.5,
  2 ** 40,
  [],
  [1, 'a', null],
  {},
  { type: 'Route', x: 1 },
];

/** One change of a JSON value: another value in some place, a missing name, or an unknown name. */
type Edit = (value: unknown) => unknown;

const arbitraryEdit: fc.Arbitrary<Edit> = fc
  .tuple(fc.array(fc.nat(), { maxLength: 8 }), fc.constantFrom('replace', 'delete', 'add'), fc.constantFrom(...JUNK))
  .map(
    ([way, kind, junk]) =>
      (value) =>
        edited(value, way, kind, junk),
  );

function edited(value: unknown, [step, ...way]: readonly number[], kind: string, junk: unknown): unknown {
  if (typeof value !== 'object' || value === null) return junk;
  const entries: [string, unknown][] = Object.entries(value);
  if (step === undefined && kind === 'replace') return junk;
  const at = entries.length === 0 ? 0 : (step ?? 0) % entries.length;
  const rest: [string, unknown][] =
    kind === 'add' || entries.length === 0 ? [...entries, ['un/kn~own', junk]] : entries.filter((_, i) => i !== at);
  const next =
    step === undefined || way.length === 0
      ? rest
      : entries.map(([key, each], i): [string, unknown] => [key, i === at ? edited(each, way, kind, junk) : each]);
  return Array.isArray(value) ? next.map(([, each]) => each) : Object.fromEntries(next);
}

const SOME = [
  'HostInfo',
  'InstanceInfo',
  'Network',
  'SubnetList',
  'VIFHostDevice',
  'VIFOpenVSwitch',
  'DatapathOffloadRepresentor',
].flatMap((name) => objectClasses('os_vif').get(name)?.[0] ?? []);

test('the classes below exist', () => expect(SOME).toHaveLength(7));

describe('without code made at run time, a check finds what ajv finds, in the same order', () => {
  test.each(
    SOME.flatMap((objectClass) =>
      (['primitive', 'plain'] as const).map((form) => [form, objectClass.objectName, objectClass] as const),
    ),
  )('in the %s form of %s', async (form, _, objectClass) => {
    const schema = objectClass.jsonSchema(objectClass.version, { form });
    const [withAjv, without] = [await compileCheck(schema), await interpreted(schema)];
    const counts = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(arbitraryObject(objectClass), fc.array(arbitraryEdit, { maxLength: 4 }), (object, edits) => {
        const right: unknown = form === 'plain' ? object.toPlain() : object.toPrimitive();
        const value = edits.reduce((before, edit) => edit(before), JSON.parse(JSON.stringify(right)));
        const findings = withAjv(value);
        expect(without(value)).toEqual(findings);
        counts[findings.violations.length === 0 ? 'valid' : 'invalid']++;
      }),
      runs(80),
    );
    expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(0);
  });

  test('in a port binding', async () => {
    const { portBindingSchema } = await import('../../../src/neutron/port-binding-schema.ts');
    const { arbitraryPort } = await import('../../neutron/ports.ts');
    // ajv knows the schema by its $id after validateBinding.
    const { $id: _, ...schema } = portBindingSchema();
    const [withAjv, without] = [await compileCheck(schema), await interpreted(schema)];
    fc.assert(
      fc.property(arbitraryPort, fc.array(arbitraryEdit, { maxLength: 4 }), (port, edits) => {
        const value = edits.reduce((before: unknown, edit) => edit(before), port);
        expect(without(value)).toEqual(withAjv(value));
      }),
      runs(300),
    );
  });

  test.each<[string, JsonSchema, readonly unknown[]]>([
    ['limits of numbers', { type: 'number', minimum: 1, maximum: 5 }, [0, 1, 5, 6, '3', Number.NaN, null]],
    ['exclusive limits', { type: 'integer', exclusiveMinimum: 1, exclusiveMaximum: 5 }, [1, 2, 5, 2.5, 0.5]],
    ['limits of strings', { type: 'string', minLength: 2, maxLength: 3 }, ['a', 'ab', 'abcd', '\u{1f600}', 5]],
    ['a pattern', { type: 'string', pattern: '^\\p{Lu}' }, ['A', 'a', '', null]],
    ['limits of arrays', { type: 'array', minItems: 1, maxItems: 2 }, [[], [1], [1, 2, 3], {}]],
    [
      'limits of objects',
      { type: 'object', minProperties: 1, maxProperties: 2 },
      [{}, { a: 1 }, { a: 1, b: 2, c: 3 }, []],
    ],
    ['several types', { type: ['string', 'null'] }, ['a', null, 5, []]],
    ['a type and alternatives', { type: 'string', enum: ['a', 'b'] }, ['a', 'c', 5]],
    ['constants', { anyOf: [{ const: 1 }, { const: 'x' }, { const: null }] }, [1, 'x', null, 2]],
    ['a negation', { type: 'string', not: { enum: ['a'] } }, ['a', 'b', 5]],
    ['a condition', JSON.parse('{"if":{"const":1},"then":false,"else":{"type":"string"}}'), [1, 'a', 2]],
    ['refused items', { type: 'array', items: false }, [[], [1, 2]]],
    [
      'nested arrays',
      { type: 'array', items: { type: 'array', items: { type: 'integer' } } },
      [[[1], ['a', 'b'], 5], 7],
    ],
    [
      'a dict',
      { type: 'object', properties: { a: { type: 'integer' } }, additionalProperties: { type: 'string' } },
      [{ a: 1, b: 'x' }, { a: 'x', 'b/~': 2, c: null }, { constructor: 5 }, []],
    ],
    [
      'required names',
      { type: 'object', properties: { a: true, toString: true }, required: ['a', 'toString'] },
      [{}, { a: 1 }, { a: 1, toString: 2 }, 5],
    ],
    [
      'definitions that refer to themselves',
      {
        type: 'object',
        properties: { next: { $ref: '#/$defs/node' } },
        required: ['next'],
        $defs: {
          node: {
            type: 'object',
            properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] }, value: { type: 'integer' } },
            additionalProperties: false,
          },
        },
      },
      [{}, { next: { next: { next: null, value: 'x' }, other: 1 } }, { next: 5 }, { next: { next: 5 } }],
    ],
  ])('for %s', async (_, schema, values) => {
    const [withAjv, without] = [await compileCheck(schema), await interpreted(schema)];
    const findings = values.map(withAjv);
    expect(values.map(without)).toEqual(findings);
    expect(findings.some(({ violations }) => violations.length > 0)).toBe(true);
  });

  test('and counts those that are not told', async () => {
    const schema = { type: 'array', items: { type: 'integer' } };
    const value = Array.from({ length: 250 }, () => 'x');
    const findings = (await interpreted(schema))(value);
    expect(findings).toEqual((await compileCheck(schema))(value));
    expect(findings).toMatchObject({ more: 150 });
  });
});

describe('a keyword that only ajv knows', () => {
  const schema = {
    title: 'Port 1.0',
    type: 'object',
    properties: { a: { oneOf: [{ type: 'string' }, { type: 'integer' }] } },
  };

  test('is checked where code may be compiled, in a browser too', async () => {
    vi.stubGlobal('process', undefined);
    const check = await compileCheck(schema);
    expect(check({ a: 5 }).violations).toEqual([]);
    expect(check({ a: null }).violations).not.toEqual([]);
  });

  test('is named in an error elsewhere', async () => {
    await expect(interpreted(schema)).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_OSVIF_SCHEMA_COMPILATION',
        message: expect.stringMatching(/the schema of "Port 1\.0" cannot be checked.*"oneOf".*unsafe-eval/),
      }),
    );
  });
});

test('a browser is not asked whether it lets code be compiled, because it prints each refusal', async () => {
  vi.stubGlobal('process', undefined);
  const asked = vi.fn();
  vi.stubGlobal('Function', asked);
  const check = await compileCheck({ type: 'string' });
  expect(check('x').violations).toEqual([]);
  expect(asked).not.toHaveBeenCalled();
});
