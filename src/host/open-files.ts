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

/**
 * Returns a function that imports a module when it is first needed. An import that failed fails for
 * ever, so the import does not begin while there are no free descriptors.
 *
 * @param name the module, for the message of OpenFilesError
 */
export function importedLater<T>(name: string, load: () => Promise<T>): () => Promise<T> {
  let isImported = false;
  return async () => {
    if (!isImported) requireFreeFiles(`import of ${name}`);
    const module = await load();
    isImported = true;
    return module;
  };
}

/** The number of files that an import opens at the same time, at most. */
const FILES_OF_IMPORT = 8;

function requireFreeFiles(request: string): void {
  // An import of node:fs loads streams and promises of files, which takes longer than this module.
  const { closeSync, openSync } = process.getBuiltinModule('node:fs');
  const opened: number[] = [];
  try {
    while (opened.length < FILES_OF_IMPORT) opened.push(openSync('/dev/null', 'r'));
  } catch (error) {
    const outOfFiles = openFilesErrorOf(request, error);
    if (outOfFiles !== undefined) throw outOfFiles;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}
