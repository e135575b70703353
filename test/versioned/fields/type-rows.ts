/** Tests of field types from tables of values. */
import { describe, expect, test } from 'vitest';
import { type FieldType, FieldValueError } from '../../../src/entries/index.ts';

/** A field type with values. */
export interface TypeRow {
  type: FieldType<unknown>;
  /** What comes in, and what is stored. */
  takes: readonly (readonly [unknown, unknown])[];
  refuses: readonly unknown[];
  expected: string;
}

/** Values that no type of strings takes. */
export const NO_STRINGS = [0, true, {}, [], undefined, Symbol('s'), () => '', 1n];
/** Values that are stored as they are. */
export const same = (...values: unknown[]) => values.map((value) => [value, value] as const);

/** Declares the tests of field types. */
export function describeTypes(types: Readonly<Record<string, TypeRow>>): void {
  describe.each(Object.entries(types))('%s', (_, { type, takes, refuses, expected }) => {
    test.each(takes)('takes %j and stores %j', (value, stored) => {
      expect(type.coerce(value)).toEqual(stored);
    });

    test('stores what it stored again as it is, and reads what it writes', () => {
      for (const [value] of takes) {
        const stored = type.coerce(value);
        expect(type.coerce(stored)).toEqual(stored);
        const written: unknown = JSON.parse(JSON.stringify(type.write ? type.write(stored) : stored));
        expect(type.read(written, 0)).toEqual(stored);
      }
    });

    test('refuses everything else and says what it expected', () => {
      for (const value of refuses) {
        const refusal = thrownBy(() => type.coerce(value));
        expect(refusal).toBeInstanceOf(FieldValueError);
        expect(refusal).toMatchObject({ code: 'ERR_OSVIF_FIELD_VALUE', expected });
        expect(refusal instanceof FieldValueError && refusal.message.startsWith(`expected ${expected}, found `)).toBe(
          true,
        );
      }
    });
  });
}

/** The error that a function throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
