/** The first file system of a guest: busybox, modules, and the guest's first program. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { run } from './command.mjs';

/**
 * The first file system of a guest that runs tests. Its modules bring the machine's file system,
 * read-only, below a writable layer in memory.
 */
export const TEST_GUEST = {
  init: new URL('init.sh', import.meta.url),
  modules: ['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio_rng'],
  applets: ['sh', 'mount', 'insmod', 'mkdir', 'switch_root', 'cat', 'echo', 'sleep'],
  folders: ['ro', 'rw', 'new'],
};

/** Folders of every guest. */
const FOLDERS = ['bin', 'mods', 'proc', 'sys', 'dev'];
/** How to read a module, by the ending of its name. */
const DECOMPRESS = { xz: ['xz', '-dc'], zst: ['zstd', '-dqc'], ko: ['cat'] };

/**
 * Writes the file system. `init`: the address of the first program, a script, for which `mods/order`
 * has the modules in the order of loading. `applets`: commands of busybox. `programs`: paths of
 * programs of this machine, which come with their libraries. The folder `root` has
 * lib/modules/RELEASE with modules.dep.
 */
export async function writeInitramfs(
  file,
  { init, modules: wanted, applets, folders, programs = [] },
  { root, release, busybox, signal },
) {
  const modules = await modulesInOrder(wanted, root, release, signal);
  const files = await withLibraries(programs, signal);
  const entries = [
    ...[...FOLDERS, ...folders, ...foldersOf(files)].map((name) => ({ name, mode: 0o040755 })),
    { name: 'bin/busybox', mode: 0o100755, data: await readFile(busybox) },
    ...applets.map((applet) => ({ name: `bin/${applet}`, mode: 0o120777, data: Buffer.from('busybox') })),
    { name: 'init', mode: 0o100755, data: await readFile(init) },
    { name: 'mods/order', mode: 0o100644, data: Buffer.from(modules.map(({ name }) => `${name}\n`).join('')) },
    ...modules.map(({ name, data }) => ({ name: `mods/${name}`, mode: 0o100644, data })),
    ...(await Promise.all(
      files.map(async (path) => ({ name: path.slice(1), mode: 0o100755, data: await readFile(path) })),
    )),
  ];
  await writeFile(file, cpio(entries));
}

async function modulesInOrder(wanted, root, release, signal) {
  const files = new Set();
  for (const module of wanted) {
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

/** ldd tells the path of each library, as `NAME => PATH (ADDRESS)`, and that of the loader without a name. */
async function withLibraries(programs, signal) {
  const lists = await Promise.all(programs.map((program) => run('ldd', [program], { signal })));
  const libraries = lists.flatMap((list) => [...list.matchAll(/^\s*(?:\S+ => )?(\/\S+)/gm)].map(([, path]) => path));
  return [...new Set([...programs, ...libraries])];
}

/** All folders above files, each before those in it. */
function foldersOf(files) {
  const folders = new Set();
  for (const file of files) {
    const names = file.split('/').slice(1, -1);
    for (const [i] of names.entries()) folders.add(names.slice(0, i + 1).join('/'));
  }
  return [...folders].filter((folder) => !FOLDERS.includes(folder)).sort();
}

function padded(data) {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}
