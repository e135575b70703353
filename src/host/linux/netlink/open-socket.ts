/** Opens netlink sockets. */

import { closeSync, openSync } from 'node:fs';
import { openFilesErrorOf } from '../../open-files.ts';
import { checked, type Libc } from '../libc.ts';
import type { NetworkNamespace } from '../network-namespace.ts';
import { u32 } from './message.ts';

const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o4000 | 0o2000000;
const O_CLOEXEC = 0o2000000;
const ANY_FILE = '/proc/self/stat';
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const RECEIVE_BUFFER = 1 << 20;
const SO_SNDBUFFORCE = 32;
/** Holds the longest transaction: a source guard with 128 addresses has less than 0.4 MiB. */
const SEND_BUFFER = 1 << 21;

/** Opens a non-blocking netlink socket in the namespace, and returns its descriptor. */
export function openNetlinkSocket(libc: Libc, namespace: NetworkNamespace, protocol = NETLINK_ROUTE): number {
  const opened = namespace.run(() => libc.socketSync(AF_NETLINK, SOCK_RAW_NONBLOCK_CLOEXEC, protocol));
  const fd = asFileOfNode(checked('open an AF_NETLINK socket', opened), libc);
  libc.setsockoptSync(fd, SOL_SOCKET, SO_RCVBUF, u32(RECEIVE_BUFFER));
  // Without CAP_NET_ADMIN, the socket keeps its smaller buffer, and cannot change anything.
  libc.setsockoptSync(fd, SOL_SOCKET, SO_SNDBUFFORCE, u32(SEND_BUFFER));
  // Kernels before 4.12 have no extended acknowledgement, and kernels before 4.20 have no strict checking.
  // The socket works without both.
  for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK]) {
    libc.setsockoptSync(fd, SOL_NETLINK, option, u32(1));
  }
  return fd;
}

/**
 * Returns a descriptor of the socket that Node counts among its own files. At the end of a worker
 * thread, also by terminate(), Node closes all files that this thread has opened, and no other
 * descriptors.
 */
function asFileOfNode(socket: number, libc: Libc): number {
  let fd: number | undefined;
  try {
    fd = openSync(ANY_FILE, 'r');
    return checked('dup3 of an AF_NETLINK socket', libc.dup3Sync(socket, fd, O_CLOEXEC));
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw openFilesErrorOf('open an AF_NETLINK socket', error) ?? error;
  } finally {
    libc.closeSync(socket);
  }
}
