/** Field types with one value: strings, numbers, booleans, UUIDs, points in time. */

import { requireOptions } from '../../errors/argument.ts';
import { DeclarationError } from '../../errors/model.ts';
import type { ValueKind } from '../../errors/value-kinds.ts';
import { UUID_INPUT } from '../../text/uuid.ts';
import type { FieldType } from '../model.ts';
import { refuse, scalar } from './field-type.ts';

/**
 * Any string, or only strings that match a pattern.
 *
 * @param options `pattern`: a regular expression as in JSON Schema; it matches anywhere in the string, unless
 *   it has `^` and `$`
 *
 * @throws DeclarationError for a pattern that JSON Schema cannot express
 */
export function string(options: { pattern?: RegExp | string } = {}): FieldType<string> {
  requireOptions('string', options, { pattern: PATTERN });
  return options.pattern === undefined ? STRING : stringLike(options.pattern);
}

/** A safe integer (-2^53+1 to 2^53-1). With `minimum: 0`, oslo's NonNegativeInteger. */
export function integer(options: { minimum?: 0 } = {}): FieldType<number> {
  requireOptions('integer', options, { minimum: ZERO });
  return options.minimum === 0 ? NON_NEGATIVE_INTEGER : INTEGER;
}

/** A finite number. With `minimum: 0`, oslo's NonNegativeFloat. */
export function float(options: { minimum?: 0 } = {}): FieldType<number> {
  requireOptions('float', options, { minimum: ZERO });
  return options.minimum === 0 ? NON_NEGATIVE_FLOAT : FLOAT;
}

/** `true` or `false`. Other values are not converted. */
export function boolean(): FieldType<boolean> {
  return BOOLEAN;
}

/** A UUID in any form: with or without dashes, upper case or lower case. The form is kept. */
export function uuid(): FieldType<string> {
  return UUID;
}

/**
 * A point in time. The value is a `Date` that cannot be changed. An assigned ISO 8601 string is converted;
 * without an offset it is in UTC. The wire form is `2026-01-31T12:00:00Z`, with whole seconds, as in oslo.
 */
export function dateTime(): FieldType<Date> {
  return DATE_TIME;
}

const PATTERN: ValueKind = {
  expected: 'a regular expression or its source',
  accepts: (value) => typeof value === 'string' || value instanceof RegExp,
};
const ZERO: ValueKind = { expected: '0', accepts: (value) => value === 0 };

const STRING = scalar('String', (value) => (typeof value === 'string' ? value : refuse(value, 'a string')), {
  type: 'string',
});

function stringLike(pattern: RegExp | string): FieldType<string> {
  const form = schemaPattern(pattern);
  const expected = `a string that matches ${form.source}`;
  return scalar(
    'String',
    (value) => (typeof value === 'string' && form.test(value) ? value : refuse(value, expected)),
    { type: 'string', pattern: form.source },
  );
}

/** JSON Schema has patterns without flags, and compiles them with the flag `u`. */
function schemaPattern(pattern: RegExp | string): RegExp {
  const { source, flags } = typeof pattern === 'string' ? { source: pattern, flags: '' } : pattern;
  if (flags !== '' && flags !== 'u') {
    throw new DeclarationError(
      `string(): expected a pattern without flags, found the flags ${flags}; JSON Schema has none`,
    );
  }
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    throw new DeclarationError(`string(): expected a pattern that is valid with the flag u, found ${source}`, {
      cause,
    });
  }
}

const SAFE = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

const INTEGER = scalar('Integer', (value) => (isInteger(value) ? value : refuse(value, 'a safe integer')), {
  type: 'integer',
  ...SAFE,
});

const NON_NEGATIVE_INTEGER = scalar(
  'NonNegativeInteger',
  (value) => (isInteger(value) && value >= 0 ? value : refuse(value, 'a safe integer of at least 0')),
  { type: 'integer', ...SAFE, minimum: 0 },
);

const FLOAT = scalar('Float', (value) => (isFiniteNumber(value) ? value : refuse(value, 'a finite number')), {
  type: 'number',
});

const NON_NEGATIVE_FLOAT = scalar(
  'NonNegativeFloat',
  (value) => (isFiniteNumber(value) && value >= 0 ? value : refuse(value, 'a finite number of at least 0')),
  { type: 'number', minimum: 0 },
);

const BOOLEAN = scalar(
  'Boolean',
  (value) => (value === true || value === false ? value : refuse(value, 'true or false')),
  { type: 'boolean' },
);

const UUID = scalar(
  'UUID',
  (value) => (typeof value === 'string' && UUID_INPUT.test(value) ? value : refuse(value, 'a UUID')),
  { type: 'string', pattern: UUID_INPUT.source },
);

/** The days that exist, from the year 1 to the year 9999 as in Python's datetime. */
const DAY = [
  '[0-9]{4}-(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])',
  '[0-9]{4}-(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)',
  '[0-9]{4}-02-(?:0[1-9]|1[0-9]|2[0-8])',
  // Leap years: each fourth year, of the full centuries each fourth.
  '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29',
].join('|');
const TIME = '(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}(?:\\.[0-9]{1,9})?';
const OFFSET = 'Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]';
const ISO_8601 = new RegExp(`^(?!0000)(?:${DAY})T${TIME}(${OFFSET})?$`);

const POINT_IN_TIME = 'a point in time such as 2026-01-31T12:00:00Z';

const DATE_TIME: FieldType<Date> = {
  osloName: 'DateTime',
  coerce: readDate,
  read: readDate,
  write: (value) => `${value.toISOString().slice(0, 19)}Z`,
  schema: () => ({ description: POINT_IN_TIME, type: 'string', pattern: ISO_8601.source }),
  equal: (a, b) => a.getTime() === b.getTime(),
  clone: readDate,
};

/** The wire form has whole seconds, so a value has them too. */
function readDate(value: unknown): Date {
  const match = typeof value === 'string' ? ISO_8601.exec(value) : null;
  const date = value instanceof Date ? new Date(value) : match && new Date(match[1] ? match[0] : `${match[0]}Z`);
  const year = date?.getUTCFullYear() ?? Number.NaN;
  if (!date || !(year >= 1 && year <= 9999)) return refuse(value, POINT_IN_TIME);
  date.setUTCMilliseconds(0);
  return Object.defineProperties(date, UNCHANGEABLE);
}

const refuseChange = {
  value() {
    throw new TypeError('the Date of a field cannot be changed: assign a new Date to the field');
  },
};

/** Object.freeze() does not protect the time of a Date, so its setters are replaced. */
const UNCHANGEABLE: PropertyDescriptorMap = Object.fromEntries(
  Object.getOwnPropertyNames(Date.prototype)
    .filter((name) => name.startsWith('set'))
    .map((name) => [name, refuseChange]),
);

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
