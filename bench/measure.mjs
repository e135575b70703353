// How benchmarks measure: both sides in turn, a ratio of each round, and of these the median and how far they spread.

const MIN_SECONDS = 0.1;

export const quantile = (numbers, q) => [...numbers].sort((a, b) => a - b)[Math.round(q * (numbers.length - 1))];
export const median = (numbers) => quantile(numbers, 0.5);

/** Seconds that one call takes, over at least 0.1 s of calls; what it returns is kept, so that no call can be left out. */
export function secondsPerCall(operation) {
  const kept = [];
  let count = 0;
  const start = performance.now();
  for (;;) {
    for (let i = 0; i < 50; i++) kept[i] = operation();
    count += 50;
    const elapsed = (performance.now() - start) / 1000;
    if (elapsed >= MIN_SECONDS) return elapsed / count;
  }
}

/** Seconds until it is done. */
export async function secondsUntil(action) {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

/**
 * One line of the table. `ours` and `theirs` are what each round measured, in `unit`. Against a
 * peer the ratio says how many times as fast we are; against a limit, how many times its time we
 * take. The ratio is the median of those of the rounds. With `best`, it is that of the best round
 * of each side: for work that only waits when another program uses the processor, so that its
 * shortest time is its own.
 * @param goal `{ atLeast }` or `{ atMost }` for the ratio, where there is one
 */
export function row({ name, ours, theirs, beside, as = 'times as fast as', unit = 's', best = false, goal }) {
  const ratioOf = (mine, other) => (as === 'times as fast as' ? other / mine : mine / other);
  const ratios = ours.map((value, i) => ratioOf(value, theirs[i]));
  const typical = best ? (values) => Math.min(...values) : median;
  const ratio = best ? ratioOf(typical(ours), typical(theirs)) : median(ratios);
  const holds = goal && (goal.atLeast === undefined ? ratio <= goal.atMost : ratio >= goal.atLeast);
  return {
    name,
    beside,
    unit,
    ours: typical(ours),
    theirs: typical(theirs),
    ratio,
    spread: [quantile(ratios, 0.1), quantile(ratios, 0.9)],
    rounds: ours.length,
    as,
    ...(goal && { goal, holds }),
  };
}

/** Measures every side once a round, in turn, so that what slows the machine slows them all. */
export async function inTurn(rounds, sides) {
  const found = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, measure] of Object.entries(sides)) found[name].push(await measure(round));
  return found;
}
