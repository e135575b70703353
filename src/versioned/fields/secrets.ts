/** The field type of passwords and other secrets. */
import type { FieldType } from '../model.ts';
import { secret } from './field-type.ts';
import { string } from './scalars.ts';

/**
 * A string that is secret, such as a password. `console.log` and error messages show `***` in its place.
 * The wire form and the plain form have the string itself, as in oslo.
 */
export function sensitiveString(): FieldType<string> {
  return SENSITIVE_STRING;
}

const SENSITIVE_STRING: FieldType<string> = { ...secret(string()), osloName: 'SensitiveString' };
