/**
 * The kernel of guests that run no tests themselves: Debian's kernel for clouds, which is small, and
 * busybox. A global set-up of vitest.
 */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from '../guest/cache.mjs';
import { writeInitramfs } from '../guest/initramfs.mjs';
import { prepareBusybox, unpackKernel } from '../guest/kernels.mjs';

const CLOUD = { suites: ['bookworm'], newest: 'linux-image-cloud-amd64' };
const DRIVERS = ['virtio_pci', 'virtio_net'];
const APPLETS = ['sh', 'mount', 'insmod', 'cat', 'echo', 'base64', 'ip', 'arp', 'ping', 'sleep', 'stty', 'sysctl'];

/** Provides `guestKernel` to the tests: `{ release, image, initramfs }`. */
export async function setup({ provide }) {
  provide('guestKernel', await prepareGuestKernel());
}

/**
 * Prepares the kernel in the cache folder. `name`: that of the first file system. `modules`: more
 * modules than the drivers. `programs`: paths of programs of this machine.
 * @returns {Promise<{ release: string, image: string, initramfs: string }>}
 */
export async function prepareGuestKernel({ name = 'initramfs', modules = [], programs = [] } = {}) {
  await mkdir(CACHE, { recursive: true });
  const context = { cache: CACHE, say: (text) => console.log(text) };
  const { root, release, image } = await unpackKernel(CLOUD, context);
  const initramfs = join(root, name);
  const part = `${initramfs}.part-${process.pid}`;
  const contents = {
    init: new URL('init.sh', import.meta.url),
    modules: [...DRIVERS, ...modules],
    applets: APPLETS,
    folders: [],
    programs,
  };
  await writeInitramfs(part, contents, { root, release, busybox: await prepareBusybox(context) });
  await rename(part, initramfs);
  return { release, image, initramfs };
}
