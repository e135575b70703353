/** Errors of JSON Schemas. */

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

/**
 * A schema of your own has a keyword for which ajv compiles code, and this page or process forbids that.
 * `ERR_OSVIF_SCHEMA_COMPILATION`.
 */
export class SchemaCompilationError extends OsVifError {
  constructor(title: unknown, keyword: string) {
    super(
      'ERR_OSVIF_SCHEMA_COMPILATION',
      `the schema of ${describeValue(title ?? 'an object')} cannot be checked: ajv compiles code for its keyword ${describeValue(keyword)}, and this page or process ` +
        "forbids that; allow 'unsafe-eval' in the Content-Security-Policy, or describe the field with simpler keywords",
    );
  }
}
