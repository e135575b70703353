/** Exit codes, and the output of errors. */

import { OsVifError } from '../../errors/base.ts';
import { InputError, InterruptedError, UsageError } from '../../errors/command.ts';
import { printable } from '../../text/printable.ts';
import { colored } from './output.ts';
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
 */
export function reportError(error: unknown, { debug = false } = {}): number {
  const label = colored('red', 'os-vif:', process.stderr);
  writeStyled(process.stderr, `${label} ${textOf(error)}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${stacks(error)}\n`);
  return exitCodeOf(error);
}

/** `ERR_OSVIF_USAGE: message`. Unprintable characters are escaped. */
function textOf(error: unknown): string {
  const text = error instanceof OsVifError ? `${error.code}: ${error.message}` : messageOf(error);
  return text.split('\n').map(printable).join('\n');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptedError) return BY_SIGNAL[error.signal] ?? EXIT.no;
  return error instanceof UsageError || error instanceof InputError ? EXIT.usage : EXIT.no;
}

function stacks(error: Error): string {
  const below = error.cause instanceof Error ? `\ncaused by: ${stacks(error.cause)}` : '';
  return `${error.stack ?? error.message}${below}`;
}
