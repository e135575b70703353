/**
 * Transfers errors from the helper to its client.
 * The client gets an error of the same class with the same fields.
 */

import { OsVifError } from '../../errors/base.ts';
import { HelperProtocolError, HelperRefusalError } from '../../errors/helper.ts';
import { HostClosedError, MissingCommandError, NamespaceError, UnsupportedHostError } from '../../errors/host.ts';
import { KernelError, NetlinkError, OpenFilesError, PermissionError, SystemCallError } from '../../errors/kernel.ts';
import { LinkValueError } from '../../errors/link.ts';
import { messageOf } from '../../text/message-of.ts';
import type { ErrorFrame } from './protocol.ts';

/** The classes of errors that a host throws. */
const CLASSES: ReadonlyMap<string, new (...args: never) => OsVifError> = new Map(
  Object.entries<new (...args: never) => OsVifError>({
    KernelError,
    NetlinkError,
    SystemCallError,
    PermissionError,
    OpenFilesError,
    LinkValueError,
    MissingCommandError,
    NamespaceError,
    UnsupportedHostError,
    HostClosedError,
    HelperProtocolError,
    HelperRefusalError,
  }),
);

/** Converts an error to a frame. */
export function errorFrameOf(error: unknown): ErrorFrame {
  if (!(error instanceof OsVifError)) {
    const message = messageOf(error);
    return { name: 'OsVifError', code: 'ERR_OSVIF_HELPER_FAULT', message: `the helper failed: ${message}` };
  }
  const { name, code, message } = error;
  return { name, code, message, ...(error instanceof KernelError && { errno: error.errno, text: error.text }) };
}

/**
 * The last frame of a connection that the helper closes, although the client did not violate the protocol.
 */
export function connectionErrorFrame(reason: string): { readonly error: ErrorFrame } {
  return { error: { name: 'HelperConnectionError', code: 'ERR_OSVIF_HELPER_CONNECTION', message: reason } };
}

/**
 * Converts a frame to an error. It uses the constructor of the base class, because constructors of the
 * classes compose messages from values that the frame does not contain.
 */
export function reviveError({ name, code, message, errno, text }: ErrorFrame): Error {
  const error: unknown = Reflect.construct(OsVifError, [code, message], CLASSES.get(name) ?? OsVifError);
  if (!(error instanceof OsVifError)) return new HelperProtocolError(message);
  return Object.assign(error, errno !== undefined && { errno, text: text ?? '' });
}
