/** Takes every privilege from this process but one, for good. */

import { readFileSync } from 'node:fs';
import { SystemCallError } from '../../errors/host.ts';
import { errnoName, errnoText, loadLibc } from './libc.ts';
import { moveToNetworkNamespace } from './network-namespace.ts';

/** capabilities(7). */
const CAP_NET_ADMIN = 12;
const ONLY_NET_ADMIN = 1 << CAP_NET_ADMIN;

export interface Confinement {
  /** A network namespace to be in from then on: a name that `ip netns` knows, or a path. */
  readonly netns?: string | undefined;
  /** User to be from then on; give the group too. Default: the one it is. */
  readonly user?: string | undefined;
  /** Group to be in from then on, and in no other. Default: those it is in. */
  readonly group?: string | undefined;
  /** Descriptors of the process that started it, beside 0 to 2, that are to stay open. */
  readonly keep?: readonly number[];
}

/** What /proc/self/status says. */
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

/** Whether CAP_NET_ADMIN is all that this process has or can get. */
export function isConfined(): boolean {
  const { effective, permitted, noNewPrivileges } = privileges();
  return noNewPrivileges && effective === BigInt(ONLY_NET_ADMIN) && permitted === effective;
}

/**
 * Starts this process anew, under the same id, with CAP_NET_ADMIN and nothing else. Anew, because the kernel keeps capabilities by
 * thread, and those that Node has started by now would keep theirs. Does not return.
 *
 * @throws SystemCallError where the process has not got what it is to keep, or may not do what it should do first
 * @throws NamespaceError where the namespace can't be entered
 */
export async function restartConfined(argv: readonly string[], confinement: Confinement): Promise<never> {
  const calls = await loadCalls();
  // This thread, which is the one that starts the program anew.
  if (confinement.netns !== undefined) moveToNetworkNamespace(await loadLibc(), confinement.netns);
  dropBoundingSet(calls);
  calls.check('keeping capabilities', calls.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
  becomeUser(confinement);
  calls.check('giving up capabilities', calls.capset(Buffer.from(HEADER), capabilityData()));
  // An ordinary user's programs have those that are ambient; root's have what the bounding set leaves.
  calls.check('handing on CAP_NET_ADMIN', calls.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0));
  calls.check('forbidding new privileges', calls.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  // Node has had every descriptor closed with the program.
  for (const fd of [0, 1, 2, ...(confinement.keep ?? [])]) calls.fcntl(fd, F_SETFD, 0);
  const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  const args = [process.execPath, ...process.execArgv, ...argv];
  calls.check('restart', calls.execve(process.execPath, [...args, null], [...environment, null]));
  throw new SystemCallError('restart', 'EAGAIN', 'execve came back');
}

const PR_SET_KEEPCAPS = 8;
const PR_CAPBSET_READ = 23;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const F_SETFD = 2;
/** capget(2): version 3, of this thread. */
const HEADER = Uint32Array.of(0x20080522, 0).buffer;

interface Calls {
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  capset(header: Buffer, data: Buffer): number;
  fcntl(fd: number, command: number, argument: number): number;
  execve(path: string, args: readonly (string | null)[], environment: readonly (string | null)[]): number;
  check(what: string, value: number): void;
}

async function loadCalls(): Promise<Calls> {
  const koffi = await import('koffi');
  const library = koffi.load(null);
  const prctl = library.func('int prctl(int, ulong, ulong, ulong, ulong)');
  const capset = library.func('int capset(void *, void *)');
  const fcntl = library.func('int fcntl(int, int, int)');
  const execve = library.func('int execve(str, const char **, const char **)');
  return {
    prctl: (...args) => Number(prctl(...args)),
    capset: (header, data) => Number(capset(header, data)),
    fcntl: (...args) => Number(fcntl(...args)),
    execve: (...args) => Number(execve(...args)),
    check: (what, value) => {
      if (value >= 0) return;
      const errno = errnoName(koffi.errno());
      throw new SystemCallError(
        what,
        errno,
        errnoText(errno),
        'the helper is to be started with CAP_NET_ADMIN, as root',
      );
    },
  };
}

/** Two words of each set, effective, permitted and inheritable; CAP_NET_ADMIN is in the first. */
function capabilityData(): Buffer {
  return Buffer.from(Uint32Array.of(ONLY_NET_ADMIN, ONLY_NET_ADMIN, ONLY_NET_ADMIN, 0, 0, 0).buffer);
}

/** What an ordinary user may not drop from it, no_new_privs makes useless. */
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
