/** The socket of a helper. Its mode and its group determine the users that can connect. */

import { existsSync, lstatSync, rmSync } from 'node:fs';
import { chmod, chown, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, type ListenOptions, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { HelperConnectionError } from '../../errors/helper.ts';
import { messageOf } from '../../text/message-of.ts';
import { type FileIdentity, fileIdentity } from '../linux/file-identity.ts';
import { type FileLock, tryLock } from '../linux/file-lock.ts';
import { openFilesErrorOf } from '../open-files.ts';

/** A unix socket, with its mode and group. */
export interface SocketFile {
  /**
   * The path of the socket. The socket of a helper that was killed is replaced.
   * The helper holds a lock on the file `<path>.lock` while it runs, and removes both files when it closes.
   */
  readonly socket: string;
  /** The mode. Default: 0600, only for the user of the helper. 0660 allows its group too. */
  readonly mode?: number;
  /** The id of the group of the socket. Default: the group of the helper. */
  readonly group?: number;
}

/** The largest number of connections that wait for the helper. The kernel limits it to net.core.somaxconn. */
const BACKLOG = 1024;

/**
 * Listens, and resolves to a function that removes the socket and its lock.
 *
 * @throws HelperConnectionError if the socket cannot be created, another process listens on it, or the
 *   path is another file
 */
export async function listenOn(server: Server, where: SocketFile | { readonly fd: number }): Promise<() => void> {
  if ('fd' in where) {
    await listening(server, { ...where, backlog: BACKLOG }, `on descriptor ${where.fd}`);
    return () => {};
  }
  const { socket, mode = 0o600, group } = where;
  let lock: FileLock | undefined;
  try {
    lock = await tryLock(`${socket}.lock`);
    if (lock === undefined) throw new HelperConnectionError(socket, IN_USE);
    await requireFree(socket);
    const made = await makeSocket(server, socket, mode, group);
    return () => leave(socket, made, lock);
  } catch (error) {
    lock?.release();
    if (error instanceof HelperConnectionError) throw error;
    const reason = existsSync(dirname(socket)) ? messageOf(error) : `the folder ${dirname(socket)} does not exist`;
    throw new HelperConnectionError(socket, `the helper cannot listen on this socket: ${reason}`, { cause: error });
  }
}

const IN_USE = 'another helper already listens on it';

/** Removes the socket, unless another program replaced it by its own socket. Releases the lock. */
function leave(socket: string, made: FileIdentity | undefined, lock: FileLock | undefined): void {
  const isOwn = made !== undefined && fileIdentity(socket) === made;
  if (isOwn) rmSync(socket, { force: true });
  lock?.release();
}

/** Creates the socket in a private folder, sets its mode and group, and then moves it to its path. */
async function makeSocket(
  server: Server,
  socket: string,
  mode: number,
  group: number | undefined,
): Promise<FileIdentity | undefined> {
  const folder = await mkdtemp(join(dirname(socket), '.os-vif-'));
  try {
    const made = join(folder, 's');
    await listening(server, { path: made, backlog: BACKLOG }, socket);
    if (group !== undefined) await chown(made, -1, group);
    await chmod(made, mode);
    const identity = fileIdentity(made);
    await rename(made, socket);
    return identity;
  } catch (error) {
    if (server.listening) server.close();
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function listening(server: Server, options: ListenOptions | { readonly fd: number }, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new HelperConnectionError(where, messageOf(openFilesErrorOf('listen', cause) ?? cause), { cause })),
    );
    server.listen(options, () => resolve());
  });
}

/** Throws if another process uses the path without the lock, such as a helper of an older version. */
async function requireFree(socket: string): Promise<void> {
  const found = lstatSync(socket, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new HelperConnectionError(socket, 'the path is not a socket');
  const errno = await connectionError(socket);
  if (errno === undefined) throw new HelperConnectionError(socket, IN_USE);
  // unix(7): with ECONNREFUSED no process listens. After other errors the socket may be in use.
  // For example, EAGAIN: its queue is full.
  if (errno !== 'ECONNREFUSED' && errno !== 'ENOENT')
    throw new HelperConnectionError(socket, `the socket may be in use (${errno}): remove it if no process uses it`);
}

/** The errno of an attempt to connect. Undefined if the connection succeeds. */
function connectionError(socket: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('connect', () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}
