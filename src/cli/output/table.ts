/** Tables for a terminal. */

import { colored, shown } from './output.ts';

/** A cell: its text, or text that is safe and coloured already. */
export type Cell = string | number | boolean | null | undefined | { readonly styled: string };

/** Two blanks between columns, and no lines. */
const BLANKS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A table; the library that lays it out is loaded for the first one. */
export async function tableOf(head: readonly string[], rows: readonly (readonly Cell[])[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: head.map((name) => colored('bold', name)),
    chars: BLANKS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => row.map(textOf)));
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

function textOf(cell: Cell): string {
  return typeof cell === 'object' && cell !== null ? cell.styled : shown(cell);
}
