/**
 * Ends calls when their signal is aborted. Requests that the host already has get 5 s to finish, so that
 * their effects are known.
 */

import type { Host } from '../host-contract/host.ts';
import { interceptHost } from '../host-contract/intercept.ts';

/** Time that a request may still take after the signal is aborted, in ms. */
const GRACE_MS = 5000;

/**
 * A host that refuses each call after the signal is aborted. After `release`, the host accepts calls again,
 * so that a roll-back can use it.
 */
export interface AbortableHost {
  readonly host: Host;
  release(): void;
}

export function abortableHost(host: Host, signal: AbortSignal | undefined): AbortableHost {
  if (signal === undefined) return { host, release: () => {} };
  let released = false;
  const abortable = interceptHost(host, async (_, proceed) => {
    if (!released) signal.throwIfAborted();
    return proceed();
  });
  return {
    host: abortable,
    release: () => {
      released = true;
    },
  };
}

/**
 * Whether an error tells the work that the signal ended. It then tells more than the reason of the
 * signal: for example, the server that did not answer before a timeout.
 */
export function tellsEndedWork(error: unknown, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && error instanceof Error && error.cause === signal.reason;
}

/**
 * Returns the result of the work. After the signal is aborted, the work has 5 s to finish, so that its
 * effects are known.
 * @param onGiveUp called if the work does not finish in this time
 * @throws the reason of the signal if the work does not finish in this time
 */
export async function withGracePeriod<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  onGiveUp: () => void = () => {},
): Promise<T> {
  if (signal === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        onGiveUp();
        reject(signal.reason);
      }, GRACE_MS);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, givenUp]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/** Returns a signal that is aborted after 5 s, for a roll-back. */
export function graceSignal(): AbortSignal {
  return AbortSignal.timeout(GRACE_MS);
}
