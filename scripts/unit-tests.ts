/** Finds the unit tests: the test files that need no other process, no privilege and no installed program. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Imports of modules that start a process. */
const PROCESS = /from '(?:node:child_process|puppeteer-core)'/;

/** Declarations of objects, and samples of the documentation, which declare objects. They stay in the registry. */
const DECLARATION = /@?(?:versionedObject|osVifObject|defineObject)\(|new SampleFolder\(/;

/** Folders whose tests are no unit tests: those of QEMU guests, of times, and of other toolchains. */
const OTHERS = ['guest', 'guest-harness', 'limits', 'toolchains'];

/** Paths of the unit tests, from the root of the project. A new test file needs no entry in a list. */
export function unitTests(): { readonly pure: string[]; readonly declaring: string[] } {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !OTHERS.some((folder) => file.startsWith(`${folder}/`)))
    .map((file) => join('test', file))
    .filter((file) => !contains(file, PROCESS))
    .sort();
  const declaring = tests.filter((file) => contains(file, DECLARATION));
  return { pure: tests.filter((file) => !declaring.includes(file)), declaring };
}

/** Whether the pattern is in the file, or in a file that it imports and that is not part of the library. */
function contains(file: string, pattern: RegExp): boolean {
  return [...importsOf(file)].some((path) => pattern.test(readFileSync(path, 'utf8')));
}

function importsOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || file.startsWith('src/') || !existsSync(file)) return found;
  found.add(file);
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g))
    importsOf(join(dirname(file), path), found);
  return found;
}
