/** How the command ends: its exit codes, and how an error is told. */

import { OsVifError } from '../../errors/base.ts';
import { InputError, InterruptedError, UsageError } from '../../errors/command.ts';
import { printable } from '../../text/printable.ts';
import { colored } from './output.ts';
import { writeStyled } from './safe-output.ts';

export const EXIT = {
  yes: 0,
  /** The answer is no, or something failed. */
  no: 1,
  /** The command was called wrongly, or fed what it cannot read. */
  usage: 2,
} as const;

/** 128 and the number of the signal, as shells tell it. */
const BY_SIGNAL: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Writes the error to standard error, with its code; a stack only for those who look for a bug. Gives the exit code. */
export function reportError(error: unknown, { debug = false } = {}): number {
  const label = colored('red', 'os-vif:', process.stderr);
  writeStyled(process.stderr, `${label} ${textOf(error)}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${stacks(error)}\n`);
  return exitCodeOf(error);
}

/** `ERR_OSVIF_USAGE: what was wrong`, each line of it safe for a terminal. */
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
