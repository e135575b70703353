/** Creates TAP devices through /dev/net/tun (the kernel's Documentation/networking/tuntap.rst). */

import { close, openSync } from 'node:fs';
import { PermissionError, SystemCallError } from '../../errors/kernel.ts';
import type { BuiltInLink } from '../../host-contract/links.ts';
import { openFilesErrorOf } from '../open-files.ts';
import { errnoText } from './errno.ts';
import type { Libc } from './libc.ts';
import { u32 } from './netlink/message.ts';
import { NEEDS_NET_ADMIN } from './netlink/request.ts';
import type { NetworkNamespace } from './network-namespace.ts';

const TUN_DEVICE = '/dev/net/tun';
const TUNSETIFF = 0x400454ca;
const TUNSETPERSIST = 0x400454cb;
const TUNSETOWNER = 0x400454cc;
const TUNSETGROUP = 0x400454ce;
const IFF_TAP = 0x0002;
const IFF_NO_PI = 0x1000;
const IFF_VNET_HDR = 0x4000;
const IFF_TUN_EXCL = 0x8000;
const IFF_MULTI_QUEUE = 0x0100;
/** sizeof(struct ifreq). The structure begins with the name. The flags are at IFNAMSIZ. */
const IFREQ_SIZE = 40;
const IFNAMSIZ = 16;

type NewTap = BuiltInLink & { kind: 'tap' };

/**
 * Creates a TAP device, runs `configure`, and then makes the device persistent. If this process is killed
 * before the last step, the kernel deletes the device, so no incomplete device is left.
 * @returns the result of `configure`
 */
export async function createTap<T>(
  libc: Libc,
  namespace: NetworkNamespace,
  link: NewTap,
  configure: () => Promise<T>,
): Promise<T> {
  const { name, tap = {} } = link;
  const fd = openTunDevice(namespace, name);
  const control = async (what: string, request: number, argument: Buffer | number): Promise<void> => {
    const { value, errno } = await libc.ioctl(fd, request, argument);
    if (value < 0) throw refusal(`${what} of tap ${name}`, errno);
  };
  try {
    await control('creation', TUNSETIFF, interfaceRequest(link));
    const configured = await configure();
    if (tap.owner !== undefined) await control('setting the owner', TUNSETOWNER, tap.owner);
    if (tap.group !== undefined) await control('setting the group', TUNSETGROUP, tap.group);
    await control('making persistent', TUNSETPERSIST, 1);
    return configured;
  } finally {
    // The kernel may delete the device at close(), which takes tens of milliseconds. close() therefore runs
    // on a worker thread.
    await new Promise<void>((resolve) => close(fd, () => resolve()));
  }
}

function openTunDevice(namespace: NetworkNamespace, name: string): number {
  try {
    // The device belongs to the namespace in which the file was opened.
    return namespace.run(() => openSync(TUN_DEVICE, 'r+'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const what = `creation of tap ${name}: open ${TUN_DEVICE}`;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new PermissionError(
        what,
        code,
        errnoText(code),
        `run this as root, or let this user read and write ${TUN_DEVICE}`,
      );
    }
    if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO') {
      throw new SystemCallError(
        what,
        code,
        errnoText(code),
        'load the kernel module with `modprobe tun`, or give the container that device',
      );
    }
    throw openFilesErrorOf(what, error) ?? error;
  }
}

/**
 * struct ifreq. A program that attaches to the device chooses again whether frames carry a virtio-net header.
 */
function interfaceRequest({ name, tap = {}, vnetHeader = true }: NewTap): Buffer {
  const request = Buffer.alloc(IFREQ_SIZE);
  request.write(name, 'utf8');
  const options = (vnetHeader ? IFF_VNET_HDR : 0) | (tap.multiQueue ? IFF_MULTI_QUEUE : 0);
  u32(IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL | options).copy(request, IFNAMSIZ);
  return request;
}

function refusal(what: string, errno: string): Error {
  if (errno === 'EPERM' || errno === 'EACCES')
    return new PermissionError(what, errno, errnoText(errno), NEEDS_NET_ADMIN);
  return new SystemCallError(what, errno, errnoText(errno));
}
