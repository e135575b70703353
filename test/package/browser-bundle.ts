/** Programs as a bundler builds them for browsers. */

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

/** Bundles a program in memory, with another module in place of `os-vif`. */
export function bundleInMemory(contents: string, resolveDir: string, osVif: string) {
  const stdin = { contents, resolveDir };
  return build({ ...FOR_BROWSERS, stdin, outdir: 'out', write: false, alias: { 'os-vif': osVif } });
}
