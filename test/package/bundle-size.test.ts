/** The size of programs for browsers that use the model. */

import { expect, test } from 'vitest';
import { bundleInMemory } from './browser-bundle.ts';
import { ROOT } from './built-package.ts';

const LARGEST = 100_000;

/** The bytes of the minified files that a page loads first. Other files are loaded with the first call of `validate`. */
async function bundledBytes(program: string): Promise<number> {
  const { metafile } = await bundleInMemory(program, ROOT, `${ROOT}/src/entries/index.ts`);
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of metafile.outputs[file]?.imports ?? []) if (kind === 'import-statement') load(path);
  };
  load('out/stdin.js');
  expect([...loaded]).toContain('out/stdin.js');
  return [...loaded].reduce((sum, file) => sum + (metafile.outputs[file]?.bytes ?? Number.NaN), 0);
}

test.each([
  ['has all classes', "import 'os-vif';"],
  [
    'reads, validates, negotiates and declares objects',
    `import { VersionedObject, VIFBridge, HostInfo, validate, negotiate, backport, versionManifest } from 'os-vif';
     import { defineObject, string, integer, boolean, uuid, listOf, dictOf, objectOf } from 'os-vif';
     console.log(VersionedObject, VIFBridge, HostInfo, validate, negotiate, backport, versionManifest);
     console.log(defineObject, string, integer, boolean, uuid, listOf, dictOf, objectOf);`,
  ],
])('a program that %s stays below 100 kB', async (_, program) => {
  const bytes = await bundledBytes(program);
  expect(bytes).toBeLessThan(LARGEST);
  // Fewer would mean that the bundle lacks the classes.
  expect(bytes).toBeGreaterThan(LARGEST / 2);
});
