/** The socket on which a helper listens. Its mode and its group decide who may connect. */

import { lstatSync, rmSync } from 'node:fs';
import { chmod, chown, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, type ListenOptions, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { HelperConnectionError } from '../../errors/helper.ts';
import { messageOf } from '../../text/message-of.ts';
import { type FileIdentity, fileIdentity } from '../linux/file-identity.ts';
import { type FileLock, tryLock } from '../linux/file-lock.ts';

/** A unix socket to listen on, and who may connect to it. */
export interface SocketFile {
  /**
   * Path of the socket. A socket that a dead helper left behind is replaced. The helper holds a lock on the file `<path>.lock` as
   * long as it runs, and removes both files when it closes.
   */
  readonly socket: string;
  /** Default: 0600, for the user of the helper alone; 0660 lets its group in too. */
  readonly mode?: number;
  /** Number of the group to which the socket belongs. Default: the group of the helper. */
  readonly group?: number;
}

/** Connections that wait for the helper. The kernel takes at most net.core.somaxconn. */
const BACKLOG = 1024;

/**
 * Listens, and resolves to a function that removes the socket and releases its path.
 *
 * @throws HelperConnectionError when the socket cannot be made, another process listens on it, or the path names another file
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
    const reason = messageOf(error);
    throw new HelperConnectionError(socket, `cannot be listened on: ${reason}`, { cause: error });
  }
}

const IN_USE = 'a helper listens there already';

/** Another program may have put its own socket at the path: that one stays. */
function leave(socket: string, made: FileIdentity | undefined, lock: FileLock | undefined): void {
  const isOwn = made !== undefined && fileIdentity(socket) === made;
  if (isOwn) rmSync(socket, { force: true });
  lock?.release();
}

/** The socket is made in a folder that nobody else may enter, and moved to its path when its mode is right. */
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
    server.once('error', (cause) => reject(new HelperConnectionError(where, cause.message, { cause })));
    server.listen(options, () => resolve());
  });
}

/** A helper without the lock may be there: one of an older version, or another program. */
async function requireFree(socket: string): Promise<void> {
  const found = lstatSync(socket, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new HelperConnectionError(socket, 'there is something that is not a socket');
  const errno = await connectionError(socket);
  if (errno === undefined) throw new HelperConnectionError(socket, IN_USE);
  // unix(7): nobody listens. All other errors are of a socket that is in use: EAGAIN tells that its queue is full.
  if (errno !== 'ECONNREFUSED' && errno !== 'ENOENT')
    throw new HelperConnectionError(socket, `there is a socket that may be in use (${errno}): remove it if it is not`);
}

/** Undefined when the connection succeeds. */
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
