/** The field type of booleans that are given as words. */
import type { FieldType } from '../model.ts';
import { refuse } from './field-type.ts';

/**
 * `true` or `false`, also as one of the words `1`, `t`, `true`, `on`, `y`, `yes` and `0`, `f`, `false`, `off`,
 * `n`, `no` in upper case or lower case, or as the number 1 or 0. Stored and written as a boolean.
 */
export function flexibleBoolean(): FieldType<boolean> {
  return FLEXIBLE_BOOLEAN;
}

/** oslo_utils.strutils.bool_from_string() has the same words. */
const WORDS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'true', 'on', 'y', 'yes'].map((word) => [word, true] as const),
  ...['0', 'f', 'false', 'off', 'n', 'no'].map((word) => [word, false] as const),
]);

const EXPECTED = 'true or false, or a word such as yes, no, on, off, 1, 0';

const FLEXIBLE_BOOLEAN: FieldType<boolean> = {
  osloName: 'FlexibleBoolean',
  coerce: accept,
  read: accept,
  schema: () => ({
    description: EXPECTED,
    anyOf: [
      { type: 'boolean' },
      { type: 'integer', minimum: 0, maximum: 1 },
      { type: 'string', pattern: `^\\s*(?:${[...WORDS.keys()].map(inAnyCase).join('|')})\\s*$` },
    ],
  }),
};

function accept(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' && typeof value !== 'number') return refuse(value, EXPECTED);
  return WORDS.get(String(value).trim().toLowerCase()) ?? refuse(value, EXPECTED);
}

/** JSON Schema has no option for upper case and lower case. */
function inAnyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}
