/** Errors of the `os-vif` command itself: what it was called with, and what it was given to read. */
import { OsVifError } from './base.ts';

/** The command was called in a way that it doesn't know; its message says what to call instead. */
export class UsageError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_USAGE', message);
  }
}

/** A file or standard input can't be read, or is neither JSON nor YAML. */
export class InputError extends OsVifError {
  constructor(source: string, reason: string, options?: ErrorOptions) {
    super('ERR_OSVIF_INPUT', `${source}: ${reason}`, options);
  }
}

/** A document that was read is not what it should be. The code is that of the error that says why. */
export class DocumentError extends OsVifError {
  constructor(where: string, cause: OsVifError) {
    super(cause.code, `${where}: ${cause.message}`, { cause });
  }
}

/** A signal such as SIGINT ended the command. */
export class InterruptedError extends OsVifError {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super('ERR_OSVIF_INTERRUPTED', `interrupted by ${signal}`);
    this.signal = signal;
  }
}
