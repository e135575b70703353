// The summary, and what of it is a failure.

/** The median of all breaks while nothing restarts is below this time. */
const MEDIAN_MS = 1000;
const GROWTH_PERCENT = 10;
/** A life of the agent is compared after this time, and if at least as much again is left. */
const WARM_UP_MS = 90_000;

const SLOWEST = 10;

export function summaryOf(context, options) {
  const { breaks, harmless, skipped, restarts, processes, observer, samples } = context;
  const secondOf = (at) => Math.round((at - context.start) / 1000);
  const repaired = breaks.filter(({ lost }) => lost === 0);
  const inside = repaired.filter(({ from, to }) => restarts.overlaps(from, to));
  const outside = repaired.filter((one) => !inside.includes(one));
  return {
    ...options,
    breaks: breaks.length,
    repaired: repaired.length,
    harmless,
    skipped,
    outsideRestarts: timesOf(outside),
    withinRestarts: timesOf(inside),
    kinds: Object.fromEntries(
      [...new Set(breaks.map(({ what }) => what))].sort().map((what) => {
        const all = breaks.filter((one) => one.what === what);
        // How many were repaired so soon that the watch of the soak saw no drift.
        return [what, { ...timesOf(all), unseen: all.filter(({ isSeen }) => !isSeen).length }];
      }),
    ),
    slowest: [...breaks]
      .sort((a, b) => b.ms - a.ms)
      .slice(0, SLOWEST)
      .map(({ what, on, from, ms }) => `${what} (${on}) at ${secondOf(from)} s: ${Math.round(ms)} ms`),
    restarts: restarts.counts,
    away: restarts.windows.map(({ what, from, to }) => `${what}: ${secondOf(from)} to ${secondOf(to)} s`),
    livesOfAgent: processes.agent.lives.length,
    livesOfHelper: processes.helper.lives.length,
    resynchronizations: observer?.resynchronizations,
    logOfAgent: processes.messages,
    rss: memoryOf(samples),
  };
}

export function failuresOf({ breaks, repaired, outsideRestarts, kinds, rss }) {
  const failures = [];
  if (breaks === 0) failures.push('nothing was broken');
  if (repaired < breaks) failures.push(`${breaks - repaired} breaks were not repaired`);
  if (outsideRestarts.median >= MEDIAN_MS) failures.push(`the median is ${outsideRestarts.median} ms`);
  for (const [what, { count, unseen }] of Object.entries(kinds)) {
    if (count > 3 && unseen === count) failures.push(`no drift was seen of: ${what}`);
  }
  if (rss.growthPercent >= GROWTH_PERCENT) failures.push(`the memory of the agent grew by ${rss.growthPercent} %`);
  return failures;
}

function timesOf(breaks) {
  const times = breaks.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (part) => Math.round(times[Math.min(times.length - 1, Math.floor(part * times.length))] ?? 0);
  return { count: times.length, median: at(0.5), p95: at(0.95), max: at(1) };
}

/** Of the longest life of the agent: MB after each minute, and the growth from the median of its first part to that of its last. */
function memoryOf(samples) {
  const lives = [...new Set(samples.map(({ pid }) => pid))].map((pid) => samples.filter((one) => one.pid === pid));
  const longest = lives.sort((a, b) => b.length - a.length)[0] ?? [];
  const [first] = longest;
  const rounded = (mb) => Math.round(mb * 10) / 10;
  const minutes = longest.filter((_, i) => i % 6 === 5).map(({ rss }) => rounded(rss));
  const warm = longest.filter(({ at }) => at - first.at >= WARM_UP_MS);
  const seconds = first === undefined ? 0 : Math.round((longest.at(-1).at - first.at) / 1000);
  if (seconds * 1000 < 2 * WARM_UP_MS) return { seconds, minutes, growthPercent: undefined };
  const part = Math.max(1, Math.floor(warm.length / 3));
  const [early, late] = [medianOf(warm.slice(0, part)), medianOf(warm.slice(-part))];
  return {
    seconds,
    minutes,
    early: rounded(early),
    late: rounded(late),
    growthPercent: rounded((100 * (late - early)) / early),
  };
}

function medianOf(samples) {
  return samples.map(({ rss }) => rss).sort((a, b) => a - b)[Math.floor(samples.length / 2)];
}
