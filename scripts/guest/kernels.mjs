/** The kernels that guests boot, and how one is made ready: unpacked, with module dependencies and an initramfs. */
import { existsSync } from 'node:fs';
import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { openSuites } from './apt.mjs';
import { run } from './command.mjs';
import { TEST_GUEST, writeInitramfs } from './initramfs.mjs';

/** Name, and the suites of Debian whose newest kernel it is. To add a kernel, add a line. */
export const KERNELS = new Map([
  ['5.10', { suites: ['bullseye'] }],
  ['6.1', { suites: ['bookworm'] }],
  ['6.12', { suites: ['bookworm-backports'] }],
  ['newest', { suites: ['sid', 'experimental'] }],
]);

/** The package that depends on the newest kernel of a suite. */
const NEWEST = 'linux-image-amd64';
/** What a kernel's packages are called. Since 7.0 the image, the modules and the list of what is built in have a package each. */
const PARTS = /^linux-(image|base|binary|modules)-\d/;

/**
 * Makes the kernel of an entry of KERNELS ready in the cache folder.
 * @returns {Promise<{ suites: string[], release: string, root: string, image: string, initramfs: string }>}
 */
export async function prepareKernel(wanted, context) {
  const kernel = await unpackKernel(wanted, context);
  const initramfs = join(kernel.root, 'initramfs');
  if (!existsSync(initramfs)) {
    context.say(`kernel ${kernel.release}: initramfs`);
    const busybox = await prepareBusybox(context);
    await writeInitramfs(`${initramfs}.part`, TEST_GUEST, { ...kernel, busybox, signal: context.signal });
    await rename(`${initramfs}.part`, initramfs);
  }
  return { ...kernel, initramfs };
}

/**
 * Unpacks the newest kernel of the suites. `newest`: the package that depends on it.
 * @returns {Promise<{ suites: string[], release: string, root: string, image: string }>}
 *   The folder `root` has lib/modules/RELEASE with modules.dep.
 */
export async function unpackKernel({ suites, newest = NEWEST }, context) {
  const debian = await openSuites(suites, context);
  const packages = await partsOf(newest, debian);
  if (packages.length === 0) throw new Error(`the package ${newest} of ${suites.join(' and ')} names no kernel`);
  const release = packages[0].replace(PARTS, (part) => part.at(-1));
  const root = join(context.cache, 'kernels', release);
  await debian.unpack(packages, root);
  // From 7.0 on the modules are below usr/lib.
  if (!existsSync(join(root, 'lib/modules'))) await symlink('usr/lib', join(root, 'lib'));
  const modules = join(root, 'lib/modules', release);
  if (!existsSync(join(modules, 'modules.dep'))) await run('depmod', ['-b', root, release], context);
  const image = [join(root, `boot/vmlinuz-${release}`), join(modules, 'vmlinuz')].find((file) => existsSync(file));
  if (image === undefined) throw new Error(`the packages ${packages.join(', ')} have no kernel image`);
  return { suites, release, root, image };
}

async function partsOf(name, debian) {
  const found = (await debian.dependencies(name)).filter((part) => PARTS.test(part));
  const more = await Promise.all(
    found.map(async (part) => (await debian.dependencies(part)).filter((each) => PARTS.test(each))),
  );
  return [...new Set([...found, ...more.flat()])];
}

/** Resolves to the path of a busybox that needs no library. */
export async function prepareBusybox(context) {
  const folder = join(context.cache, 'busybox');
  const debian = await openSuites(['bookworm'], context);
  await debian.unpack(['busybox-static'], folder);
  return join(folder, 'bin/busybox');
}
