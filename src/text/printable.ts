/** Text that a terminal shows as it is. */

/**
 * What can't be seen is written as its code point: names come from others, and must neither steer a terminal nor turn the
 * text around it (Unicode's category C, with Zl and Zp).
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
