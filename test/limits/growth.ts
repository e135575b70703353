/** Measures how the time of a function grows with the size of its input. */

/** A call that is measured. */
export interface Row {
  /** The function, and the form of its input. */
  readonly name: string;
  /** Makes input of about this many bytes of JSON. */
  readonly input: (bytes: number) => unknown;
  /** The call. An error that it throws is its answer to invalid input. */
  readonly call: (input: never) => unknown;
}

/** The growth of the time of a call. */
export interface Growth {
  /** The largest ratio of two medians of sizes that follow each other. */
  readonly largest: number;
  /** The median processor time for each of {@link SIZES}, in ms. */
  readonly medians: readonly number[];
}

/** Each size is twice the one before. The last one is the limit that the documentation states. */
export const SIZES = [2 ** 18, 2 ** 19, 2 ** 20];
/** The largest growth that is allowed. Linear time gives 2, quadratic time 4. */
export const LARGEST_GROWTH = 2.5;

const ROUNDS = 3;
const ATTEMPTS = 8;
/** A call that takes less than this on the smallest size, in ms, is repeated. */
const SAMPLE = 1;

/**
 * The growth of the median processor time, which other processes on the machine disturb less than the time of the clock. Each round goes through all sizes, so that a disturbance of the machine meets all of them. A measurement
 * that exceeds the limit is repeated with more rounds: a function that is not linear exceeds it each time.
 */
export async function growthOf(row: Row): Promise<Growth> {
  let least: Growth | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const medians = await mediansOf(row, ROUNDS + 2 * attempt);
    const largest = Math.max(...medians.slice(1).map((median, i) => median / (medians[i] ?? 0)));
    if (least === undefined || largest < least.largest) least = { largest, medians };
    if (largest <= LARGEST_GROWTH) break;
  }
  return least ?? { largest: Number.NaN, medians: [] };
}

async function mediansOf({ input, call }: Row, rounds: number): Promise<number[]> {
  const answer = async (value: unknown) => {
    try {
      await call(value as never);
    } catch {
      // Measured as any other answer.
    }
  };
  const inputs = SIZES.map(input);
  await timeOf(answer, inputs[0], 2);
  const once = await timeOf(answer, inputs[0], 1);
  const repetitions = Math.min(50, Math.max(1, Math.ceil(SAMPLE / Math.max(once, SAMPLE / 50))));
  const samples: number[][] = inputs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    // Every sample goes through as many bytes as any other, so that the garbage collector takes the same share of each.
    for (const [i, value] of inputs.entries()) {
      samples[i]?.push(await timeOf(answer, value, repetitions * 2 ** (inputs.length - 1 - i)));
    }
  }
  return samples.map(median);
}

async function timeOf(answer: (value: unknown) => Promise<void>, value: unknown, repetitions: number): Promise<number> {
  const start = process.cpuUsage();
  for (let i = 0; i < repetitions; i++) await answer(value);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000 / repetitions;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
