/** Errors of rabbitmq-client as errors of this library. */

import { BrokerError } from '../../errors/rpc.ts';
import { isRecord } from '../../text/is-record.ts';
import { messageOf } from '../../text/message-of.ts';

/**
 * The replies of the broker after which a new attempt is in vain, until somebody changes a setting.
 */
const REFUSALS =
  /^(ACCESS_REFUSED|NOT_ALLOWED|PRECONDITION_FAILED|NOT_IMPLEMENTED|COMMAND_INVALID|CERT_|ERR_TLS_|ERR_SSL_|DEPTH_|SELF_|UNABLE_)/;

/** The replies of the broker that say that it did not take a message. */
const NOT_TAKEN = /^(NACK|ACCESS_REFUSED|NOT_FOUND|PRECONDITION_FAILED|CONTENT_TOO_LARGE)$/;

/** The error for an error of rabbitmq-client, of a socket or of TLS. `what`: what failed. */
export function problemOf(what: string, error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  const code = isRecord(error) && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  // Node.js: the error of several addresses has no message of its own.
  return new BrokerError(what, code, messageOf(error) || code, { cause: error });
}

/** Whether the same attempt would fail again. */
export function isRefusal({ reply }: BrokerError): boolean {
  return REFUSALS.test(reply);
}

/** Whether the broker did not take the message. */
export function isNotTaken({ reply }: BrokerError): boolean {
  return NOT_TAKEN.test(reply);
}
