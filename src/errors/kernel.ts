/** Errors of the kernel. */

import { OsVifError } from './base.ts';

/**
 * The kernel refused a request.
 * `errno` is the name of the error (`EEXIST`), `text` the kernel's message if there is one.
 */
export class KernelError extends OsVifError {
  readonly errno: string;
  readonly text: string;

  constructor(code: string, request: string, errno: string, text: string, advice?: string) {
    super(code, `${request}: ${text || errno}${text ? ` (${errno})` : ''}${advice ? `; ${advice}` : ''}`);
    this.errno = errno;
    this.text = text;
  }
}

/** The kernel refused a netlink request. `text` is the extended acknowledgement of the kernel. */
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

/** This process lacks a privilege that the request needs. */
export class PermissionError extends KernelError {
  constructor(request: string, errno: string, text: string, advice: string) {
    super('ERR_OSVIF_PERMISSION', request, errno, text, advice);
  }
}

/** This process, or the whole machine, has too many open files. */
export class OpenFilesError extends KernelError {
  constructor(request: string, errno: 'EMFILE' | 'ENFILE') {
    super('ERR_OSVIF_OPEN_FILES', request, errno, 'too many open files', LIMITS[errno]);
  }
}

const LIMITS = {
  EMFILE: 'this process has reached its limit: raise it with `ulimit -n` or LimitNOFILE= of systemd, or close files',
  ENFILE: 'the machine has reached its limit: raise it with `sysctl fs.file-max`, or end programs',
} as const;

/** Whether this is a refusal of the kernel with one of these errno names. */
export function isKernelError(error: unknown, ...errnos: string[]): error is KernelError {
  return error instanceof KernelError && errnos.includes(error.errno);
}
