/** The limits of open files, for every part of a host that opens one. */

import { OpenFilesError } from '../errors/kernel.ts';

/**
 * Returns the error of a request that failed with EMFILE or ENFILE. Undefined for every other
 * error.
 */
export function openFilesErrorOf(request: string, error: unknown): OpenFilesError | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : error;
  return code === 'EMFILE' || code === 'ENFILE' ? new OpenFilesError(request, code) : undefined;
}
