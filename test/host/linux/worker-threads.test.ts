/** Hosts in worker threads. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { bundleChild } from '../../children/child.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

test.skipIf(NETNS_UNAVAILABLE)(
  'worker threads leave no file open and print no warning, whether they close the host or are terminated',
  { timeout: 60_000 },
  async () => {
    const netns = await makeNetns();
    const script = await bundleChild('worker-threads.ts');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, netns.path]);
    const { before, after } = JSON.parse(stdout);
    expect(after).toBe(before);
    expect(stderr).toBe('');
    expect(netns.links()).toEqual([]);
  },
);
