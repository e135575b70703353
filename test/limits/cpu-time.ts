/** Measures how the processor time of a function grows when the size of its input doubles. */

/** A function with input that may be hard for it. */
export interface GrowthCase {
  /** The name of the function or of the form of its input. */
  readonly name: string;
  /** Makes input of so many characters or bytes. */
  readonly make: (size: number) => unknown;
  /** Takes the input. An error that it throws is its answer to invalid input. */
  readonly run: (input: never) => unknown;
  /**
   * Work that JavaScript itself does with such input, in time that is not linear. The measured times are then divided by
   * the growth of this work, so that they show the growth that `run` adds. Default: the growth of a set of texts, see
   * {@link REFERENCE}.
   */
  readonly beside?: (input: never) => unknown;
}

/** The median processor time in ms, for each of {@link SIZES}. */
export type Times = readonly number[];

/** Two doublings, up to 1 MiB, the limit that the documentation states. */
const SIZES = [2 ** 18, 2 ** 19, 2 ** 20];

/** The limit of the growth for one doubling. Linear time has 2, quadratic time has 4. */
export const MOST_GROWTH = 2.8;

/** How often a measurement runs all sizes in turn, so that a slow moment of the machine meets all of them. */
export interface Rounds {
  readonly first: number;
  /** A repeated measurement, whose samples are shorter. */
  readonly repeated: number;
}

/** A measurement above the limit is repeated. A function that is not linear exceeds the limit each time. */
const ATTEMPTS = 8;

/**
 * Work that is linear. On a machine with small caches and slow memory, its time grows faster than its
 * input, and so does that of every other function. The times of a repeated measurement are divided by
 * its growth, if that is above 2.
 */
const REFERENCE = {
  make: (size: number): string =>
    JSON.stringify(Array.from({ length: size / 8 }, (_, i) => i.toString(36).padStart(5))),
  run: (text: string): Set<string> => new Set(JSON.parse(text) as string[]),
};

/** A function that needs less for 1 MiB is measured on larger input: processor caches decide about such short times. */
const FAST_MS = 1;
const LARGER = 4;

/** One interrupt changes a time below this. More rounds cost little there. */
const SHORT_MS = 30;
const MANY_ROUNDS: Rounds = { first: 9, repeated: 15 };

/** A sample takes at least so many milliseconds: a function that is faster runs several times. */
const SHORTEST_MS = 1;

/**
 * Written before each sample of a repeated measurement. Otherwise small input stays in the processor's cache and large
 * input does not, and the time of a linear function makes a step between the two.
 */
const OTHER_DATA = new Uint8Array(2 ** 26);

/**
 * The growth for one doubling: the geometric mean of both doublings. A cache of the processor that is
 * too small for the next size makes a step at one of them. Times below 1 ms count as 1 ms, because
 * caches and interrupts decide about them.
 */
export function growthOf(times: Times): number {
  const [first, ...others] = times.map((time) => Math.max(time, FAST_MS));
  return ((others.at(-1) ?? Number.NaN) / (first ?? Number.NaN)) ** (1 / others.length);
}

/** The times of all cases, by name. */
export async function timesOfAll(
  cases: readonly GrowthCase[],
  rounds: Rounds = { first: 3, repeated: 9 },
): Promise<[string, Times][]> {
  const times: [string, Times][] = [];
  for (const each of cases) times.push([each.name, await timesOf(each, rounds)]);
  return times;
}

const references = SIZES.map((size) => ({ input: REFERENCE.make(size) as never, repeats: 1 }));

async function timesOf({ make, run, beside }: GrowthCase, rounds: Rounds): Promise<Times> {
  const samplesOf = (factor: number): Sample[] =>
    SIZES.map((size) => ({ input: make(factor * size) as never, repeats: 1 }));
  const timesBeside = async (some: readonly Sample[], isRepeated: boolean): Promise<Times> => {
    const times: number[] = [];
    if (beside !== undefined) for (const { input } of some) times.push(await measured({ input, repeats: 1 }, beside));
    else if (isRepeated)
      for (const sample of references) times.push(await measuredCold(sample, async (text) => void REFERENCE.run(text)));
    return beside === undefined ? atLeastLinear(times) : times;
  };
  const answer = async (input: never) => {
    try {
      await run(input);
    } catch {
      // Measured as any other answer.
    }
  };
  // The first runs compile the code, flatten the texts and find the number of repeats.
  const warmUp = async (some: readonly Sample[]): Promise<number> => {
    let time = 0;
    for (const sample of some) time = await measured(sample, answer);
    return time;
  };
  let factor = 1;
  let samples = samplesOf(factor);
  let largest = await warmUp(samples);
  if (largest < FAST_MS) {
    factor = LARGER;
    samples = samplesOf(factor);
    largest = await warmUp(samples);
  }
  const { first, repeated } = largest < SHORT_MS ? MANY_ROUNDS : rounds;
  let least: Times = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // Garbage of earlier input is collected now, not during the measurement.
    globalThis.gc?.();
    if (attempt > 0) {
      // Objects that lie far apart in memory take longer to read. New ones lie elsewhere.
      samples = samplesOf(factor);
      await warmUp(samples);
    }
    const results: Times[] = [];
    for (let round = 0; round < (attempt === 0 ? first : repeated); round++) {
      const times: number[] = [];
      for (const sample of samples)
        times.push(attempt === 0 ? await measured(sample, answer) : await measuredCold(sample, answer));
      results.push(dividedByGrowth(times, await timesBeside(samples, attempt > 0)));
    }
    const medians = SIZES.map((_, i) => median(results.map((times) => times[i] ?? Number.NaN)));
    if (attempt === 0 || growthOf(medians) < growthOf(least)) least = medians;
    if (growthOf(least) <= MOST_GROWTH) break;
  }
  return least;
}

/** The times as they would be if the times of the other work, if there is any, were linear. The last one stays. */
function dividedByGrowth(times: Times, beside: Times): Times {
  const linear = (i: number) => ((beside.at(-1) ?? 1) * (SIZES[i] ?? Number.NaN)) / (SIZES.at(-1) ?? 1);
  return times.map((time, i) => (beside.length === 0 ? time : (time * linear(i)) / (beside[i] ?? Number.NaN)));
}

/** The times of work that is linear or slower: none is above its share of the last one. */
function atLeastLinear(times: Times): Times {
  const largest = times.at(-1) ?? Number.NaN;
  return times.map((time, i) => Math.min(time, (largest * (SIZES[i] ?? Number.NaN)) / (SIZES.at(-1) ?? Number.NaN)));
}

interface Sample {
  readonly input: never;
  repeats: number;
}

async function measured(sample: Sample, answer: (input: never) => unknown): Promise<number> {
  for (;;) {
    const begun = cpuTime();
    for (let i = 0; i < sample.repeats; i++) await answer(sample.input);
    const elapsed = cpuTime() - begun;
    if (elapsed >= SHORTEST_MS) return elapsed / sample.repeats;
    sample.repeats *= 4;
  }
}

/** One run with an empty cache. */
async function measuredCold({ input }: Sample, answer: (input: never) => Promise<void>): Promise<number> {
  OTHER_DATA.fill(OTHER_DATA[0] === 0 ? 1 : 0);
  const begun = cpuTime();
  await answer(input);
  return cpuTime() - begun;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds. Other processes slow down the clock on the wall, not this one. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
