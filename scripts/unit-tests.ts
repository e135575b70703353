/** Finds the unit tests: the test files that need no other process, no privilege and no installed program. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Imports of modules that start a process, and the samples of the documentation, which declare objects of their own. */
const NOT_UNIT = /from '(?:node:child_process|puppeteer-core)'|new SampleFolder\(/;

/** Folders whose tests are no unit tests: those of QEMU guests, and those that measure how long a call takes. */
const OTHERS = ['guest', 'guest-harness', 'limits'];

/** Paths of the unit tests, from the root of the project. A new test file needs no entry in a list. */
export function unitTests(): string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !OTHERS.some((folder) => file.startsWith(`${folder}/`)))
    .map((file) => join('test', file))
    .filter((file) => ![...importsOf(file)].some((path) => NOT_UNIT.test(readFileSync(path, 'utf8'))))
    .sort();
}

/** The file and all files that it imports, except those of the library. */
function importsOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || file.startsWith('src/') || !existsSync(file)) return found;
  found.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g))
    importsOf(join(dirname(file), path), found);
  return found;
}
