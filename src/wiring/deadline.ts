/** Ends what takes too long without losing sight of what it did. */

import type { Host } from '../host-contract/host.ts';
import { interceptHost } from '../host-contract/intercept.ts';

/** How long a request that is with the host already gets to come back, in ms. */
const GRACE_MS = 5000;

/** A host of which nothing more is asked once the signal is aborted, until the gate is lifted for the roll-back. */
export interface Gate {
  readonly host: Host;
  lift(): void;
}

export function gateUntilAborted(host: Host, signal: AbortSignal | undefined): Gate {
  if (signal === undefined) return { host, lift: () => {} };
  let lifted = false;
  const gated = interceptHost(host, async (_, proceed) => {
    if (!lifted) signal.throwIfAborted();
    return proceed();
  });
  return {
    host: gated,
    lift: () => {
      lifted = true;
    },
  };
}

/**
 * The work's outcome; once the signal is aborted, only if that comes soon, so that one knows what was done.
 * @param onGiveUp called when it did not come
 */
export async function settledOrAborted<T>(
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

/** A signal for work that is not to take longer than a request gets. */
export function withinGrace(): AbortSignal {
  return AbortSignal.timeout(GRACE_MS);
}
