/** Measures in a process of its own, whose memory is set up so that the garbage collector does not disturb. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundleChild } from '../children/child.ts';
import type { Times } from './cpu-time.ts';

/**
 * V8 copies what survives in its young generation. With the default size, that begins between two of the sizes that
 * are measured, and the time makes a step there. With this size it begins above them.
 */
const MEMORY = ['--min-semi-space-size=1024', '--max-semi-space-size=1024', '--single-threaded-gc', '--expose-gc'];

/** The times of all cases of a script in test/children, by name. `flags` are for Node.js, `args` for the script. */
export async function timesInChild(
  script: string,
  { flags = [], args = [] }: { readonly flags?: readonly string[]; readonly args?: readonly string[] } = {},
): Promise<ReadonlyMap<string, Times>> {
  const child = await bundleChild(script, { koffi: false });
  const { stdout } = await promisify(execFile)(process.execPath, [...MEMORY, ...flags, child, ...args]);
  return new Map(JSON.parse(stdout) as [string, Times][]);
}
