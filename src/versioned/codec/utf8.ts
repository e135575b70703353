/** JSON as bytes. */

import { FieldValueError } from '../../errors/model.ts';
import { messageOf } from '../../text/message-of.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The UTF-8 of a text. */
export function toUtf8(text: string): Uint8Array {
  return globalThis.Buffer === undefined ? encoder.encode(text) : Buffer.from(text);
}

/** The value of JSON in UTF-8. Throws {@link FieldValueError} for other bytes. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new FieldValueError(bytes, `JSON in UTF-8 (${messageOf(error)})`);
  }
}
