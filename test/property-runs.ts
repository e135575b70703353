/** How often properties are tried. `FAST_CHECK_RUNS=100000 npx vitest run ...` tries every one of them as often as that. */

const WANTED = Number(process.env.FAST_CHECK_RUNS ?? 0);

/** Whether tests try everything, and not a part that is enough for each run of all tests. */
export const isThorough = WANTED > 0;

/** For fast-check: what the environment says, and where it says nothing, what is enough for a test of this kind. */
export function runs(enough = 100): { readonly numRuns: number } {
  return { numRuns: WANTED || enough };
}
