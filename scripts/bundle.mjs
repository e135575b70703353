/** Bundles the code of the package, by esbuild and rollup. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeJoined } from './join-chunks.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** CommonJS packages call `require()` for modules of Node.js, which ES modules do not have. */
const requiredBuiltins = {
  name: 'required-builtins',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);
    onResolve({ filter }, ({ path, kind }) =>
      kind === 'require-call' ? { path: path.replace('node:', ''), namespace: 'required-builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'required-builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/** Leaves the choice between a file and that of the same name for Node.js to package.json. */
const chosenAtImport = {
  name: 'chosen-at-import',
  setup({ onResolve }) {
    onResolve({ filter: /\/(class-transformer|parse-version)\.ts$/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: `#${parse(path).name}`, external: true },
    );
    onResolve({ filter: /^semver\// }, ({ importer, path }) =>
      importer.endsWith('/parse-version-in-node.ts') ? undefined : { path, external: true },
    );
  },
};

const entries = [
  ...readdirSync(join(root, 'src/entries')).map((name) => `entries/${parse(name).name}`),
  'in-node',
  'in-browser',
  'versioned/codec/class-transformer',
  'versioned/codec/class-transformer-in-node',
  'versioned/history/parse-version',
  'versioned/history/parse-version-in-node',
];

/**
 * Writes the code, and the licences of the packages in it, to a folder: `dist`, or a folder of a
 * test.
 */
export async function bundle(outdir) {
  const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const built = await build({
    absWorkingDir: root,
    entryPoints: entries.map((name) => `src/${name}.ts`),
    bundle: true,
    splitting: true,
    format: 'esm',
    // Not the platform browser, for which package.json replaces in-node.ts.
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20.19',
    // Users share these packages with this one. All others are in the bundle, so that nobody has to
    // install them.
    external: [packageJson.dependencies, packageJson.peerDependencies, packageJson.optionalDependencies]
      .flatMap((names) => Object.keys(names))
      .filter((name) => name !== 'semver'),
    plugins: [requiredBuiltins, chosenAtImport],
    metafile: true,
    write: false,
    sourcemap: true,
    sourcesContent: false,
    outbase: 'src',
    outdir: 'dist',
    chunkNames: 'entries/[name]-[hash]',
    logLevel: 'warning',
  });
  await writeJoined(root, built, entries, outdir);
  chmodSync(join(outdir, 'entries/cli.js'), 0o755);
  writeFileSync(join(outdir, 'THIRD-PARTY-LICENSES'), licensesOf(Object.keys(built.metafile.inputs)));
}

/** The licence of each package with a file in the bundle. */
function licensesOf(files) {
  const packages = files.flatMap((file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(packages)]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
      const text = file === undefined ? '' : `\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}`;
      return `${name} ${version} (${license})${text}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}
