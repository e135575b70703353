/** The keywords of JSON Schema (draft 2020-12) that compare a value with a limit or a pattern. */
import { isRecord } from '../../text/is-record.ts';

/** A keyword that has no schemas in it. */
export interface Assertion {
  readonly keyword: string;
  /** The type of the values that the keyword is for. Absent: any type. */
  readonly type?: 'number' | 'string' | 'object' | 'array';
  /** Whether the interpreter can use this value of the keyword. */
  takes(limit: unknown): boolean;
  isValid(value: unknown, limit: unknown): boolean;
  /** The `params` and the `message` of the error, as ajv has them. */
  params(limit: unknown): Readonly<Record<string, unknown>>;
  message(limit: unknown): string;
}

/** In the order in which ajv uses them. Its message for `const` and `enum` is not told. */
export const ASSERTIONS: readonly Assertion[] = [
  comparison('maximum', '<=', (value, limit) => value <= limit),
  comparison('minimum', '>=', (value, limit) => value >= limit),
  comparison('exclusiveMaximum', '<', (value, limit) => value < limit),
  comparison('exclusiveMinimum', '>', (value, limit) => value > limit),
  size('maxLength', 'string', 'characters'),
  size('minLength', 'string', 'characters'),
  {
    keyword: 'pattern',
    type: 'string',
    takes: isString,
    isValid: (value, pattern) => expression(String(pattern)).test(String(value)),
    params: (pattern) => ({ pattern }),
    message: (pattern) => `must match pattern "${pattern}"`,
  },
  size('maxProperties', 'object', 'properties'),
  size('minProperties', 'object', 'properties'),
  size('maxItems', 'array', 'items'),
  size('minItems', 'array', 'items'),
  {
    keyword: 'const',
    takes: isScalar,
    isValid: (value, expected) => value === expected,
    params: (allowedValue) => ({ allowedValue }),
    message: () => 'must be equal to constant',
  },
  {
    keyword: 'enum',
    takes: (values) => Array.isArray(values) && values.every(isScalar),
    isValid: (value, values) => Array.isArray(values) && values.includes(value),
    params: (allowedValues) => ({ allowedValues }),
    message: () => 'must be equal to one of the allowed values',
  },
];

/** Whether a value has a type of JSON Schema. Numbers must be finite, as in JSON. */
export function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function comparison(keyword: string, sign: string, holds: (value: number, limit: number) => boolean): Assertion {
  return {
    keyword,
    type: 'number',
    takes: Number.isFinite,
    isValid: (value, limit) => holds(Number(value), Number(limit)),
    params: (limit) => ({ comparison: sign, limit }),
    message: (limit) => `must be ${sign} ${limit}`,
  };
}

function size(keyword: string, type: 'string' | 'object' | 'array', of: string): Assertion {
  const isMaximum = keyword.startsWith('max');
  return {
    keyword,
    type,
    takes: Number.isInteger,
    isValid: (value, limit) => (isMaximum ? sizeOf(value) <= Number(limit) : sizeOf(value) >= Number(limit)),
    params: (limit) => ({ limit }),
    message: (limit) => `must NOT have ${isMaximum ? 'more' : 'fewer'} than ${limit} ${of}`,
  };
}

/** A string has as many characters as Unicode code points. */
function sizeOf(value: unknown): number {
  if (typeof value === 'object') return Object.keys(value ?? {}).length;
  let length = 0;
  for (const _ of String(value)) length++;
  return length;
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(pattern, 'u');
  expressions.set(pattern, made);
  return made;
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
