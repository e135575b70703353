/** Errors of version negotiation. */

import { OsVifError } from './base.ts';

/** A host supports no version in which the VIF can be written. `ERR_OSVIF_NEGOTIATION`. */
export class NegotiationError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_NEGOTIATION', message);
  }
}
