/** How much room text takes on a terminal. */

/** East Asian Wide and Fullwidth (Unicode Standard Annex 11), in the ranges where they are letters or symbols, and emoji. */
const WIDE =
  /[\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{a960}-\u{a97c}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Of printable text, in cells. */
export function cellWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** A mark takes no cell of its own: a terminal draws it on the letter before it. */
function charWidth(char: string): number {
  // The first mark of Unicode is U+0300. No character before it is wide.
  if (char < '\u0300') return 1;
  if (/\p{M}/u.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}

/** Lines of at most that many cells. A line is broken at a space if it has one. */
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

/** Text and its width, which is not computed again for each character that is added. */
interface Piece {
  readonly text: string;
  readonly cells: number;
}

const EMPTY: Piece = { text: '', cells: 0 };

/** The lines that a long word fills, and what is left of it. */
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
