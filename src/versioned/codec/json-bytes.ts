/** JSON as bytes. */
import { FieldValueError } from '../../errors/model.ts';
import { messageOf } from '../../text/message-of.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The value of JSON in UTF-8. Throws {@link FieldValueError} for other bytes. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new FieldValueError(bytes, `JSON in UTF-8 (${messageOf(error)})`);
  }
}
