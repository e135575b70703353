/** The names and the meanings of the errors of the kernel (errno(3)). */

import { constants } from 'node:os';

/** Returns the name of an errno: 17 is `EEXIST`. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? OTHERS[errno]?.[0] ?? `errno ${errno}`;
}

/** Returns the meaning of an errno: `EEXIST` is `file already exists`. */
export function errnoText(name: string): string {
  // node:util is loaded with the first error, because its import takes milliseconds.
  const texts = process.getBuiltinModule('node:util').getSystemErrorMap();
  for (const [errno, known] of NAMES) if (known === name) return texts.get(-errno)?.[1] ?? '';
  return Object.values(OTHERS).find(([known]) => known === name)?.[1] ?? '';
}

/** The names by number. For a number with two names, the map has the name that the kernel uses. */
const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(constants.errno).map(([name, errno]) => [errno, name] as const),
  [constants.errno.EAGAIN, 'EAGAIN'],
  [constants.errno.EOPNOTSUPP, 'EOPNOTSUPP'],
]);

/**
 * Errors of network devices that Node.js does not know (kernel: include/uapi/asm-generic/errno.h).
 */
const OTHERS: Readonly<Record<number, readonly [name: string, text: string]>> = {
  76: ['ENOTUNIQ', 'name not unique on network'],
  77: ['EBADFD', 'file descriptor in bad state'],
  87: ['EUSERS', 'too many users'],
  108: ['ESHUTDOWN', 'cannot send after transport endpoint shutdown'],
  112: ['EHOSTDOWN', 'host is down'],
  121: ['EREMOTEIO', 'remote I/O error'],
  132: ['ERFKILL', 'operation not possible due to RF-kill'],
};
