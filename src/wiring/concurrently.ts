/** Runs an action for many items, a limited number of them at the same time. */

import { nextRound } from './timing.ts';

/**
 * Runs `action` for each item. The failure of one item does not stop the other items.
 *
 * @param action awaits `begin` before its work. One item begins in each round of the event loop, so that
 *   other work of the process can run between the items
 * @returns the outcomes, in the order of the items
 */
export async function concurrently<T, R>(
  items: readonly T[],
  concurrency: number,
  action: (item: T, begin: () => Promise<void>) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const outcomes: PromiseSettledResult<R>[] = [];
  const rest = items.entries();
  let turn: Promise<void> = Promise.resolve();
  const begin = (): Promise<void> => {
    turn = turn.then(nextRound);
    return turn;
  };
  const work = async (): Promise<void> => {
    for (const [i, item] of rest) {
      const [outcome] = await Promise.allSettled([action(item, begin)]);
      outcomes[i] = outcome;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
  return outcomes;
}
