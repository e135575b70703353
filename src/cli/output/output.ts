/** Output of the command: JSON for programs, text for people, colours only on a terminal. */

import { styleText } from 'node:util';
import { wrap } from '../../text/cells.ts';
import { printable } from '../../text/printable.ts';
import { writeStyled } from './safe-output.ts';

/** The output options of every verb. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** The colours and styles of the output. */
export type Color = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Whether to print JSON: with --json, or if standard output is not a terminal. */
export function printsJson({ json }: OutputOptions): boolean {
  return json === true || !process.stdout.isTTY;
}

/** Prints a value as JSON with indentation. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints text that is safe for a terminal, and a newline if the text does not end with one. */
export function printText(text: string): void {
  writeStyled(process.stdout, text.endsWith('\n') || text === '' ? text : `${text}\n`);
}

/** Writes a warning to standard error. The text is one line; unprintable characters are escaped. */
export function printWarning(text: string): void {
  const lines = hanging(`warning: ${printable(text)}`, 'os-vif: '.length, process.stderr);
  const label = colored('yellow', 'os-vif: warning:', process.stderr);
  writeStyled(process.stderr, `${label}${lines.slice('warning:'.length)}\n`);
}

/** The number of columns of a terminal. Infinity for a file or a pipe. */
export function widthOf(stream: NodeJS.WriteStream): number {
  return stream.isTTY && stream.columns > 0 ? stream.columns : Number.POSITIVE_INFINITY;
}

/**
 * The text in lines that fit into the terminal. It breaks between words, and later lines begin with
 * blanks.
 *
 * @param indent the number of blanks, and of columns that the caller needs before the first line
 */
export function hanging(text: string, indent: number, stream: NodeJS.WriteStream = process.stdout): string {
  const width = Math.max(LEAST_WIDTH, widthOf(stream) - indent);
  const lines = text.split('\n').flatMap((line) => wrap(line, width));
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** The line above the answer for a VIF. */
export function titleOf({ type, id }: { readonly type: string; readonly id?: string | undefined }): string {
  return colored('bold', hanging(`${type} ${shown(id)}`, 2));
}

/** In a narrower terminal, lines get longer than the terminal. */
const LEAST_WIDTH = 20;

/** Whether the stream is a terminal with colours. NO_COLOR, FORCE_COLOR and TERM apply. */
export function hasColors(stream: NodeJS.WriteStream = process.stdout): boolean {
  return stream.isTTY === true && stream.hasColors();
}

/** The text in a colour, if the stream is a terminal with colours. */
export function colored(color: Color, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return hasColors(stream) ? styleText(color, text, { validateStream: false }) : text;
}

/**
 * A value as text for a line or a cell.
 * Control characters are escaped, because they could change the terminal.
 */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return '-';
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Ignores EPIPE: a reader such as `head` may close the pipe early. The work of the command continues. */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
