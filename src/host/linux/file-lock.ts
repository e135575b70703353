/** A lock that at most one process holds. The kernel releases the lock when the process ends (flock(2)). */

import { closeSync, constants, fstatSync, openSync, rmSync } from 'node:fs';
import { SystemCallError } from '../../errors/kernel.ts';
import { openFilesErrorOf } from '../open-files.ts';
import { errnoName, errnoText } from './errno.ts';
import { type FileIdentity, fileIdentity, identityOf } from './file-identity.ts';
import { importKoffi } from './libc.ts';

const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
const LOCK_EX_NB = 2 | 4;
/** Only the user of the lock may open the file, because flock(2) needs only an open file. */
const OWNER_ONLY = 0o600;

export interface FileLock {
  /** Removes the file and releases the lock. Further calls do nothing. */
  release(): void;
}

/**
 * Takes the lock. Resolves to undefined if another process, or another part of this process, holds the lock.
 *
 * @throws SystemCallError if the file system has no locks
 * @throws Error of node:fs if the file cannot be opened or is not a regular file
 */
export async function tryLock(path: string): Promise<FileLock | undefined> {
  const koffi = await importKoffi();
  const flock = koffi.load(null).func('int flock(int, int)');
  for (;;) {
    const fd = open(path);
    let isKept = false;
    try {
      if (!fstatSync(fd).isFile()) throw new Error(`${path} is not a regular file`);
      if (Number(flock(fd, LOCK_EX_NB)) < 0) {
        const errno = errnoName(koffi.errno());
        if (errno === 'EAGAIN') return undefined;
        throw new SystemCallError(`lock ${path}`, errno, errnoText(errno));
      }
      // The previous owner may have removed the file after this process opened it.
      const own = identityOf(fstatSync(fd, { bigint: true }));
      isKept = fileIdentity(path) === own;
      if (isKept) return lockOf(path, fd, own);
    } finally {
      if (!isKept) closeSync(fd);
    }
  }
}

function open(path: string): number {
  try {
    return openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, OWNER_ONLY);
  } catch (error) {
    throw openFilesErrorOf(`open ${path}`, error) ?? error;
  }
}

function lockOf(path: string, fd: number, own: FileIdentity): FileLock {
  let isHeld = true;
  return {
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      if (fileIdentity(path) === own) rmSync(path, { force: true });
      closeSync(fd);
    },
  };
}
