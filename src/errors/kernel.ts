/** Errors of the kernel: a refused request, and what the kernel said about it. */

import { OsVifError } from './base.ts';

/** The kernel refused: `errno` is its name for why (`EEXIST`), `text` its own words where it gave any. */
export class KernelError extends OsVifError {
  readonly errno: string;
  readonly text: string;

  constructor(code: string, request: string, errno: string, text: string, advice?: string) {
    super(code, `${request}: ${text || errno}${text ? ` (${errno})` : ''}${advice ? `; ${advice}` : ''}`);
    this.errno = errno;
    this.text = text;
  }
}

/** An rtnetlink request was refused; `text` is the kernel's extended acknowledgement. */
export class NetlinkError extends KernelError {
  constructor(request: string, errno: string, text: string) {
    super('ERR_OSVIF_NETLINK', request, errno, text);
  }
}

/** A system call other than a netlink request failed. */
export class SystemCallError extends KernelError {
  constructor(request: string, errno: string, text = '', advice?: string) {
    super('ERR_OSVIF_SYSTEM_CALL', request, errno, text, advice);
  }
}

/** This process may not do that to the host's network. */
export class PermissionError extends KernelError {
  constructor(request: string, errno: string, text: string, advice: string) {
    super('ERR_OSVIF_PERMISSION', request, errno, text, advice);
  }
}

/** Whether this is a refusal of the kernel with one of these errno names. */
export function isKernelError(error: unknown, ...errnos: string[]): error is KernelError {
  return error instanceof KernelError && errnos.includes(error.errno);
}

/** The refusals of the kernel that the state of the host explains. */
const EXPLICABLE = ['EADDRINUSE', 'EBUSY', 'EEXIST', 'EINVAL', 'ELOOP', 'ENETDOWN', 'EOPNOTSUPP', 'ERANGE'];

/**
 * A copy of the refusal, of the same class, with the reason in its message. Another error is returned as it
 * is.
 */
export function explained(error: unknown, reason: string): unknown {
  if (!isKernelError(error, ...EXPLICABLE)) return error;
  const { code, message, errno, text } = error;
  const copy: object = Reflect.construct(OsVifError, [code, `${message}; ${reason}`], error.constructor);
  return Object.assign(copy, { errno, text });
}
