/** Arguments that a caller misspelt or left out. TypeScript reports most of them, JavaScript none. */

import { listed } from '../text/bounds.ts';
import { describeValue } from '../text/describe-value.ts';
import { didYouMean } from '../text/nearest.ts';
import { OsVifError } from './base.ts';

/** An argument is missing, has the wrong kind, or has an option that does not exist. */
export class ArgumentError extends OsVifError {
  constructor(call: string, problem: string) {
    super('ERR_OSVIF_ARGUMENT', `${call}: ${problem}`);
  }
}

/** The names of all options of type T. The compiler reports a missing name. */
export type OptionNames<T> = { readonly [K in keyof Required<T>]: true };

/**
 * Throws {@link ArgumentError} for an option that the call does not have.
 *
 * @param call the name of the call, such as `OsVif.open`
 */
export function requireKnownOptions(call: string, options: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError(call, `expected an object of options, found ${describeValue(options)}`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    const names = Object.keys(known);
    throw new ArgumentError(
      call,
      `there is no option ${describeValue(name)}${didYouMean(name, names) || ';'} the options are ${listed(names)}`,
    );
  }
}
