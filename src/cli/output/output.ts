/** What the command prints: JSON for programs, text for people, colours on a terminal alone. */

import { styleText } from 'node:util';
import { printable } from '../../text/printable.ts';
import { writeStyled } from './safe-output.ts';

/** Of every verb. */
export interface OutputOptions {
  readonly json?: boolean;
}

export type Color = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Whether this run prints JSON: asked for, or nobody is there to look at a table. */
export function printsJson({ json }: OutputOptions): boolean {
  return json === true || !process.stdout.isTTY;
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function printText(text: string): void {
  writeStyled(process.stdout, text.endsWith('\n') || text === '' ? text : `${text}\n`);
}

/** Whether the reader of a stream sees colours; NO_COLOR, FORCE_COLOR and TERM have their say. */
export function hasColors(stream: NodeJS.WriteStream = process.stdout): boolean {
  return stream.isTTY === true && stream.hasColors();
}

export function colored(color: Color, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return hasColors(stream) ? styleText(color, text, { validateStream: false }) : text;
}

/** A value in a line or a cell: what others wrote never steers the terminal. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return '-';
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A reader such as `head` that has had enough closes the pipe: the rest is written to nobody, and what is under way goes on. */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
