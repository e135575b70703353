/** Measures how the time of a function grows when its input doubles. */

/** A function with input that may be hard for it. */
export interface GrowthCase {
  /** What the input is. */
  readonly name: string;
  /** Makes input of so many characters. */
  readonly make: (size: number) => unknown;
  /** Takes the input. An error of the library is an answer. */
  readonly run: (input: never) => unknown;
}

/** CPU time in ms, for each of {@link SIZES}. */
export type Times = readonly number[];

/** Three doublings, up to 1 MiB. */
const SIZES = [2 ** 17, 2 ** 18, 2 ** 19, 2 ** 20];

/** The limit of the growth for each doubling. Linear time has 2, quadratic time has 4. */
export const MOST_GROWTH = 2.5;

/** A measurement runs the sizes in turn, so that a slow moment of the machine meets all of them. */
const ROUNDS = 1;

/** On a noisy machine more rounds are added to the measurement before it counts. */
const ATTEMPTS = 12;

/** A round spends at least so many milliseconds on a size: short inputs are run several times. */
const SHORTEST_MS = 2;

/** The largest growth for one doubling. */
export function growthOf(times: Times): number {
  return Math.max(...times.slice(1).map((time, i) => time / (times[i] ?? Number.NaN)));
}

/** The time of each size is that of its fastest round. */
export function timesOf({ make, run }: GrowthCase): Times {
  const measured = SIZES.map((size) => ({ input: make(size), repeats: 1, fastest: Number.POSITIVE_INFINITY }));
  const times = (): Times => measured.map(({ fastest }) => fastest);
  for (let attempt = 1; attempt <= ATTEMPTS && !(growthOf(times()) <= MOST_GROWTH); attempt++)
    for (let round = 0; round < ROUNDS; round++)
      for (const each of measured) measure(each, run as (input: unknown) => unknown);
  return times();
}

interface Measured {
  readonly input: unknown;
  repeats: number;
  fastest: number;
}

function measure(measured: Measured, run: (input: unknown) => unknown): void {
  for (;;) {
    const { input, repeats } = measured;
    const begun = cpuTime();
    for (let i = 0; i < repeats; i++) run(input);
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
