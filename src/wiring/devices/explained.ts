/** Errors of the kernel, with the reason that the state of the host gives. */

import { OsVifError } from '../../errors/base.ts';
import { isKernelError } from '../../errors/kernel.ts';

/** The errors that the state of the host can explain. */
const EXPLICABLE = ['EADDRINUSE', 'EBUSY', 'EEXIST', 'EINVAL', 'ELOOP', 'ENETDOWN', 'EOPNOTSUPP', 'ERANGE'];

/**
 * A copy of a kernel error, of the same class, with the reason in its message.
 * Every other error is returned unchanged.
 */
export function explained(error: unknown, reason: string): unknown {
  if (!isKernelError(error, ...EXPLICABLE)) return error;
  const { code, message, errno, text } = error;
  const copy: object = Reflect.construct(OsVifError, [code, `${message}; ${reason}`], error.constructor);
  return Object.assign(copy, { errno, text });
}
