/** Waits, in Node.js and in browsers. */

/** Waits `ms` milliseconds. The wait ends earlier when the signal is aborted; the function never rejects. */
export function sleep(ms = 0, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
  });
}

/** Waits for the next round of the event loop. */
export function nextRound(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else postMessageTo(resolve);
  });
}

/** The number of items of a long list that are handled in one round of the event loop. */
const IN_ONE_ROUND = 64;

/** Calls `action` for each item of a long list. Other work of the process runs in between. */
export async function eachInRounds<T>(items: Iterable<T>, action: (item: T) => Promise<void> | void): Promise<void> {
  let count = 0;
  for (const item of items) {
    await action(item);
    count += 1;
    if (count % IN_ONE_ROUND === 0) await nextRound();
  }
}

/** Browsers have no setImmediate. Their nested timers last at least 4 ms, a message does not. */
function postMessageTo(receive: () => void): void {
  const { port1, port2 } = new MessageChannel();
  const end = (): void => {
    port1.close();
    receive();
  };
  port1.addEventListener('message', end);
  port1.start();
  port2.postMessage(undefined);
}
