/** Output of the command: JSON for programs, text for people, colours only on a terminal. */

import { styleText } from 'node:util';
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
  writeStyled(process.stderr, `${colored('yellow', 'os-vif: warning:', process.stderr)} ${printable(text)}\n`);
}

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
