/** The socket that a helper listens on: only those may open it whom its mode and its group let. */

import { chmod, chown, lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, type ListenOptions, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { HelperConnectionError } from '../../errors/helper.ts';

/** A unix socket that a helper listens on, and who may open it. */
export interface SocketFile {
  /** Path of the socket. One that a helper left which is no more is replaced. */
  readonly socket: string;
  /** Default: 0600, for the user of the helper alone; 0660 lets its group in too. */
  readonly mode?: number;
  /** Number of the group that the socket is to belong to. Default: that of the helper. */
  readonly group?: number;
}

/**
 * Resolves, once clients can connect, to what takes the socket away again.
 * @throws HelperConnectionError where it can't be made, or somebody listens on it already
 */
export async function listenOn(
  server: Server,
  where: SocketFile | { readonly fd: number },
): Promise<() => Promise<void>> {
  if ('fd' in where) {
    await listening(server, where, `on descriptor ${where.fd}`);
    return async () => {};
  }
  const { socket, mode = 0o600, group } = where;
  try {
    await requireFree(socket);
    await makeSocket(server, socket, mode, group);
  } catch (error) {
    if (error instanceof HelperConnectionError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new HelperConnectionError(socket, `can't be listened on: ${reason}`, { cause: error });
  }
  return () => rm(socket, { force: true });
}

/** Made where nobody else can go, and moved to its place when its mode is right: it is never open to more than should be let in. */
async function makeSocket(server: Server, socket: string, mode: number, group: number | undefined): Promise<void> {
  const folder = await mkdtemp(join(dirname(socket), '.os-vif-'));
  try {
    const made = join(folder, 's');
    await listening(server, { path: made }, socket);
    if (group !== undefined) await chown(made, -1, group);
    await chmod(made, mode);
    await rename(made, socket);
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

async function requireFree(socket: string): Promise<void> {
  const found = await lstat(socket).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new HelperConnectionError(socket, 'there is something that is not a socket');
  if (await answers(socket)) throw new HelperConnectionError(socket, 'a helper listens there already');
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}
