/** Errors of schema look-up. */

import { describeValue } from '../text/describe-value.ts';
import { didYouMean } from '../text/nearest.ts';
import { OsVifError } from './base.ts';

/** This package has no schema with this path or `$id`. `ERR_OSVIF_SCHEMA_NOT_FOUND`. */
export class SchemaNotFoundError extends OsVifError {
  constructor(path: string, known: readonly string[]) {
    super(
      'ERR_OSVIF_SCHEMA_NOT_FOUND',
      `there is no schema ${describeValue(path)}${didYouMean(path, known) || ';'} they are named as primitive/VIFBridge/1.0.json is`,
    );
  }
}
