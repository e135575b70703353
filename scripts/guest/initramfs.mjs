/** The first file system of a guest: busybox, the modules that reach the machine's file system, and guest/init.sh. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { run } from './command.mjs';

/** They bring the machine's file system, read-only, below a writable layer in memory. */
const MODULES = ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio_rng'];
const APPLETS = ['sh', 'mount', 'insmod', 'mkdir', 'switch_root', 'cat', 'echo', 'sleep'];
const FOLDERS = ['bin', 'mods', 'proc', 'sys', 'dev', 'ro', 'rw', 'new'];
/** How to read a module, by the ending of its name. */
const DECOMPRESS = { xz: ['xz', '-dc'], zst: ['zstd', '-dqc'], ko: ['cat'] };

/** `root` has lib/modules/RELEASE with modules.dep. */
export async function writeInitramfs(file, { root, release, busybox, signal }) {
  const modules = await modulesInOrder(root, release, signal);
  const entries = [
    ...FOLDERS.map((name) => ({ name, mode: 0o040755 })),
    { name: 'bin/busybox', mode: 0o100755, data: await readFile(busybox) },
    ...APPLETS.map((applet) => ({ name: `bin/${applet}`, mode: 0o120777, data: Buffer.from('busybox') })),
    { name: 'init', mode: 0o100755, data: await readFile(new URL('init.sh', import.meta.url)) },
    { name: 'mods/order', mode: 0o100644, data: Buffer.from(modules.map(({ name }) => `${name}\n`).join('')) },
    ...modules.map(({ name, data }) => ({ name: `mods/${name}`, mode: 0o100644, data })),
  ];
  await writeFile(file, cpio(entries));
}

async function modulesInOrder(root, release, signal) {
  const files = new Set();
  for (const module of MODULES) {
    const text = await run('modprobe', ['-d', root, '-S', release, '--show-depends', module], { signal });
    for (const [, file] of text.matchAll(/^insmod (\S+)/gm)) files.add(file);
  }
  const read = async (file) => {
    const [command, ...args] = DECOMPRESS[file.split('.').at(-1)];
    const data = await run(command, [...args, file], { signal, encoding: 'buffer' });
    return { name: basename(file).replace(/\.(xz|zst)$/, ''), data };
  };
  return Promise.all([...files].map(read));
}

/** Kernel: Documentation/driver-api/early-userspace/buffer-format.rst, "newc". */
function cpio(entries) {
  const parts = [...entries, { name: 'TRAILER!!!', mode: 0 }].flatMap(
    ({ name, mode, data = Buffer.alloc(0) }, inode) => {
      const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0];
      const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
      return [padded(Buffer.from(header)), padded(data)];
    },
  );
  return Buffer.concat(parts);
}

function padded(data) {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}
