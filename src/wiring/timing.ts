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
