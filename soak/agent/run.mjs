// The soak of the agent: puts ports, breaks them until the end while processes end and come back, and then compares.
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../random.mjs';
import { nextBreak } from './breaks.mjs';
import { compare, othersInNamespace } from './compare.mjs';
import { LOST_MS, startObserver } from './observer.mjs';
import { newPorts } from './ports.mjs';
import { newAgent } from './processes.mjs';
import { failuresOf, summaryOf } from './report.mjs';
import { openSocket, Restarts } from './restarts.mjs';

const NOBODY = 65_534;
/** PUTs and DELETEs at the same time. */
const BATCH = 16;
/** ms between two breaks. */
const [LEAST_MS, MOST_MS] = [200, 400];
const PRINT_MS = 10_000;
/** The part of the time in which the agent is ended. In the rest, its memory is compared. */
const RESTLESS = 0.35;

/** Returns whether every port was repaired and all else was as it should be. */
export async function runAgentSoak(host, { minutes, vifs, seed }, signal) {
  console.log(`Soak of the agent: ${minutes} min, ${vifs} ports, --seed ${seed}`);
  const { connection } = host;
  const folder = await mkdtemp(join(tmpdir(), 'os-vif-agent-'));
  await chown(folder, NOBODY, NOBODY);
  await chmod(dirname(connection.replace('unix:', '')), 0o755);
  await openSocket(connection);

  const random = randomFrom(seed);
  const ports = newPorts(vifs);
  const processes = newAgent(folder, connection);
  const found = { breaks: [], harmless: 0, skipped: 0, samples: [], problems: [] };
  const context = { host, connection, random, ports, processes, ...found };
  context.restarts = new Restarts(context, randomFrom(seed + 1));
  try {
    processes.helper.start();
    processes.agent.start();
    await processes.ready();
    await putAll(context);
    context.observer = await startObserver(connection, ports);
    await meddle(context, minutes, signal);
    await compare(context);
    await context.observer.stop();
  } catch (error) {
    context.problems.push(error.stack);
  } finally {
    await stopAll(context);
    await rm(folder, { recursive: true, force: true });
  }
  return tell(context, { minutes, vifs, seed });
}

async function putAll({ ports, processes, random }) {
  const from = performance.now();
  await inBatches(random.shuffled(ports), async ({ id, request }) => {
    const { status, body } = await processes.request('PUT', `/ports/${id}`, request);
    if (status !== 201) throw new Error(`PUT ${id}: ${status} ${JSON.stringify(body)}`);
  });
  console.log(`${ports.length} ports are plugged after ${((performance.now() - from) / 1000).toFixed(1)} s`);
}

async function inBatches(items, action) {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await action(item);
  };
  await Promise.all(Array.from({ length: BATCH }, lane));
}

async function meddle(context, minutes, signal) {
  const { restarts } = context;
  const [start, time] = [performance.now(), minutes * 60_000];
  context.start = start;
  const ended = new AbortController();
  const restarting = restarts.run(start + time, start + RESTLESS * time, AbortSignal.any([signal, ended.signal]));
  const printing = setInterval(() => print(context, start), PRINT_MS);
  try {
    await Promise.race([breakAll(context, start + time, signal), restarting.then(() => new Promise(() => {}))]);
    if (signal.aborted) context.problems.push('interrupted');
  } finally {
    clearInterval(printing);
    ended.abort();
  }
  await restarting;
}

/** Breaks ports until `end`, and waits until all are repaired. */
async function breakAll(context, end, signal) {
  const { random, ports, connection, restarts } = context;
  /** By the id of the port: undefined while it is broken. */
  const repairedAt = new Map(ports.map(({ id }) => [id, Number.NEGATIVE_INFINITY]));
  const restOf = ({ id }) => performance.now() - (repairedAt.get(id) ?? performance.now());
  const running = new Set();
  while (performance.now() < end && !signal.aborted) {
    await sleep(random.between(LEAST_MS, MOST_MS));
    const next = nextBreak({ random, ports, connection, restOf, isServerDown: () => restarts.isServerDown });
    if (next === undefined) {
      context.skipped += 1;
      continue;
    }
    for (const { id } of next.victims) repairedAt.set(id, undefined);
    const done = breakOne(context, next).finally(() => {
      for (const { id } of next.victims) repairedAt.set(id, performance.now());
      running.delete(done);
    });
    running.add(done);
  }
  await Promise.all(running);
}

async function breakOne(context, { what, port, victims, isHarmless, run }) {
  const { observer, breaks, problems } = context;
  const from = performance.now();
  if (isHarmless) {
    if (await run()) context.harmless += 1;
    return;
  }
  const expected = victims.map((victim) => observer.expect(victim));
  if (!(await run())) {
    for (const { cancel } of expected) cancel();
    return;
  }
  for (const { broken } of expected) broken();
  const results = await Promise.all(expected.map(({ repaired }) => repaired));
  const lost = results.filter((result) => result === undefined).length;
  const to = lost > 0 ? performance.now() : Math.max(...results.map(({ at }) => at));
  const isSeen = results.some((result) => result?.isSeen ?? true);
  breaks.push({ what, on: port.id, from, to, ms: to - from, isSeen, lost });
  if (lost > 0) {
    problems.push(`${what} (${port.id}): ${lost} of ${victims.length} ports were not repaired in ${LOST_MS / 1000} s`);
  }
}

function print({ breaks, restarts, samples, processes, observer }, start) {
  const { agent } = processes;
  const second = (performance.now() - start) / 1000;
  let rss;
  try {
    rss = processes.rss();
    if (rss > 0) samples.push({ pid: agent.life.pid, at: performance.now(), second, rss });
  } catch {
    // The agent has just ended.
  }
  const ended = Object.values(restarts.counts).reduce((sum, count) => sum + count, 0);
  const latest = breaks.slice(-30).map(({ ms }) => ms);
  const words = [
    `${second.toFixed(0)} s`,
    `${breaks.length} breaks repaired`,
    `the last 30 within ${Math.max(0, ...latest).toFixed(0)} ms`,
    `${ended} restarts`,
    `agent ${rss > 0 ? `${rss.toFixed(1)} MB` : 'away'}`,
    `checks of all ${JSON.stringify(observer.resynchronizations)}`,
  ];
  console.log(words.join(', '));
}

async function stopAll({ processes, problems, observer }) {
  const { agent, helper } = processes;
  const code = await agent.stop('SIGTERM');
  if (code !== 0) problems.push(`the agent ended with ${code}`);
  await helper.stop('SIGTERM');
  await observer?.stop();
}

async function tell(context, options) {
  await context.host.stop();
  const others = othersInNamespace();
  if (others.length > 0) context.problems.push(`processes left in the namespace: ${others.join(', ')}`);
  const summary = summaryOf(context, options);
  const failures = [...context.problems, ...failuresOf(summary)];
  console.log(JSON.stringify({ ...summary, failures }, undefined, 2));
  if (failures.length > 0) console.error(`The last errors of the agent:\n${context.processes.log.join('\n')}`);
  return failures.length === 0;
}
