/** Works on many items, a few at a time. */

import { setImmediate } from 'node:timers/promises';

/**
 * Runs `action` for each item. A failure does not keep the other items.
 *
 * @param action is given a function to await before its work: one item begins in each round of the event
 *   loop, so that other work of the process gets its turn
 * @returns the errors of the items that failed
 */
export async function concurrently<T>(
  items: readonly T[],
  concurrency: number,
  action: (item: T, begin: () => Promise<void>) => Promise<void>,
): Promise<Map<T, unknown>> {
  const failures = new Map<T, unknown>();
  const rest = items.values();
  let turn: Promise<void> = Promise.resolve();
  const begin = (): Promise<void> => {
    turn = turn.then(() => setImmediate());
    return turn;
  };
  const work = async (): Promise<void> => {
    for (const item of rest) await action(item, begin).catch((error: unknown) => failures.set(item, error));
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  return failures;
}
