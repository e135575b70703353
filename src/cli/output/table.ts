/** Tables for a terminal. */

import { cellWidth, wrap } from '../../text/cells.ts';
import { type Color, colored, shown, widthOf } from './output.ts';

/** The value of a cell, or a word in a colour. */
export type Cell = string | number | boolean | null | undefined | { readonly word: string; readonly color: Color };

/** The blanks between two columns. */
const GAP = '  ';

/**
 * Formats a table. In a terminal that is too narrow, cells break between words. If that does not
 * help, each row is a block of lines, with the name of the column before each value.
 *
 * @param width the number of columns of the terminal
 */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  width = widthOf(process.stdout),
): string {
  const titles = head.map((word): Cell => ({ word, color: 'bold' }));
  const widths = widthsFor([titles, ...rows], width);
  if (widths === undefined) return rows.map((row) => blockOf(head, row, width)).join('\n');
  return [titles, ...rows].map((row) => linesOf(row, widths)).join('');
}

/** The widths of the columns, or undefined if a word of each column does not fit. */
function widthsFor(rows: readonly (readonly Cell[])[], width: number): number[] | undefined {
  const columns = (rows[0] ?? []).map((_, i) => rows.map((row) => textOf(row[i])));
  const wanted = columns.map((texts) => largest(texts.map(cellWidth)));
  const least = columns.map((texts) => largest(texts.flatMap((text) => text.split(' ').map(cellWidth))));
  const room = width - GAP.length * (columns.length - 1);
  if (sum(wanted) <= room) return wanted;
  if (sum(least) > room) return undefined;
  // No column is wider than `most`, except for its longest word.
  const limited = (most: number) => wanted.map((want, i) => Math.max(least[i] ?? 0, Math.min(want, most)));
  let most = room;
  while (sum(limited(most)) > room) most--;
  return limited(most);
}

function linesOf(row: readonly Cell[], widths: readonly number[]): string {
  const cells = widths.map((width, i) => wrap(textOf(row[i]), width));
  const count = largest(cells.map((lines) => lines.length));
  return Array.from({ length: count }, (_, n) => {
    const parts = cells.map((lines, i) => padded(styled(lines[n] ?? '', row[i]), lines[n] ?? '', widths[i] ?? 0));
    return `${parts.join(GAP).trimEnd()}\n`;
  }).join('');
}

/** `name  value`, one line for each column with a value. */
function blockOf(head: readonly string[], row: readonly Cell[], width: number): string {
  const indent = largest(head.map(cellWidth)) + GAP.length;
  return head
    .map((name, i) => {
      const lines = wrap(textOf(row[i]), Math.max(1, width - indent)).map((line) => styled(line, row[i]));
      return `${padded(colored('bold', name), name, indent)}${lines.join(`\n${' '.repeat(indent)}`)}`.trimEnd();
    })
    .join('\n')
    .concat('\n');
}

function padded(styledText: string, text: string, width: number): string {
  return styledText + ' '.repeat(Math.max(0, width - cellWidth(text)));
}

function styled(line: string, cell: Cell): string {
  return typeof cell === 'object' && cell !== null && line !== '' ? colored(cell.color, line) : line;
}

function textOf(cell: Cell): string {
  return typeof cell === 'object' && cell !== null ? cell.word : shown(cell);
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
