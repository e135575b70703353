/** The bytes of a text in UTF-8, as the kernel counts them. */

const encoder = new TextEncoder();

/** The bytes. A half of a surrogate pair becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
