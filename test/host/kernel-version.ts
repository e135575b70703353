/** What the running kernel can do, by its version. */

import { release } from 'node:os';
import { test } from 'vitest';

/** The hook that frames pass when they leave a device. Kernel: CONFIG_NETFILTER_EGRESS. */
export const HAS_EGRESS = isSince(5, 16);

/** A chain of the family netdev may name a device that does not exist yet. */
export const BINDS_BY_NAME = isSince(6, 16);

/**
 * Declares a test if the kernel is one that the test is about. A test about other kernels is no gap,
 * so it is not reported as skipped.
 */
export function testWhere(isSo: boolean, name: string, action: () => Promise<void>): void {
  if (isSo) test(name, action);
}

function isSince(major: number, minor: number): boolean {
  const [, ownMajor = 0, ownMinor = 0] = (/^(\d+)\.(\d+)/.exec(release()) ?? []).map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
