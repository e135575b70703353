/** Errors between a RemoteHost and the helper process that works for it. */
import { OsVifError } from './base.ts';

/** The helper can't be reached, or the connection to it broke; what was asked of it then may be done or not. */
export class HelperConnectionError extends OsVifError {
  /** Where it was sought: the path of a socket, or a command. */
  readonly helper: string;

  constructor(helper: string, message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_HELPER_CONNECTION', `helper ${helper}: ${message}`, options);
    this.helper = helper;
  }
}

/** A RemoteHost and its helper do not speak the same protocol, or one of them sent what is no part of it. */
export class HelperProtocolError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_HELPER_PROTOCOL', message, options);
  }
}

/** The helper does not do that, as far as it was asked: the device is not one of ours, and not one that its configuration names. */
export class HelperRefusalError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_HELPER_REFUSAL', message);
  }
}
