/** Programs as a bundler builds them. */

import { build } from 'esbuild';

/** The options of every bundle: minified, in several files, with the sizes of all files. */
const FOR_BROWSERS = {
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  metafile: true,
  logLevel: 'silent',
} as const;

/** Writes a program and the files that it loads to a folder. Imports are resolved from `resolveDir`. */
export function writeBundle(contents: string, resolveDir: string, outdir: string, name: string) {
  return build({ ...FOR_BROWSERS, stdin: { contents, resolveDir, loader: 'ts' }, outdir, entryNames: name });
}

/** Writes a program for Node.js and all that it imports to `stdin.mjs` in a folder. */
export function writeBundleForNode(contents: string, resolveDir: string, outdir: string) {
  const stdin = { contents, resolveDir };
  return build({ bundle: true, format: 'esm', platform: 'node', stdin, outdir, outExtension: { '.js': '.mjs' } });
}

/**
 * The bytes of the files that a page with this program loads first. `import()` loads others later.
 */
export async function bytesLoadedFirst(contents: string, resolveDir: string): Promise<number> {
  const { metafile } = await build({ ...FOR_BROWSERS, stdin: { contents, resolveDir }, outdir: 'out', write: false });
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of metafile.outputs[file]?.imports ?? []) if (kind === 'import-statement') load(path);
  };
  load('out/stdin.js');
  return [...loaded].reduce((sum, file) => sum + (metafile.outputs[file]?.bytes ?? Number.NaN), 0);
}
