/** The base of every error of this library. */

import { boundedMessage } from '../text/bounds.ts';

/**
 * The base of every error of this library. A message of more than 16,000 bytes is cut, and invisible characters in it
 * are escaped.
 */
export class OsVifError extends Error {
  /**
   * A stable name in upper case that starts with `ERR_OSVIF_`.
   * Programs use the code; the message is for people.
   */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(boundedMessage(message), options);
    this.name = new.target.name;
    this.code = code;
  }
}
