/** Sorts the test files into projects by what they import. A new test file needs no entry in a list. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Imports of modules that start a process. */
const PROCESS = /from '(?:node:child_process|puppeteer-core)'/;

/** Declarations of objects, and samples of the documentation, which declare objects. They stay in the registry. */
const DECLARATION = /@?(?:versionedObject|osVifObject|defineObject)\(|new SampleFolder\(/;

/** Tests of the command, which declares objects in its own process. */
const COMMAND = /commandUnderTest\(/;

/**
 * Folders with projects of their own: tests in QEMU guests, with guests of libvirt, with a message broker, of lost
 * pings, of times, of other toolchains, and of the package.
 */
const OTHERS = [
  'guest',
  'guest-harness',
  'libvirt/guest',
  'oslo-messaging/broker',
  'disturbance',
  'limits',
  'toolchains',
  'package',
];

/** Paths of test files, from the root of the project. */
export interface TestFiles {
  /** Unit tests, which need no other process, no privilege and no installed program. */
  readonly unit: string[];
  /** Unit tests that declare objects. */
  readonly unitDeclaring: string[];
  /** Tests that use the kernel and other processes. */
  readonly system: string[];
  /** Such tests that declare objects. */
  readonly systemDeclaring: string[];
}

export function testFiles(): TestFiles {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !OTHERS.some((folder) => file.startsWith(`${folder}/`)))
    .map((file) => join('test', file))
    .sort();
  const isDeclaring = (file: string): boolean => contains(file, DECLARATION) && !contains(file, COMMAND);
  const chosen = (system: boolean, declaring: boolean): string[] =>
    tests.filter((file) => contains(file, PROCESS) === system && isDeclaring(file) === declaring);
  return {
    unit: chosen(false, false),
    unitDeclaring: chosen(false, true),
    system: chosen(true, false),
    systemDeclaring: chosen(true, true),
  };
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
