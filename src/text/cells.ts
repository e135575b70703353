/** The width of text on a terminal. */

/** Made at its first use: bundlers keep it in programs that do not need it otherwise. */
let wide: RegExp | undefined;

/** Whether it is East Asian Wide or Fullwidth (Unicode Standard Annex 11), or an emoji. */
function isWide(char: string): boolean {
  wide ??=
    /[\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{a960}-\u{a97c}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
  return wide.test(char);
}

/** The width of printable text, in cells of the terminal. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** 0, 1 or 2 cells. A combining mark takes no cell, because a terminal draws it on the letter before it. */
function charWidth(char: string): number {
  // The first mark of Unicode is U+0300. No character before it is wide.
  if (char < '\u0300') return 1;
  if (/\p{M}/u.test(char)) return 0;
  return isWide(char) ? 2 : 1;
}

/**
 * Breaks text into lines of at most `width` cells: at a space, or within a word that is longer than a line.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line: Piece = EMPTY;
  for (const word of text.split(' ')) {
    const cells = cellWidth(word);
    if (line.text === '' ? cells <= width : line.cells + 1 + cells <= width) {
      line = line.text === '' ? { text: word, cells } : { text: `${line.text} ${word}`, cells: line.cells + 1 + cells };
      continue;
    }
    if (line.text !== '') lines.push(line.text);
    const { whole, rest } = broken(word, width);
    for (const piece of whole) lines.push(piece);
    line = rest;
  }
  return [...lines, line.text];
}

/** Text and its width in cells. The width is stored, so that adding a word takes constant time. */
interface Piece {
  readonly text: string;
  readonly cells: number;
}

const EMPTY: Piece = { text: '', cells: 0 };

/** The lines that a long word fills, and the rest of the word. */
function broken(word: string, width: number): { readonly whole: readonly string[]; readonly rest: Piece } {
  const whole: string[] = [];
  let text = '';
  let cells = 0;
  for (const char of word) {
    const more = charWidth(char);
    if (text !== '' && cells + more > width) {
      whole.push(text);
      [text, cells] = ['', 0];
    }
    text += char;
    cells += more;
  }
  return { whole, rest: { text, cells } };
}
