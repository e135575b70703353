/** Values of outside data as an error message shows them. */

import { shortened } from './bounds.ts';
import { Masked } from './masked.ts';

/** Any value as text for a message: one line with at most 80 characters of the value. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (typeof value === 'bigint') return describeBigint(value);
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (value instanceof Masked) return 'a masked value';
  if (value instanceof Date) return 'a Date';
  if (value instanceof Map) return 'a Map';
  if (value instanceof Set) return 'a Set';
  return 'an object';
}

/** A large bigint is not written, because computing its decimal digits takes more than linear time. */
function describeBigint(value: bigint): string {
  return value > -LARGE && value < LARGE ? `${value}n` : 'a bigint of 80 digits or more';
}

const LARGE = 10n ** 79n;
