/** Exit codes, and the output of errors. */

import { OsVifError } from '../../errors/base.ts';
import { InputError, InterruptedError, UsageError } from '../../errors/command.ts';
import { messageOf } from '../../text/message-of.ts';
import { printable } from '../../text/printable.ts';
import { colored, hanging } from './output.ts';
import { writeStyled } from './safe-output.ts';

/** The exit codes of the command. */
export const EXIT = {
  yes: 0,
  /** A failure, or a check that found problems. */
  no: 1,
  /** Wrong arguments or wrong input. */
  usage: 2,
} as const;

/** As in shells: 128 plus the number of the signal. */
const BY_SIGNAL: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };

/**
 * Writes the error and its code to standard error, with the stack if `debug` is set. Returns the exit code.
 *
 * @param options `text`: replaces the message of the error
 */
export function reportError(
  error: unknown,
  options: { readonly debug?: boolean; readonly text?: string } = {},
): number {
  const { debug = process.argv.includes('--debug'), text = messageOf(error) } = options;
  writeError(`${nameOf(error)}${text}`);
  if (debug && error instanceof Error) process.stderr.write(`${stacks(error)}\n`);
  return exitCodeOf(error);
}

/**
 * Writes a line with the name of this command to standard error. Unprintable characters are
 * escaped.
 */
export function writeError(text: string): void {
  const label = colored('red', 'os-vif:', process.stderr);
  const lines = hanging(text.split('\n').map(printable).join('\n'), 'os-vif: '.length, process.stderr);
  writeStyled(process.stderr, `${label} ${lines}\n`);
}

/** Sets the exit code of the process, if it is not higher already. */
export function raiseExitCode(code: number): void {
  process.exitCode = Math.max(Number(process.exitCode ?? EXIT.yes), code);
}

/** `ERR_OSVIF_USAGE: `, or `TypeError: ` for an error of another program. */
function nameOf(error: unknown): string {
  if (error instanceof OsVifError) return `${error.code}: `;
  return error instanceof Error ? `${error.name}: ` : '';
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return BY_SIGNAL[error.signal] ?? EXIT.no;
  return error instanceof UsageError || error instanceof InputError ? EXIT.usage : EXIT.no;
}

function stacks(error: Error): string {
  const below = error.cause instanceof Error ? `\ncaused by: ${stacks(error.cause)}` : '';
  return `${error.stack ?? error.message}${below}`;
}
