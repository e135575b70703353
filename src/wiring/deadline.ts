/** Ends calls at their deadline or signal, and still learns what they did. */

import type { Host } from '../host-contract/host.ts';
import { interceptHost } from '../host-contract/intercept.ts';

/** How long a request that was sent to the host may still take after the signal, in ms. */
const GRACE_MS = 5000;

/**
 * A host that refuses each call after the signal is aborted. After `release`, it takes calls again: for a
 * roll-back.
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
 * The outcome of the work. After the signal is aborted, the work has 5 s to end, so that its effects are
 * known.
 * @param onGiveUp called when the work did not end in that time
 * @throws the reason of the signal if the work did not end in that time
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

/** A signal that is aborted after 5 s, for work that follows an aborted call. */
export function graceSignal(): AbortSignal {
  return AbortSignal.timeout(GRACE_MS);
}
