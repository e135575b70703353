/** Errors of the `os-vif` command: wrong arguments and wrong input. */
import { OsVifError } from './base.ts';

/** Wrong arguments of the command. The message contains the correct usage. */
export class UsageError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_USAGE', message);
  }
}

/** A file or standard input cannot be read, or is neither JSON nor YAML. */
export class InputError extends OsVifError {
  constructor(source: string, reason: string, options?: ErrorOptions) {
    super('ERR_OSVIF_INPUT', `${source}: ${reason}`, options);
  }
}

/** A document has wrong content. The code is the code of the cause. */
export class DocumentError extends OsVifError {
  /** The place in the input: `vifs.yaml[2].vif`. */
  readonly where: string;

  constructor(where: string, cause: OsVifError) {
    super(cause.code, `${where}: ${cause.message}`, { cause });
    this.where = where;
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
