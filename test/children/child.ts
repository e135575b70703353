/** Bundles a script of this folder, so that another process or another user can run it: in a folder that everyone may read. */

import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

/** The path of the script as plain JavaScript; gone when the running test ends. */
export async function bundleChild(script: string, { koffi = true } = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const outfile = join(folder, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['koffi'],
    banner: {
      js: "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);",
    },
    logLevel: 'error',
  });
  if (koffi)
    for (const name of ['koffi', '@koromix'])
      await cp(modules(name), join(folder, 'node_modules', name), { recursive: true });
  return outfile;
}

function modules(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));
}
