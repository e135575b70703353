/** Tables for a terminal. */

import { colored, shown } from './output.ts';

/** The value of a cell, or safe text that already has colours. */
export type Cell = string | number | boolean | null | undefined | { readonly styled: string };

/** A layout with two blanks between columns, and without lines. */
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

/** Formats a table. The library for tables is loaded on the first call. */
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
