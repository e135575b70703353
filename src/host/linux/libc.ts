/**
 * System calls of the C library for which Node has no API. koffi makes the calls, and is loaded at the first
 * use.
 */

import type { LibraryHandle } from 'koffi';
import { MissingKoffiError } from '../../errors/host.ts';
import { OpenFilesError, SystemCallError } from '../../errors/kernel.ts';
import { importedLater, openFilesErrorOf } from '../open-files.ts';
import { errnoName, errnoText } from './errno.ts';

/**
 * The result of a call. `errno` is the name of the error (`EAGAIN`) if `value` is negative, and empty
 * otherwise.
 */
export interface CallResult {
  readonly value: number;
  readonly errno: string;
}

/**
 * System calls. The calls whose names end in Sync run on this thread. The other calls run on a worker thread,
 * so that the event loop does not wait for the kernel.
 */
export interface Libc {
  socketSync(domain: number, type: number, protocol: number): CallResult;
  setsockoptSync(fd: number, level: number, option: number, value: Buffer): CallResult;
  bindSync(fd: number, address: Buffer): CallResult;
  /** The kernel writes the address of the sender into `address`. */
  recvfromSync(fd: number, buffer: Buffer, flags: number, address: Buffer): CallResult;
  recvfrom(fd: number, buffer: Buffer, flags: number, address: Buffer): Promise<CallResult>;
  send(fd: number, buffer: Buffer, flags: number): Promise<CallResult>;
  setnsSync(fd: number, nstype: number): CallResult;
  dup3Sync(from: number, to: number, flags: number): CallResult;
  /** Closes a descriptor that Node did not open. */
  closeSync(fd: number): CallResult;
  /** The kernel reads `argument`, and may write its answer into it. */
  ioctl(fd: number, request: number, argument: Buffer | number): Promise<CallResult>;
}

/**
 * Maximum number of simultaneous calls on worker threads. Node has four worker threads unless
 * UV_THREADPOOL_SIZE has another number. koffi refuses more than some hundred simultaneous calls.
 */
const MOST_ON_WORKERS = 64;

/**
 * Imports koffi, an optional dependency.
 *
 * @throws MissingKoffiError if koffi is not installed or does not load
 * @throws OpenFilesError if this process has too many open files
 */
export async function importKoffi(): Promise<typeof import('koffi')> {
  try {
    return await koffiModule();
  } catch (cause) {
    throw cause instanceof OpenFilesError ? cause : new MissingKoffiError({ cause });
  }
}

const koffiModule = importedLater('koffi', () => import('koffi'));

/**
 * Loads the system calls.
 *
 * @throws MissingKoffiError if koffi is not installed or does not load
 */
export async function loadLibc(): Promise<Libc> {
  const koffi = await importKoffi();
  const library = koffi.load(null);
  const socket = library.func('int socket(int, int, int)');
  const setsockopt = library.func('int setsockopt(int, int, int, void *, uint)');
  const bind = library.func('int bind(int, void *, uint)');
  const recvfrom = library.func('intptr_t recvfrom(int, void *, size_t, int, void *, void *)');
  const send = library.func('intptr_t send(int, void *, size_t, int)');
  const setns = library.func('int setns(int, int)');
  const dup3 = library.func('int dup3(int, int, int)');
  const close = library.func('int close(int)');
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
          // The result is read before the next call starts, because the next call may change errno.
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
    bindSync: (fd, address) => result(bind(fd, address, address.length)),
    recvfromSync: (fd, buffer, flags, address) =>
      result(recvfrom(fd, buffer, buffer.length, flags, address, lengthOf(address))),
    recvfrom: (fd, buffer, flags, address) =>
      onWorker(recvfrom, fd, buffer, buffer.length, flags, address, lengthOf(address)),
    send: (fd, buffer, flags) => onWorker(send, fd, buffer, buffer.length, flags),
    setnsSync: (fd, nstype) => result(setns(fd, nstype)),
    dup3Sync: (from, to, flags) => result(dup3(from, to, flags)),
    closeSync: (fd) => result(close(fd)),
    ioctl: (fd, request, argument) =>
      onWorker(typeof argument === 'number' ? ioctlNumber : ioctl, fd, request, argument),
  };
}

/** Returns the value of a call. Throws SystemCallError if the call failed. */
export function checked(what: string, { value, errno }: CallResult): number {
  if (value < 0) throw openFilesErrorOf(what, errno) ?? new SystemCallError(what, errno, errnoText(errno));
  return value;
}

function lengthOf(address: Buffer): Uint32Array {
  return new Uint32Array([address.length]);
}
