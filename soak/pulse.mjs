// How level a process keeps: its memory after a collection, its file descriptors, and how long its event loop was held at most.
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PERIOD_MS = 5;

/** Memory in bytes and descriptors of this process, once nothing is under way. */
export async function level() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await sleep(20);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss, descriptors: readdirSync('/proc/self/fd').length };
}

/**
 * Watches the event loop: the longest times, in ms, between two moments at which it could run what was due. `ran` is how much of that this
 * thread itself computed, `held` adds what it slept in the kernel, and `late` what the kernel ran in its place, which is other people's doing.
 */
export function watchLoop() {
  const schedstat = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  const buffer = Buffer.alloc(100);
  // sched-stats.rst: ns that the thread ran, and ns that it waited on a run queue.
  const now = () => {
    const [ran, waited] = buffer.toString('latin1', 0, readSync(schedstat, buffer, 0, 100, 0)).split(' ');
    return { at: performance.now(), ran: ran / 1e6, waited: waited / 1e6 };
  };
  let longest = NONE;
  let last = now();
  const timer = setInterval(() => {
    const next = now();
    const late = next.at - last.at - PERIOD_MS;
    longest = longer(longest, { ran: next.ran - last.ran, held: late - (next.waited - last.waited), late });
    last = next;
  }, PERIOD_MS);
  timer.unref();
  return {
    longest: () => longest,
    /** Forgets what was, as after a collection that nobody else would ask for. */
    reset() {
      longest = NONE;
      last = now();
    },
    stop() {
      clearInterval(timer);
      closeSync(schedstat);
    },
  };
}

/** Nothing watched yet. */
export const NONE = { ran: 0, held: 0, late: 0 };

/** The longer of each. */
export function longer(one, other) {
  return Object.fromEntries(Object.keys(NONE).map((key) => [key, Math.max(one[key], other[key])]));
}
