/** Plugs and unplugs 50 VIFs from two processes at the same time. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { Netns } from '../host/netns.ts';
import { bundleChild } from './child.ts';

interface ChildReport {
  /** ms */
  readonly longestPause: number;
}

/** Resolves to the longest pause of an event loop, in ms. */
export async function inTwoProcesses(netns: Netns): Promise<(action: 'plug' | 'unplug') => Promise<number>> {
  const child = await bundleChild('plug-many.ts');
  return async (action) => {
    const reports = await Promise.all([
      runChild(child, netns.path, action, '0', '25'),
      runChild(child, netns.path, action, '25', '25'),
    ]);
    return Math.max(...reports.map(({ longestPause }) => longestPause));
  };
}

async function runChild(script: string, ...args: string[]): Promise<ChildReport> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  const [status] = await once(child, 'close');
  expect(status).toBe(0);
  return JSON.parse(await output);
}
