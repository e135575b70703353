/** Errors on their way from the helper to its client: there they are of the same class, with the same fields. */

import { OsVifError } from '../../errors/base.ts';
import { HelperProtocolError, HelperRefusalError } from '../../errors/helper.ts';
import { HostClosedError, MissingCommandError, NamespaceError, UnsupportedHostError } from '../../errors/host.ts';
import { KernelError, NetlinkError, PermissionError, SystemCallError } from '../../errors/kernel.ts';
import { LinkValueError } from '../../errors/link.ts';
import { messageOf } from '../../text/message-of.ts';
import type { ErrorFrame } from './protocol.ts';

/** Those that a host throws. */
const CLASSES: ReadonlyMap<string, new (...args: never) => OsVifError> = new Map(
  Object.entries<new (...args: never) => OsVifError>({
    KernelError,
    NetlinkError,
    SystemCallError,
    PermissionError,
    LinkValueError,
    MissingCommandError,
    NamespaceError,
    UnsupportedHostError,
    HostClosedError,
    HelperProtocolError,
    HelperRefusalError,
  }),
);

export function errorFrameOf(error: unknown): ErrorFrame {
  if (!(error instanceof OsVifError)) {
    const message = messageOf(error);
    return { name: 'OsVifError', code: 'ERR_OSVIF_HELPER_FAULT', message: `the helper failed: ${message}` };
  }
  const { name, code, message } = error;
  return { name, code, message, ...(error instanceof KernelError && { errno: error.errno, text: error.text }) };
}

/** The last frame of a connection that the helper ends although the client keeps to the protocol. */
export function connectionErrorFrame(reason: string): { readonly error: ErrorFrame } {
  return { error: { name: 'HelperConnectionError', code: 'ERR_OSVIF_HELPER_CONNECTION', message: reason } };
}

/** Made by the constructor that all have in common: those of the classes make up messages from what is no longer known. */
export function reviveError({ name, code, message, errno, text }: ErrorFrame): Error {
  const error: unknown = Reflect.construct(OsVifError, [code, message], CLASSES.get(name) ?? OsVifError);
  if (!(error instanceof OsVifError)) return new HelperProtocolError(message);
  return Object.assign(error, errno !== undefined && { errno, text: text ?? '' });
}
