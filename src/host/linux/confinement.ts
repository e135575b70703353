/**
 * Restarts this process with one privilege, CAP_NET_ADMIN, and without the descriptors, variables and options
 * of Node that it got from its starter.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { SystemCallError } from '../../errors/kernel.ts';
import { isLogged } from '../../host-contract/diagnostics/debug-log.ts';
import { SYSTEM_PATH } from './child-environment.ts';
import { errnoName, errnoText } from './errno.ts';
import { importKoffi, loadLibc } from './libc.ts';
import { moveToNetworkNamespace } from './network-namespace.ts';

/** capabilities(7). */
const CAP_NET_ADMIN = 12;
const ONLY_NET_ADMIN = 1 << CAP_NET_ADMIN;

export interface Confinement {
  /** The network namespace to enter: a name of `ip netns`, or a path. Default: the present namespace. */
  readonly netns?: string | undefined;
  /** The user of the new process. Needs `group` too. Default: the present user. */
  readonly user?: string | undefined;
  /** The only group of the new process. Default: the present groups. */
  readonly group?: string | undefined;
  /** Descriptors that stay open in addition to 0, 1 and 2. */
  readonly keep?: readonly number[];
  /**
   * Names of variables to keep. The new environment has these variables, `PATH` and `LC_ALL`. It
   * has `NODE_DEBUG=os-vif` if the starter asked for the log of operations, and no other value of
   * `NODE_DEBUG`.
   */
  readonly keepVariables?: readonly string[];
}

/** Fields of /proc/self/status. */
interface Privileges {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly noNewPrivileges: boolean;
}

function privileges(): Privileges {
  const status = readFileSync('/proc/self/status', 'utf8');
  const field = (name: string): string => new RegExp(`^${name}:\\s*(\\w+)`, 'm').exec(status)?.[1] ?? '0';
  return {
    effective: BigInt(`0x${field('CapEff')}`),
    permitted: BigInt(`0x${field('CapPrm')}`),
    noNewPrivileges: field('NoNewPrivs') === '1',
  };
}

/** Whether this process has CAP_NET_ADMIN and can get no other capability. */
export function isConfined(): boolean {
  const { effective, permitted, noNewPrivileges } = privileges();
  return noNewPrivileges && effective === BigInt(ONLY_NET_ADMIN) && permitted === effective;
}

/**
 * Restarts this process with CAP_NET_ADMIN and no other capability, under the same process id. The function
 * does not return. The kernel keeps capabilities for each thread, and Node has already started threads. Only
 * execve(2) changes the capabilities of all threads. The new process has only the descriptors and variables
 * that `confinement` lists, no option of Node from its starter, and works in `/`.
 *
 * @throws SystemCallError if this process lacks CAP_NET_ADMIN, or may not do one of the steps
 * @throws NamespaceError if the namespace cannot be entered
 */
export async function restartConfined(argv: readonly string[], confinement: Confinement): Promise<never> {
  const calls = await loadCalls();
  // Only the present thread enters the namespace. The same thread calls execve.
  if (confinement.netns !== undefined) moveToNetworkNamespace(await loadLibc(), confinement.netns);
  dropBoundingSet(calls);
  calls.check('keeping capabilities', calls.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
  becomeUser(confinement);
  calls.check('giving up capabilities', calls.capset(Buffer.from(HEADER), capabilityData()));
  // execve gives the ambient capabilities to an ordinary user, and the capabilities of the bounding set to
  // root.
  calls.check(
    'adding CAP_NET_ADMIN to the ambient capabilities',
    calls.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0),
  );
  calls.check('forbidding new privileges', calls.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  process.chdir('/');
  closeOnExec(calls, confinement.keep ?? []);
  // SIGUSR1 ends a process that has no handler for it. The new process therefore ignores SIGUSR1 until Node
  // blocks the signal (PlatformInit in src/node.cc).
  calls.signal(constants.signals.SIGUSR1, SIG_IGN);
  // src/host/remote/clients.ts calls the garbage collector of Node.
  const args = [process.execPath, ...WITHOUT_INSPECTOR, '--expose-gc', ...argv];
  calls.check('restart', calls.execve(process.execPath, [...args, null], [...environmentOf(confinement), null]));
  throw new SystemCallError('restart', 'EAGAIN', 'execve returned');
}

/**
 * Makes execve(2) close every descriptor but 0, 1 and 2. Programs that this process starts do not get the
 * others.
 */
export async function hideDescriptors(): Promise<void> {
  closeOnExec(await loadCalls(), []);
}

/**
 * Options of Node with which SIGUSR1 does not open the inspector, also while Node starts. An inspector that
 * starts cannot listen, because bind(2) refuses a link-local address without a scope (ipv6(7): EINVAL). Newer
 * versions of Node have an option that removes the handler of SIGUSR1.
 */
const WITHOUT_INSPECTOR = ['--inspect-port=[fe80::1]:1024', '--inspect-publish-uid=stderr', '--disable-sigusr1'].filter(
  (option) => process.allowedNodeEnvironmentFlags.has(option.split('=', 1)[0] ?? option),
);

function environmentOf({ keepVariables = [] }: Confinement): string[] {
  const kept = keepVariables.flatMap((name) => (process.env[name] === undefined ? [] : `${name}=${process.env[name]}`));
  return [`PATH=${SYSTEM_PATH}`, 'LC_ALL=C', ...kept, ...(isLogged() ? ['NODE_DEBUG=os-vif'] : [])];
}

function closeOnExec(calls: Calls, keep: readonly number[]): void {
  // The call close_range() exists since Linux 5.9, and its flag since Linux 5.11.
  if (calls.syscall(SYS_CLOSE_RANGE, FIRST_EXTRA, LAST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC) < 0) {
    const extra = readdirSync('/proc/self/fd').map(Number);
    for (const fd of extra) if (fd >= FIRST_EXTRA) calls.fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  for (const fd of [0, 1, 2, ...keep]) calls.fcntl(fd, F_SETFD, 0);
}

const PR_SET_KEEPCAPS = 8;
const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const FIRST_EXTRA = 3;
const LAST_DESCRIPTOR = 0xffffffff;
/** close_range(2). The number is the same on all architectures. */
const SYS_CLOSE_RANGE = 436;
const CLOSE_RANGE_CLOEXEC = 4;
const SIG_IGN = 1;
/** capget(2): version 3 of the structures, for the present thread. */
const HEADER = Uint32Array.of(0x20080522, 0).buffer;

interface Calls {
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  capset(header: Buffer, data: Buffer): number;
  fcntl(fd: number, command: number, argument: number): number;
  syscall(number: number, a: number, b: number, c: number): number;
  signal(signal: number, handler: number): void;
  execve(path: string, args: readonly (string | null)[], environment: readonly (string | null)[]): number;
  check(what: string, value: number): void;
}

async function loadCalls(): Promise<Calls> {
  const koffi = await importKoffi();
  const library = koffi.load(null);
  const prctl = library.func('int prctl(int, ulong, ulong, ulong, ulong)');
  const capset = library.func('int capset(void *, void *)');
  const fcntl = library.func('int fcntl(int, int, int)');
  const syscall = library.func('long syscall(long, ulong, ulong, ulong)');
  const signal = library.func('intptr_t signal(int, intptr_t)');
  const execve = library.func('int execve(str, const char **, const char **)');
  return {
    prctl: (...args) => Number(prctl(...args)),
    capset: (header, data) => Number(capset(header, data)),
    fcntl: (...args) => Number(fcntl(...args)),
    syscall: (...args) => Number(syscall(...args)),
    signal: (...args) => void signal(...args),
    execve: (...args) => Number(execve(...args)),
    check: (what, value) => {
      if (value >= 0) return;
      const errno = errnoName(koffi.errno());
      throw new SystemCallError(
        what,
        errno,
        errnoText(errno),
        'the helper must be started with CAP_NET_ADMIN, for example as root',
      );
    },
  };
}

/** The sets effective, permitted and inheritable have two words each. CAP_NET_ADMIN is in the first word. */
function capabilityData(): Buffer {
  return Buffer.from(Uint32Array.of(ONLY_NET_ADMIN, ONLY_NET_ADMIN, ONLY_NET_ADMIN, 0, 0, 0).buffer);
}

/**
 * Removes all capabilities but CAP_NET_ADMIN from the bounding set. An ordinary user may not remove all of
 * them, but no_new_privs makes the remaining ones useless.
 */
function dropBoundingSet(calls: Calls): void {
  for (let capability = 0; calls.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
    if (capability === CAP_NET_ADMIN) continue;
    const value = calls.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (process.getuid?.() === 0) calls.check('dropping capabilities', value);
  }
}

function becomeUser({ user, group }: Confinement): void {
  const { setgid, setgroups, setuid } = process;
  if (group !== undefined) {
    setgroups?.([group]);
    setgid?.(group);
  }
  if (user !== undefined) setuid?.(user);
}
