// This build beside an earlier one: `npm run bench:compare -- FOLDER [TASK ...] [--rounds N]`. FOLDER holds the earlier build. TASK is a
// part of the name of a task; without one all tasks run. Each task is measured N rounds in each of three generations (default 9).
// A ratio above 1 means that this build takes longer. The columns `again` compare this build with itself: they show the noise. The CPU
// time of the process shows a loss also while other programs use the machine.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { median, quantile } from './measure.mjs';

/** Each generation has new processes, because the compiler of V8 does not treat two processes alike. */
const GENERATIONS = 3;
/** What a plug leaves to do for the kernel and ovs-vswitchd must not slow the next side, in ms. */
const REST = 30;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' } },
});
const [folder, ...wanted] = positionals;
if (folder === undefined) {
  console.error('npm run bench:compare -- FOLDER: the folder of an earlier version, in which `npm run build` was run');
  process.exit(2);
}

const here = fileURLToPath(new URL('..', import.meta.url));
const roots = { before: resolve(folder), after: here, again: here };
const times = new Map();
for (let generation = 0; generation < GENERATIONS; generation++) await measureGeneration();
print();

async function measureGeneration() {
  const sides = await Promise.all(Object.entries(roots).map(([name, root]) => openSide(name, root)));
  // The first round only warms up.
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const task of sides[0].tasks) {
      for (const side of inOrder(sides, round)) {
        await sleep(REST);
        const measured = await side.measure(task);
        if (round > 0) note(task, side.name, measured);
      }
    }
    process.stderr.write('.');
  }
  for (const side of sides) await side.close();
}

/** Each side is the first, the second and the last one equally often. */
function inOrder(sides, round) {
  const turn = round % sides.length;
  const turned = [...sides.slice(turn), ...sides.slice(0, turn)];
  return round % 2 === 0 ? turned : turned.reverse();
}

/** A build in a process, a network namespace and an Open vSwitch of its own. */
async function openSide(name, root) {
  const script = fileURLToPath(new URL('compare-side.mjs', import.meta.url));
  const child = fork(script, [root], { execPath: 'unshare', execArgv: ['--net', process.execPath, '--expose-gc'] });
  const answer = async () => {
    const gone = new AbortController();
    const ended = once(child, 'exit', { signal: gone.signal }).then(([status]) => {
      throw new Error(`the process of ${root} ended with ${status}`);
    });
    const [message] = await Promise.race([once(child, 'message', { signal: gone.signal }), ended]);
    ended.catch(() => {});
    gone.abort();
    return message;
  };
  const ask = (task) => {
    child.send(task);
    return answer();
  };
  const all = await answer();
  const tasks = all.filter((task) => wanted.length === 0 || wanted.some((part) => task.includes(part)));
  const close = async () => {
    child.disconnect();
    await once(child, 'exit');
  };
  return { name, tasks, measure: ask, close };
}

function note(task, side, measured) {
  const ofTask = times.get(task) ?? { before: [], after: [], again: [] };
  ofTask[side].push(measured);
  times.set(task, ofTask);
}

function print() {
  const head = ['task', 'before', 'after', 'after / before', 'half of them', 'after / again', 'half of them'];
  const table = new Table({ head: [...head, 'CPU / before', 'CPU / again'], style: { head: [] } });
  for (const [task, { before, after, again }] of times) {
    const micros = (all) => `${(median(all.map(({ seconds }) => seconds)) * 1e6).toFixed(1)} µs`;
    const [wall, noise] = [ratios('seconds', after, before), ratios('seconds', after, again)];
    const [[cpu], [cpuNoise]] = [ratios('cpu', after, before), ratios('cpu', after, again)];
    table.push([task, micros(before), micros(after), ...wall, ...noise, cpu, cpuNoise]);
  }
  console.log(`\n${table}`);
}

/** The median of the ratios of the rounds, and where half of them lie. */
function ratios(what, ours, others) {
  const all = ours.map((measured, i) => measured[what] / others[i][what]);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(all, q).toFixed(2));
  return [middle, `${low} to ${high}`];
}
