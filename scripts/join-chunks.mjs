// Joins the files of esbuild into fewer. esbuild makes a file for each set of entries that share
// something, which is about 40 for os-vif/host, and a program pays for each file that it loads.
import { dirname, join, relative } from 'node:path';
import { rollup } from 'rollup';

/**
 * The entries, in the order in which they get files with all that they load and no entry before
 * them does. Entries for browsers come before `host`, so that no file of theirs has code for
 * Node.js.
 */
const ORDER = ['errors', 'index', 'picture', 'host-in-browser', 'libvirt', 'neutron', 'host'];
/** `host` needs little of what these load, so that stays in the files of esbuild. */
const AS_IT_IS = ['libvirt', 'neutron'];
/** Entries with parts that a page loads later, with `import()`. */
const WITH_PARTS = ['index', 'picture'];

/**
 * Writes the files of esbuild to a folder.
 *
 * @param root the folder of the project
 * @param built what esbuild returned with `write: false`, `metafile: true` and `outdir: 'dist'`
 * @param entries the names of the entries, below the folder and without `.js`
 * @param outdir the folder
 */
export async function writeJoined(root, { outputFiles, metafile: { outputs } }, entries, outdir) {
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const groups = groupsOf(outputs);
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, join(root, `dist/${name}.js`)])),
    external: (id) => !id.startsWith('.') && !texts.has(id),
    treeshake: false,
    plugins: [
      {
        name: 'files-of-esbuild',
        resolveId: (id, importer) => (texts.has(id) ? id : join(dirname(importer), id)),
        load: (id) => ({ code: texts.get(id), map: texts.get(`${id}.map`) }),
      },
    ],
  });
  await bundle.write({
    dir: outdir,
    sourcemap: true,
    sourcemapExcludeSources: true,
    minifyInternalExports: false,
    manualChunks: (id) => groups.get(relative(root, id)),
    onlyExplicitManualChunks: true,
    hoistTransitiveImports: false,
    entryFileNames: '[name].js',
    chunkFileNames: ({ name }) => `entries/${name.replace(/-[A-Z0-9]{8}$/, '')}-[hash].js`,
  });
}

/**
 * The name of the file that each file of esbuild goes into. A bundler of a user loads a file with
 * the first part of the program that needs something in it. What is needed also by a part that is
 * loaded later is apart for that reason.
 */
function groupsOf(outputs) {
  const groups = new Map();
  // The command loads the library when a verb needs it. The little that its start shares with the
  // library is with the errors.
  const [program] = importedLater('dist/entries/cli.js', outputs);
  const started = loadedBy(program, outputs);
  for (const name of ORDER)
    for (const file of loadedBy(`dist/entries/${name}.js`, outputs)) if (started.has(file)) groups.set(file, 'errors');

  const later = [...new Set(WITH_PARTS.flatMap((name) => importedLater(`dist/entries/${name}.js`, outputs)))];
  for (const name of ORDER) {
    for (const file of loadedBy(`dist/entries/${name}.js`, outputs)) {
      if (outputs[file].entryPoint !== undefined || groups.has(file)) continue;
      const users = name === 'errors' ? [] : later.filter((part) => loadedBy(part, outputs).has(file));
      groups.set(file, AS_IT_IS.includes(name) ? undefined : [name, ...users.map(nameOf)].join('-'));
    }
  }
  // A LinuxHost is opened with one more file.
  const parts = importedLater('dist/entries/host.js', outputs).find((file) => nameOf(file) === 'linux-parts');
  for (const file of loadedBy(parts, outputs)) if (!groups.has(file)) groups.set(file, 'linux-host');
  return groups;
}

/** A file and all that it imports without `import()`. */
function loadedBy(file, outputs, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const path of importsOf(outputs[file], 'import-statement')) loadedBy(path, outputs, found);
  return found;
}

/** What `import()` in these files loads. */
function importedLater(file, outputs) {
  return [...loadedBy(file, outputs)].flatMap((loaded) => importsOf(outputs[loaded], 'dynamic-import'));
}

function importsOf({ imports }, wanted) {
  return imports.flatMap(({ path, kind, external }) => (kind === wanted && !external ? [path] : []));
}

function nameOf(file) {
  return /([^/]+?)(-[A-Z0-9]{8})?\.js$/.exec(file)[1];
}
