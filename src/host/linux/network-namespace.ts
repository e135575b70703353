/** A network namespace: entered for one synchronous call, and left at once. */

import { closeSync, openSync } from 'node:fs';
import { NamespaceError } from '../../errors/host.ts';
import type { Libc } from './libc.ts';

const CLONE_NEWNET = 0x40000000;
/** Where `ip netns add` keeps names. */
const NAMED = '/run/netns/';
/** The namespace that this thread is in. */
const OWN = '/proc/thread-self/ns/net';

export interface NetworkNamespace {
  /**
   * Runs `action` in the namespace.
   * It must be synchronous: what is awaited would run in the thread's own namespace.
   */
  run<T>(action: () => T): T;
  close(): void;
}

/**
 * @param netns a name that `ip netns` knows, or a path such as /proc/1234/ns/net; absent: the
 *   namespace of this process
 */
export function openNetworkNamespace(libc: Libc, netns: string | undefined): NetworkNamespace {
  if (netns === undefined) return { run: (action) => action(), close: () => {} };
  const path = pathOf(netns);
  const target = openNamespaceFile(path);
  let open = true;
  return {
    run: (action) => runWithin(libc, target, path, action),
    close: () => {
      if (open) closeSync(target);
      open = false;
    },
  };
}

/**
 * Has this thread, and the programs that it starts, be in the namespace from now on.
 * @throws NamespaceError where it is not there or may not be entered
 */
export function moveToNetworkNamespace(libc: Libc, netns: string): void {
  const path = pathOf(netns);
  const target = openNamespaceFile(path);
  try {
    enter(libc, target, path);
  } finally {
    closeSync(target);
  }
}

function pathOf(netns: string): string {
  return netns.includes('/') ? netns : `${NAMED}${netns}`;
}

function enter(libc: Libc, target: number, path: string): void {
  const { value, errno } = libc.setnsSync(target, CLONE_NEWNET);
  if (value < 0) throw new NamespaceError(`can't enter the network namespace ${path} (${errno}): ${advice(errno)}`);
}

function runWithin<T>(libc: Libc, target: number, path: string, action: () => T): T {
  const home = openNamespaceFile(OWN);
  try {
    enter(libc, target, path);
    try {
      return action();
    } finally {
      leave(libc, home, path);
    }
  } finally {
    closeSync(home);
  }
}

/** Where this fails, whatever this thread does to the network from now on would happen in the wrong place. */
function leave(libc: Libc, home: number, path: string): void {
  const { value, errno } = libc.setnsSync(home, CLONE_NEWNET);
  if (value < 0)
    throw new NamespaceError(`this thread is stuck in the network namespace ${path} (${errno}): end this process`);
}

function advice(errno: string): string {
  if (errno === 'EPERM') return 'the process needs CAP_SYS_ADMIN, run it as root';
  if (errno === 'EINVAL') return 'that is no network namespace';
  return 'does it still exist?';
}

function openNamespaceFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new NamespaceError(
      `there is no network namespace at ${path}: make it with \`ip netns add\`, or give a path such as /proc/<pid>/ns/net`,
      {
        cause,
      },
    );
  }
}
