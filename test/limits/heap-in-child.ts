/** Measures the heap in a process of its own, in which nothing else allocates. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { bundleChild } from '../children/child.ts';

/** The bytes by which the heap has grown after the calls of test/children/measure-heap.ts, by the name of the call. */
export async function heapGrowthInChild(): Promise<Readonly<Record<string, number>>> {
  const child = await bundleChild('measure-heap.ts', { koffi: false });
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', child]);
  return JSON.parse(stdout);
}
