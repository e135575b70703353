/** Bundles the test files of a group with all that they import: to load TypeScript in a guest would take minutes. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const runtime = fileURLToPath(new URL('runtime.mjs', import.meta.url));

/** Writes one module that runs the tests of test/guest/GROUP. `pattern`: only tests whose name matches it. */
export async function bundleTests(outfile, { group, folder = join(root, 'test/guest', group), pattern = '' }) {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .map((file) => join(folder, file));
  if (files.length === 0) throw new Error(`there are no tests in ${relative(root, folder)}`);
  const loaders = files.map((file) => `${JSON.stringify(relative(root, file))}: () => import(${JSON.stringify(file)})`);
  await build({
    stdin: {
      contents: `import { runTests } from ${JSON.stringify(runtime)};
        process.exitCode = await runTests({ ${loaders.join(', ')} }, ${JSON.stringify(pattern)});`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    // Some packages of the bundle are CommonJS and ask for modules of Node.js.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    plugins: [withAddresses, nativeModules],
    logLevel: 'error',
  });
}

/** Tests and the library read files by their own address. */
const withAddresses = {
  name: 'each file knows its own address',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\](src|test)[/\\].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const address = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', address), loader: 'ts' };
    });
  },
};

/** Packages with native code are loaded from node_modules. The bundle lies elsewhere, so by their address. */
const nativeModules = {
  name: 'native modules',
  setup({ onResolve }) {
    onResolve({ filter: /^koffi$/ }, () => ({ path: import.meta.resolve('koffi'), external: true }));
  },
};
