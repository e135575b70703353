/** The kinds of values that arguments and options can have. */

import { isRecord } from '../text/is-record.ts';

/** A kind of values. */
export interface ValueKind {
  /** The words for the values in messages: `a string`. */
  readonly expected: string;
  accepts(value: unknown): boolean;
}

export const TEXT: ValueKind = { expected: 'a string', accepts: (value) => typeof value === 'string' };

export const BOOLEAN: ValueKind = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };

export const FUNCTION: ValueKind = { expected: 'a function', accepts: (value) => typeof value === 'function' };

/** An object that is no array. */
export const OBJECT: ValueKind = { expected: 'an object', accepts: isRecord };

/** An integer of at least `minimum`. */
export function integerFrom(minimum: number): ValueKind {
  return {
    expected: `an integer of at least ${minimum}`,
    accepts: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum,
  };
}

/** The MTU of a device, in bytes. Kernel: ETH_MIN_MTU and ETH_MAX_MTU. */
export const MTU: ValueKind = {
  expected: 'a whole number of bytes, 68 to 65535',
  accepts: (value) => typeof value === 'number' && Number.isInteger(value) && value >= 68 && value <= 65535,
};

/** The longest time of a timer, in ms. Node.js ends a longer one at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A timeout. */
export const MILLISECONDS: ValueKind = {
  expected: `milliseconds from 0 (no limit) to ${LONGEST_TIMER}`,
  accepts: (value) => typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER,
};

/** An AbortSignal, also of another realm. */
export const SIGNAL: ValueKind = {
  expected: 'an AbortSignal',
  accepts: (value) => isRecord(value) && 'aborted' in value && typeof value.addEventListener === 'function',
};

/** One of these values. */
export function oneOfValues(...values: readonly string[]): ValueKind {
  return {
    expected: `one of ${values.join(', ')}`,
    accepts: (value) => typeof value === 'string' && values.includes(value),
  };
}

/** An array whose elements are of the kind. */
export function arrayOf(kind: ValueKind, elements: string): ValueKind {
  return {
    expected: `an array of ${elements}`,
    accepts: (value) => Array.isArray(value) && value.every((each) => kind.accepts(each)),
  };
}

/** A value of one of the kinds. */
export function either(...kinds: readonly ValueKind[]): ValueKind {
  return {
    expected: kinds.map(({ expected }) => expected).join(' or '),
    accepts: (value) => kinds.some((kind) => kind.accepts(value)),
  };
}

/** An object with these methods. Objects of another copy of the library have them too. */
export function objectWith(expected: string, ...methods: readonly string[]): ValueKind {
  return {
    expected,
    accepts: (value) => isRecord(value) && methods.every((method) => typeof value[method] === 'function'),
  };
}

/** A value that the function itself checks. */
export const CHECKED_LATER: ValueKind = { expected: 'a value', accepts: () => true };
