/** The package as npm would publish it: built from a copy of the sources. */

import { execFileSync } from 'node:child_process';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PARTS = [
  'src',
  'schemas',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'scripts/join-chunks.mjs',
  'scripts/man',
  'scripts/prune-types.mjs',
  'scripts/write-man-pages.mjs',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
];

/** Copies the sources to a new folder, and builds the package there. */
export async function buildPackage(folder: string): Promise<void> {
  await mkdir(folder);
  for (const name of PARTS) await cp(join(ROOT, name), join(folder, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  run(folder, 'npm', 'run', '--silent', 'build');
}

/** Runs a program as a user would, without the settings of the test runner. Returns its output. */
export function run(cwd: string, command: string, ...args: string[]): string {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
