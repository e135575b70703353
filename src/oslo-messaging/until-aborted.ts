/** Waits that a signal or another event ends. */

/** A promise that other code settles. A rejection that nobody waits for is ignored. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => {};
  reject: (error: unknown) => void = () => {};

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => {});
  }
}

/**
 * The outcome of the work, or the reason of the signal, whichever comes first. The work goes on,
 * and its later failure is ignored.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  work.catch(() => {});
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolves after the time, or when the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

/**
 * The time before an attempt, in ms. It grows with each attempt and is partly random, so that many
 * clients of a broker do not come back at the same moment.
 */
export function delayBefore(attempt: number): number {
  const longest = Math.min(SHORTEST * 2 ** attempt, LONGEST);
  return SHORTEST + Math.random() * (longest - SHORTEST);
}

/** The shortest time between two attempts, in ms. */
export const SHORTEST = 250;
/** The longest time between two attempts, in ms. */
export const LONGEST = 5_000;

/** The longest wait for an orderly end of a channel or a connection, in ms. */
export const LONGEST_CLOSE = 2_000;

/** Resolves when the work has ended, or after the time. A failure of the work is ignored. */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  work.then(end, end);
  await pause(milliseconds, ended.signal);
}
