/** Errors of the testing kit. */
import { OsVifError } from './base.ts';

/** The package fast-check, which generates values, is not installed. */
export class MissingFastCheckError extends OsVifError {
  constructor() {
    super(
      'ERR_OSVIF_MISSING_FAST_CHECK',
      'arbitraries are made with the optional peer fast-check, which is not installed: run `npm install --save-dev fast-check`',
    );
  }
}
