/** A network namespace. A thread enters the namespace for one synchronous call, and then leaves it. */

import { closeSync, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { NamespaceError } from '../../errors/host.ts';
import { adviceTo, advised } from '../../text/advice.ts';
import { openFilesErrorOf } from '../open-files.ts';
import type { Libc } from './libc.ts';

const CLONE_NEWNET = 0x40000000;
/** The folder of the names of `ip netns add`. */
const NAMED = '/run/netns/';
/** The namespace of this thread. */
const OWN = '/proc/thread-self/ns/net';

export interface NetworkNamespace {
  /**
   * Runs `action` in the namespace. `action` must be synchronous: code after an `await` would run in the
   * thread's own namespace.
   */
  run<T>(action: () => T): T;
  /** Throws if the name of the namespace now belongs to another namespace, or to none. */
  requireName(): void;
  close(): void;
}

/**
 * Opens a network namespace.
 *
 * @param netns a name of `ip netns`, or a path such as /proc/1234/ns/net. Default: the namespace of this
 *   process
 */
export function openNetworkNamespace(libc: Libc, netns: string | undefined): NetworkNamespace {
  if (netns === undefined) return { run: (action) => action(), requireName: () => {}, close: () => {} };
  const path = pathOf(netns);
  const target = openNamespaceFile(path);
  let open = true;
  return {
    run: (action) => runWithin(libc, target, path, action),
    requireName: nameGuard(netns, fstatSync(target)),
    close: () => {
      if (open) closeSync(target);
      open = false;
    },
  };
}

/**
 * Moves this thread to the namespace. Programs that the thread starts are in the namespace too.
 * @throws NamespaceError if the namespace does not exist or may not be entered
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

/** Returns a function that throws if the name no longer belongs to the namespace of this thread. */
export function ownNameGuard(netns: string): () => void {
  return nameGuard(netns, statSync(OWN));
}

/**
 * Returns a function that throws if the name no longer belongs to the opened namespace. The path of
 * a process is not compared, because a namespace may have further processes when this one ends.
 */
function nameGuard(netns: string, opened: Pick<Stats, 'dev' | 'ino'>): () => void {
  const path = pathOf(netns);
  if (path.startsWith('/proc/')) return () => {};
  return () => {
    const now = statIfReadable(path);
    if (now === 'unreadable' || (now?.dev === opened.dev && now.ino === opened.ino)) return;
    const what = now === undefined ? 'was deleted' : 'was deleted and created again';
    const found = `the network namespace ${path} ${what}, and this host still belongs to the old one`;
    throw advised(new NamespaceError(`${found}: ${OPEN_AGAIN.text}`), OPEN_AGAIN);
  };
}

const OPEN_AGAIN = adviceTo('open-the-host-again', 'close the host and open it again, or restart the helper', {});

function statIfReadable(path: string): Stats | undefined | 'unreadable' {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return 'unreadable';
  }
}

function pathOf(netns: string): string {
  return netns.includes('/') ? netns : `${NAMED}${netns}`;
}

function enter(libc: Libc, target: number, path: string): void {
  const { value, errno } = libc.setnsSync(target, CLONE_NEWNET);
  if (value < 0) throw new NamespaceError(`cannot enter the network namespace ${path} (${errno}): ${advice(errno)}`);
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

/**
 * Returns to the own namespace. If this fails, later network calls of this thread would work in the wrong
 * namespace.
 */
function leave(libc: Libc, home: number, path: string): void {
  const { value, errno } = libc.setnsSync(home, CLONE_NEWNET);
  if (value < 0)
    throw new NamespaceError(`this thread cannot leave the network namespace ${path} (${errno}): end this process`);
}

function advice(errno: string): string {
  if (errno === 'EPERM') return 'the process needs CAP_SYS_ADMIN, run it as root';
  if (errno === 'EINVAL') return 'the file is not a network namespace';
  return 'check that the namespace still exists';
}

function openNamespaceFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const outOfFiles = openFilesErrorOf(`open ${path}`, cause);
    if (outOfFiles !== undefined) throw outOfFiles;
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EACCES' || code === 'EPERM')
      throw new NamespaceError(
        `${path} cannot be opened (${code}): run this as root, or as the user of the namespace`,
        {
          cause,
        },
      );
    throw new NamespaceError(
      `there is no network namespace at ${path}: create it with \`ip netns add\`, or give a path such as /proc/<pid>/ns/net`,
      {
        cause,
      },
    );
  }
}
