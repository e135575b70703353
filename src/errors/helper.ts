/** Errors between a RemoteHost and the helper process that works for it. */
import { OsVifError } from './base.ts';

/** The helper cannot be reached, or the connection broke. The outcome of unanswered requests is unknown. */
export class HelperConnectionError extends OsVifError {
  /** The path of the socket, or the command that starts the helper. */
  readonly helper: string;

  constructor(helper: string, message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_HELPER_CONNECTION', `helper ${helper}: ${message}`, options);
    this.helper = helper;
  }
}

/** A RemoteHost and its helper use different protocols, or one of them sent an invalid message. */
export class HelperProtocolError extends OsVifError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_OSVIF_HELPER_PROTOCOL', message, options);
  }
}

/**
 * The helper refused a request, because its policy does not allow it.
 * For example, the device has no tag of this library and is not part of the configuration of the helper.
 */
export class HelperRefusalError extends OsVifError {
  constructor(message: string) {
    super('ERR_OSVIF_HELPER_REFUSAL', message);
  }
}
