/** The C library's system calls that Node has no API for, through koffi; loaded on first use. */

import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type { LibraryHandle } from 'koffi';
import { MissingKoffiError } from '../../errors/host.ts';
import { SystemCallError } from '../../errors/kernel.ts';

/**
 * What a call came back with; `errno` is its name (`EAGAIN`) when `value` is negative, and empty otherwise.
 */
export interface CallResult {
  readonly value: number;
  readonly errno: string;
}

/**
 * System calls.
 * A sync one runs on this thread; the others on a worker, so that the event loop never waits for the kernel.
 */
export interface Libc {
  socketSync(domain: number, type: number, protocol: number): CallResult;
  setsockoptSync(fd: number, level: number, option: number, value: Buffer): CallResult;
  /** `address` is filled in with where the message came from. */
  recvfromSync(fd: number, buffer: Buffer, flags: number, address: Buffer): CallResult;
  recvfrom(fd: number, buffer: Buffer, flags: number, address: Buffer): Promise<CallResult>;
  send(fd: number, buffer: Buffer, flags: number): Promise<CallResult>;
  setnsSync(fd: number, nstype: number): CallResult;
  /** `argument` is read and written in place. */
  ioctl(fd: number, request: number, argument: Buffer | number): Promise<CallResult>;
}

/**
 * Node has four workers unless UV_THREADPOOL_SIZE says otherwise, and koffi refuses more than some
 * hundred calls at once.
 */
const MOST_ON_WORKERS = 64;

/** @throws MissingKoffiError where koffi is not installed or doesn't load */
export async function importKoffi(): Promise<typeof import('koffi')> {
  return import('koffi').catch((cause: unknown) => {
    throw new MissingKoffiError({ cause });
  });
}

/** @throws MissingKoffiError when koffi is not installed or does not load */
export async function loadLibc(): Promise<Libc> {
  const koffi = await importKoffi();
  const library = koffi.load(null);
  const socket = library.func('int socket(int, int, int)');
  const setsockopt = library.func('int setsockopt(int, int, int, void *, uint)');
  const recvfrom = library.func('intptr_t recvfrom(int, void *, size_t, int, void *, void *)');
  const send = library.func('intptr_t send(int, void *, size_t, int)');
  const setns = library.func('int setns(int, int)');
  const ioctl = library.func('int ioctl(int, ulong, void *)');
  const ioctlNumber = library.func('int ioctl(int, ulong, ulong)');

  const result = (value: unknown): CallResult => {
    const number = Number(value);
    return { value: number, errno: number < 0 ? errnoName(koffi.errno()) : '' };
  };
  let running = 0;
  const waiting: (() => void)[] = [];
  const onWorker = (call: ReturnType<LibraryHandle['func']>, ...args: unknown[]): Promise<CallResult> =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        running += 1;
        const end = (settle: () => void): void => {
          // Before the next one starts, which may change errno.
          settle();
          running -= 1;
          waiting.shift()?.();
        };
        try {
          call.async(...args, (error: unknown, value: unknown) =>
            end(() => (error ? reject(error) : resolve(result(value)))),
          );
        } catch (error) {
          end(() => reject(error));
        }
      };
      if (running < MOST_ON_WORKERS) start();
      else waiting.push(start);
    });
  return {
    socketSync: (domain, type, protocol) => result(socket(domain, type, protocol)),
    setsockoptSync: (fd, level, option, value) => result(setsockopt(fd, level, option, value, value.length)),
    recvfromSync: (fd, buffer, flags, address) =>
      result(recvfrom(fd, buffer, buffer.length, flags, address, lengthOf(address))),
    recvfrom: (fd, buffer, flags, address) =>
      onWorker(recvfrom, fd, buffer, buffer.length, flags, address, lengthOf(address)),
    send: (fd, buffer, flags) => onWorker(send, fd, buffer, buffer.length, flags),
    setnsSync: (fd, nstype) => result(setns(fd, nstype)),
    ioctl: (fd, request, argument) =>
      onWorker(typeof argument === 'number' ? ioctlNumber : ioctl, fd, request, argument),
  };
}

/** The value of a call that must not fail. */
export function checked(what: string, { value, errno }: CallResult): number {
  if (value < 0) throw new SystemCallError(what, errno, errnoText(errno));
  return value;
}

/** The name of an errno: 17 is `EEXIST`. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}

/** What an errno means: `EEXIST` is `file already exists`. */
export function errnoText(name: string): string {
  for (const [errno, known] of NAMES) if (known === name) return getSystemErrorMap().get(-errno)?.[1] ?? '';
  return '';
}

/** Where one number has two names, the one that the kernel uses. */
const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(constants.errno).map(([name, errno]) => [errno, name] as const),
  [constants.errno.EAGAIN, 'EAGAIN'],
  [constants.errno.EOPNOTSUPP, 'EOPNOTSUPP'],
]);

function lengthOf(address: Buffer): Uint32Array {
  return new Uint32Array([address.length]);
}
