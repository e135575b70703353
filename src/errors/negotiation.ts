/** Errors of version negotiation. */

import { OsVifError } from './base.ts';

/** A host can't take a VIF in any version that it can be written in. `ERR_OSVIF_NEGOTIATION`. */
export class NegotiationError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_NEGOTIATION', message);
  }
}
