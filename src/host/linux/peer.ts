/** The user at the other end of a unix socket. */

import type { Socket } from 'node:net';
import { importKoffi } from './libc.ts';

/**
 * The values of socket(7) on all architectures but PowerPC, MIPS and SPARC. On these three, the call fails or
 * has an answer of another length.
 */
const [SOL_SOCKET, SO_PEERCRED] = [1, 17];
/** struct ucred: pid, uid, gid. */
const CREDENTIALS_LENGTH = 12;

/**
 * Resolves to a function that returns the user id of the process that connected. The function returns
 * undefined if the kernel does not report the user id.
 */
export async function loadPeerUser(): Promise<(socket: Socket) => number | undefined> {
  const getsockopt = (await importKoffi()).load(null).func('int getsockopt(int, int, int, void *, void *)');
  return (socket) => {
    const credentials = new Uint32Array(CREDENTIALS_LENGTH / 4);
    const length = Uint32Array.of(CREDENTIALS_LENGTH);
    const fd = descriptorOf(socket);
    if (fd === undefined || Number(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length)) < 0) return undefined;
    return length[0] === CREDENTIALS_LENGTH ? credentials[1] : undefined;
  };
}

/** Returns the descriptor of a socket. Node has no documented API for this descriptor. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof fd === 'number' && fd >= 0 ? fd : undefined;
}
