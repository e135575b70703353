/** Measures how the time of a function grows when its input doubles. */

/** A function with input that may be hard for it. */
export interface GrowthCase {
  /** What the input is. */
  readonly name: string;
  /** Makes input of so many characters. */
  readonly make: (size: number) => unknown;
  /** Takes the input, and may return a promise. An error of the library is an answer. */
  readonly run: (input: never) => unknown;
}

/** CPU time in ms, for each of {@link SIZES}. */
export type Times = readonly number[];

/** Two doublings, up to 1 MiB. */
const SIZES = [2 ** 18, 2 ** 19, 2 ** 20];

/** The limit of the growth for each doubling. Linear time has 2, quadratic time has 4. */
export const MOST_GROWTH = 2.5;

/** A round measures all sizes. When the growth is too large, another round follows: the machine may have been noisy. */
const MOST_ROUNDS = 3;

/** A round spends at least so many milliseconds on a size: short inputs are run several times. */
const SHORTEST_MS = 2;

/** The largest growth for one doubling. */
export function growthOf(times: Times): number {
  return Math.max(...times.slice(1).map((time, i) => time / (times[i] ?? Number.NaN)));
}

/** The time of each size is that of its fastest round. */
export async function timesOf({ make, run }: GrowthCase): Promise<Times> {
  const measured = SIZES.map((size) => ({ input: make(size), repeats: 1, fastest: Number.POSITIVE_INFINITY }));
  const times = (): Times => measured.map(({ fastest }) => fastest);
  for (let round = 0; round < MOST_ROUNDS && !(growthOf(times()) <= MOST_GROWTH); round++)
    for (const each of measured) await measure(each, run as (input: unknown) => unknown);
  return times();
}

/** The times of all cases, by name, as JSON. */
export async function timesOfAll(cases: readonly GrowthCase[]): Promise<string> {
  const times: [string, Times][] = [];
  for (const each of cases) times.push([each.name, await timesOf(each)]);
  return JSON.stringify(times);
}

interface Measured {
  readonly input: unknown;
  repeats: number;
  fastest: number;
}

async function measure(measured: Measured, run: (input: unknown) => unknown): Promise<void> {
  // Garbage of earlier input is collected now, not during the measurement.
  globalThis.gc?.();
  for (;;) {
    const { input, repeats } = measured;
    const begun = cpuTime();
    for (let i = 0; i < repeats; i++) await run(input);
    const elapsed = cpuTime() - begun;
    if (elapsed >= SHORTEST_MS) {
      measured.fastest = Math.min(measured.fastest, elapsed / repeats);
      return;
    }
    measured.repeats *= 2;
  }
}

/** Milliseconds. Other processes slow down the clock on the wall, not this one. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
