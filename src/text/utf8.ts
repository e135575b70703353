/** The bytes of a text in UTF-8. */

const encoder = new TextEncoder();

/** The bytes. A half of a surrogate pair becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  // In Node.js, Buffer is faster for short texts.
  return globalThis.Buffer === undefined ? encoder.encode(text) : Buffer.from(text);
}
