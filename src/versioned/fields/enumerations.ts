/** Field types with one of several strings: enumerations and state machines. */

import { type OptionKinds, requireArgument, requireOptions } from '../../errors/argument.ts';
import { DeclarationError } from '../../errors/model.ts';
import { arrayOf, oneOfValues, TEXT, type ValueKind } from '../../errors/value-kinds.ts';
import { isRecord } from '../../text/is-record.ts';
import type { FieldType } from '../model.ts';
import { refuse, scalar } from './field-type.ts';

/** The parts of an enumeration that only its fingerprint has. */
export interface EnumerationOptions {
  /** The name of the subclass of Enum upstream. Default: `Enum`. */
  osloName?: string;
  /** Whether Python declares the values in a list or in a tuple. Default: `tuple`. */
  declaredAs?: 'list' | 'tuple';
}

const OPTIONS: OptionKinds<EnumerationOptions> = { osloName: TEXT, declaredAs: oneOfValues('list', 'tuple') };

/**
 * One of several strings.
 *
 * @param values the accepted strings; their order is part of the fingerprint
 * @param options a string is the option `osloName`
 *
 * @throws DeclarationError if there are no values
 */
export function oneOf<const T extends string>(
  values: readonly T[],
  options: EnumerationOptions | string = {},
): FieldType<T> {
  requireArgument('oneOf', values, arrayOf(TEXT, 'strings'));
  if (typeof options !== 'string') requireOptions('oneOf', options, OPTIONS);
  if (values.length === 0) throw new DeclarationError('oneOf() needs at least one value');
  const { osloName = 'Enum', declaredAs = 'tuple' } = typeof options === 'string' ? { osloName: options } : options;
  const known = new Set<unknown>(values);
  const expected = `one of ${values.join(', ')}`;
  const isKnown = (value: unknown): value is T => known.has(value);
  return scalar(
    osloName,
    (value) => (isKnown(value) ? value : refuse(value, expected, values)),
    { type: 'string', enum: [...values] },
    { [VALID_VALUES]: declaredAs === 'tuple' ? { tuple: values } : [...values] },
  );
}

/** The name of the values in a fingerprint. oslo's ListOfEnumField prints it too. */
export const VALID_VALUES = 'valid_values';

/**
 * One of several states. A new object can have any state. An assignment to a set field must be a transition:
 * a state that does not list itself cannot be assigned again, as in oslo. Null and unset are no states.
 *
 *     stateMachine({ ACTIVE: ['ERROR'], ERROR: ['ACTIVE', 'DELETED'], DELETED: [] })
 *
 * @param transitions for each state, the states that can follow; the order of the states is part of the
 *   fingerprint
 *
 * @throws DeclarationError if a transition leads to a state that is not in the table
 */
export function stateMachine<const T extends { readonly [K in keyof T]: readonly Extract<keyof T, string>[] }>(
  transitions: T,
  options: EnumerationOptions = {},
): FieldType<Extract<keyof T, string>> {
  requireArgument('stateMachine', transitions, TRANSITIONS);
  requireOptions('stateMachine', options, OPTIONS);
  const next = new Map(Object.entries<readonly string[]>(transitions));
  const isState = (state: string): state is Extract<keyof T, string> => next.has(state);
  for (const [state, following] of next) {
    const unknown = following.find((name) => !next.has(name));
    if (unknown === undefined) continue;
    throw new DeclarationError(
      `stateMachine(): ${state} leads to ${unknown}, which is not in the table; add ${unknown}: []`,
    );
  }
  return {
    ...oneOf([...next.keys()].filter(isState), options),
    checkChange: (before, after) => {
      const following = next.get(before) ?? [];
      if (after === null || !following.includes(after)) refuse(after, statesAfter(before, following), following);
    },
  };
}

const TRANSITIONS: ValueKind = {
  expected: 'an object with an array of states for each state',
  accepts: (value) => isRecord(value) && Object.values(value).every((states) => arrayOf(TEXT, '').accepts(states)),
};

function statesAfter(before: string, following: readonly string[]): string {
  if (following.length === 0) return `no change, because ${before} is a final state`;
  return `${following.length === 1 ? '' : 'one of '}${following.join(', ')} after ${before}`;
}
