/**
 * The kernel of guests of libvirt: Debian's kernel for clouds, which is small, with busybox.
 * A global set-up of vitest.
 */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from '../guest/cache.mjs';
import { writeInitramfs } from '../guest/initramfs.mjs';
import { prepareBusybox, unpackKernel } from '../guest/kernels.mjs';

const CLOUD = { suites: ['bookworm'], newest: 'linux-image-cloud-amd64' };
const PLAIN_GUEST = {
  init: new URL('init.sh', import.meta.url),
  modules: ['virtio_pci', 'virtio_net'],
  applets: ['sh', 'mount', 'insmod', 'cat', 'echo', 'base64', 'ip', 'ping', 'sleep', 'sysctl'],
  folders: [],
};

/** Provides `guestKernel` to the tests: `{ release, image, initramfs }`. */
export async function setup({ provide }) {
  await mkdir(CACHE, { recursive: true });
  const context = { cache: CACHE, say: (text) => console.log(text) };
  const kernel = await unpackKernel(CLOUD, context);
  const initramfs = join(kernel.root, 'initramfs');
  const part = `${initramfs}.part-${process.pid}`;
  await writeInitramfs(part, PLAIN_GUEST, { ...kernel, busybox: await prepareBusybox(context) });
  await rename(part, initramfs);
  provide('guestKernel', { release: kernel.release, image: kernel.image, initramfs });
}
