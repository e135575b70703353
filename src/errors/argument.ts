/** Arguments that a caller misspelt or left out. TypeScript reports most of them, JavaScript none. */

import { listed } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { isRecord } from '../text/is-record.ts';
import { didYouMean } from '../text/nearest.ts';
import { OsVifError } from './base.ts';
import type { ValueKind } from './value-kinds.ts';

/** An argument is missing, has the wrong kind, or has an option that does not exist. */
export class ArgumentError extends OsVifError {
  constructor(call: string, problem: string) {
    super('ERR_OSVIF_ARGUMENT', `${call}: ${problem}`);
  }
}

/**
 * The options of type T, each with the kind of its value. The compiler reports a missing option.
 */
export type OptionKinds<T> = { readonly [K in keyof Required<T>]: ValueKind };

/**
 * Throws {@link ArgumentError} for an option that the call does not have, and for a value of
 * another kind. Undefined is the same as an absent option.
 *
 * @param call the name of the call, such as `OsVif.open`
 */
export function requireOptions(call: string, options: unknown, known: Readonly<Record<string, ValueKind>>): void {
  if (!isRecord(options))
    throw new ArgumentError(call, `expected an object of options, found ${describeValue(options)}`);
  for (const name of Object.keys(options)) {
    const value = options[name];
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) {
      const names = Object.keys(known);
      throw new ArgumentError(
        call,
        `there is no option ${describeValue(name)}${didYouMean(name, names) || ';'} the options are ${listed(names)}`,
      );
    }
    if (value !== undefined && !kind.accepts(value))
      throw new ArgumentError(call, `the option ${name}: expected ${kind.expected}, found ${describeValue(value)}`);
  }
}

/** Throws {@link ArgumentError} for a value of another kind. */
export function requireArgument(call: string, value: unknown, kind: ValueKind): void {
  if (!kind.accepts(value)) throw new ArgumentError(call, `expected ${kind.expected}, found ${describeValue(value)}`);
}
