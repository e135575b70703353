/** A netlink socket on which the kernel sends the changes of network devices (rtnetlink(7)). */

import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { openFilesErrorOf } from '../../open-files.ts';
import { checked, type Libc } from '../libc.ts';
import { u16, u32 } from '../netlink/message.ts';
import { openNetlinkSocket } from '../netlink/open-socket.ts';
import type { NetworkNamespace } from '../network-namespace.ts';

const AF_NETLINK = 16;
const AF_UNIX = 1;
const SOCK_STREAM_NONBLOCK_CLOEXEC = 1 | 0o4000 | 0o2000000;
const O_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
/** Holds some thousand events while the event loop is busy. */
const RECEIVE_BUFFER = 4 << 20;
/**
 * Opens a socket for the multicast groups, which are a bit mask of RTMGRP_ constants. Until the
 * stream has a listener of `data`, it and the kernel keep the events. It ends with the error ENOBUFS
 * if the kernel had to drop events.
 */
export function openEventSocket(libc: Libc, namespace: NetworkNamespace, groups: number): Socket {
  const netlink = openNetlinkSocket(libc, namespace);
  try {
    // Needs CAP_NET_ADMIN in the first user namespace. Without it, the socket keeps its smaller buffer.
    libc.setsockoptSync(netlink, SOL_SOCKET, SO_RCVBUFFORCE, u32(RECEIVE_BUFFER));
    const address = Buffer.concat([u16(AF_NETLINK), u16(0), u32(0), u32(groups)]);
    checked('bind of an AF_NETLINK socket', libc.bindSync(netlink, address));
    return readable(libc, netlink);
  } finally {
    closeSync(netlink);
  }
}

/**
 * Returns a stream that reads the netlink socket in the event loop. Node has streams for Unix sockets
 * and not for netlink sockets. So the stream is made for a Unix socket, and then the descriptor
 * becomes that of the netlink socket, which is read in the same way.
 */
function readable(libc: Libc, netlink: number): Socket {
  const fd = checked('open an AF_UNIX socket', libc.socketSync(AF_UNIX, SOCK_STREAM_NONBLOCK_CLOEXEC, 0));
  let stream: Socket | undefined;
  try {
    const net = process.getBuiltinModule('node:net');
    stream = new net.Socket({ fd, readable: true, writable: false });
    checked('dup3 of an AF_NETLINK socket', libc.dup3Sync(netlink, fd, O_CLOEXEC));
    return stream;
  } catch (error) {
    if (stream === undefined) libc.closeSync(fd);
    else stream.destroy();
    throw openFilesErrorOf('open an AF_NETLINK socket', error) ?? error;
  }
}
