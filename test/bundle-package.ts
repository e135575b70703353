/** Makes a folder like that of the package once, for all tests that run the command. */
import { chmod, cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { bundle } from '../scripts/bundle.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder. */
    package: string;
  }
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

let folder = '';

export async function setup({ provide }: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'os-vif-package-'));
  // For commands that run as nobody.
  await chmod(folder, 0o755);
  await bundle(join(folder, 'dist'));
  for (const name of ['node_modules', 'package.json', 'schemas']) await symlink(join(ROOT, name), join(folder, name));
  for (const name of ['bin', 'examples']) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(folder, 'dist/entries/cli.js'), join(folder, 'os-vif'));
  provide('package', folder);
}

export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
