/** JSON as bytes. */
import { FieldValueError } from '../../errors/model.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The value of JSON in UTF-8. Throws {@link FieldValueError} for other bytes. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    // The reason quotes the text, which may contain a secret.
    throw new FieldValueError(bytes, 'JSON in UTF-8');
  }
}
