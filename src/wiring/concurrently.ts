/** Runs an action for many items, a limited number of them at the same time. */

import { nextRound } from './timing.ts';

/**
 * Runs `action` for each item. The failure of one item does not stop the other items.
 *
 * @param action awaits `begin` before its work. One item begins in each round of the event loop, so that
 *   other work of the process can run between the items
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
    turn = turn.then(nextRound);
    return turn;
  };
  const work = async (): Promise<void> => {
    for (const item of rest) await action(item, begin).catch((error: unknown) => failures.set(item, error));
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  return failures;
}
