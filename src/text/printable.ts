/** Makes text safe for a terminal. */

/**
 * Writes invisible characters as their code points (Unicode categories C, Zl and Zp). Names come from other
 * programs: their control characters must not change the terminal, and their bidirectional characters must
 * not reorder other text.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
