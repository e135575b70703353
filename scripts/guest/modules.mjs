/** Builds modules that Debian's kernels leave out, from Debian's source of the same kernel. They lie in the cache afterwards. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSuites } from './apt.mjs';
import { run } from './command.mjs';

/** Where a module's source is in the kernel's, and the option that makes it a module. */
const SOURCES = new Map([['netdevsim', { folder: 'drivers/net/netdevsim', option: 'CONFIG_NETDEVSIM=m' }]]);

/** Resolves to the files of the modules. */
export async function prepareModules(names, { suites, release }, context) {
  const files = [];
  for (const module of names) {
    const file = join(context.cache, 'modules', release, `${module}.ko`);
    if (!existsSync(file)) await build(module, file, { suites, release }, context);
    files.push(file);
  }
  return files;
}

async function build(module, file, { suites, release }, context) {
  const { folder, option } = SOURCES.get(module);
  // 6.1.0-50-amd64 is of the series 6.1.
  const [series] = release.match(/^\d+\.\d+/);
  const tree = join(context.cache, 'sources', release);
  const debian = await openSuites(suites, context);
  const common = release.replace(/-amd64$/, '-common');
  await debian.unpack(
    [`linux-headers-${release}`, `linux-headers-${common}`, `linux-kbuild-${series}`, `linux-source-${series}`],
    tree,
  );
  const headers = join(tree, 'usr/src', `linux-headers-${release}`);
  // Debian's headers name their place on an installed system.
  const makefile = join(tree, 'usr/src', `linux-headers-${common}`, 'Makefile');
  await writeFile(join(headers, 'Makefile'), `include ${makefile}\n`);
  const work = await mkdtemp(join(tree, 'build-'));
  try {
    context.say(`building ${module} for ${release}`);
    const archive = join(tree, 'usr/src', `linux-source-${series}.tar.xz`);
    await run('tar', ['-C', work, '-xf', archive, `linux-source-${series}/${folder}`], context);
    const source = join(work, `linux-source-${series}`, folder);
    // The compiler of this machine, which need not be the one of the kernel. BTF would need pahole, and the tests do not need BTF.
    await run(
      'make',
      ['-C', headers, `M=${source}`, 'CC=gcc', 'CONFIG_DEBUG_INFO_BTF_MODULES=', option, 'modules'],
      context,
    );
    await cp(join(source, `${module}.ko`), `${file}.part`, { recursive: true });
    await rename(`${file}.part`, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
