// The soak: lanes of operations, one for each worker, a lane of crashes, and every so often a stop at which host and model are compared.
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESS, LEASED, OTHER_SWITCH, partsOf, UPLINK } from './kinds.mjs';
import { differencesOf, newModel } from './model.mjs';
import { attempt, run } from './namespace.mjs';
import { startNeighbours } from './neighbours.mjs';
import { holdersOf, observe } from './observe.mjs';
import { call, collect, Difference, KILLS, OPERATIONS, WEIGHTS } from './operations.mjs';
import { randomFrom } from './random.mjs';
import { startWorker } from './worker-process.mjs';

/** ms between two stops. */
const LEG_MS = 12_000;
/**
 * ms that ovs-vswitchd gets to catch up at a stop. It waits up to 8 s before it connects to a restarted ovsdb-server again, and reports
 * the state of interfaces every 5 s.
 */
const CATCH_UP_MS = 30_000;
/** How much a process may have grown: bytes, and descriptors, of which the connection to a server that restarts may be one more or less. */
const GROWTH = { heap: 5 * 1024 * 1024, descriptors: 1 };

/** Returns whether host and model agreed to the end; with sabotage, whether they did not. */
export async function runSoak(host, { minutes, seed, workers, sabotage }) {
  console.log(`Soak of ${minutes} min by ${workers} processes, --seed ${seed}`);
  host.vsctl('add-br', OTHER_SWITCH, '--', 'set', 'Bridge', OTHER_SWITCH, 'datapath_type=netdev');
  const random = randomFrom(seed);
  const slots = await Promise.all(Array.from({ length: workers }, (_, i) => newSlot(`p${i}`, { ...host, sabotage })));
  let turn = Promise.resolve();
  const context = {
    host,
    random,
    model: newModel(),
    counts: {},
    levels: [],
    exclusively(action) {
      const done = turn.then(action);
      turn = done.catch(() => {});
      return done;
    },
  };
  const before = observe(host);
  context.neighbours = await startNeighbours(context);
  try {
    const end = performance.now() + minutes * 60_000;
    while (performance.now() < end) {
      await leg(context, slots, Math.min(end, performance.now() + LEG_MS));
      await stop(context, slots);
    }
    await takeAllAway(context, slots, before);
    return report(context) && !sabotage;
  } catch (error) {
    if (!(error instanceof Difference)) throw error;
    tell(error, context, seed);
    return Boolean(sabotage);
  } finally {
    for (const { worker } of slots) await worker.kill();
  }
}

async function newSlot(name, { connection, sabotage }) {
  const slot = {
    name,
    worker: await startWorker(connection, sabotage),
    async replace() {
      await slot.worker.kill();
      slot.worker = await startWorker(connection, sabotage);
    },
  };
  return slot;
}

async function leg(context, slots, end) {
  const { random, counts, exclusively } = context;
  let failed = false;
  const lane = async (step) => {
    try {
      while (!failed && performance.now() < end) await step();
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  // The first worker is never killed, so that one sees whether it stays level.
  const lanes = slots.map((slot, i) =>
    lane(async () => {
      const name = random.weighted(i === 0 ? WEIGHTS : { ...WEIGHTS, ...KILLS });
      counts[name] = (counts[name] ?? 0) + 1;
      await OPERATIONS[name](context, slot);
      await sleep(random.below(10));
    }),
  );
  const besides = context.neighbours.map((neighbour) =>
    lane(async () => {
      await exclusively(() => neighbour.act());
      counts[neighbour.name] = (counts[neighbour.name] ?? 0) + 1;
      await sleep(random.below(200));
    }),
  );
  const results = await Promise.allSettled([...lanes, ...besides, lane(() => crash(context))]);
  for (const { reason } of results) if (reason) throw reason;
}

async function crash(context) {
  const { random, host, counts, exclusively } = context;
  await sleep(random.between(1000, 5000));
  const daemon = random.pick(['ovsdb-server', 'ovs-vswitchd']);
  const signal = random.pick(['SIGKILL', 'SIGTERM']);
  counts[`${daemon} ${signal}`] = (counts[`${daemon} ${signal}`] ?? 0) + 1;
  if (daemon === 'ovs-vswitchd') context.switchEnded = true;
  await exclusively(() => host.restart(daemon, signal, random.below(1000)));
}

/** Mends what is unknown or damaged by one more plug or unplug of each, then compares. */
async function stop(context, slots) {
  const { model, random } = context;
  await collect(context, random.pick(slots));
  for (const vif of model) {
    if (vif.state === 'unknown' || vif.damage) await call(random.pick(slots), random.pick(['plug', 'unplug']), [vif]);
  }
  if (context.switchEnded) deleteTapsOfBridges(context);
  context.switchEnded = false;
  await requireEqual(context);
  context.levels.push((await slots[0].worker.ask('level')).result);
}

/**
 * The administrator deletes the persistent TAPs of bridges that were deleted while no ovs-vswitchd ran. ovs-vswitchd deletes a TAP only
 * together with its bridge, and never reads of these bridges.
 */
function deleteTapsOfBridges({ model, host, counts }) {
  const { links, bridges } = observe(host);
  const names = model.flatMap(({ number }) => partsOf(number).bridges);
  for (const name of names) {
    if (!links.has(name) || bridges.has(name) || holdersOf(name).length > 0) continue;
    if (attempt('ip', 'link', 'delete', name))
      counts['TAP of a bridge left'] = (counts['TAP of a bridge left'] ?? 0) + 1;
  }
}

async function requireEqual({ model, host, neighbours }) {
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    const found = differencesOf(model, observe(host), neighbours);
    if (found.length === 0) return;
    if (performance.now() > deadline || found.some(({ pending }) => !pending)) {
      const texts = found.map(({ vif, text }) => `${vif === undefined ? 'host' : `VIF ${vif}`}: ${text}`);
      const numbers = new Set(found.map(({ vif }) => vif));
      throw new Difference(
        texts,
        model.filter(({ number }) => numbers.has(number)),
      );
    }
    await sleep(200);
  }
}

/** Unplugs everything and collects what was shared: the host is then as it was at first, but for the bridge that all share. */
async function takeAllAway(context, slots, before) {
  const { model, host, neighbours } = context;
  const [slot] = slots;
  for (const neighbour of neighbours) await neighbour.leave();
  context.neighbours = [];
  await call(slot, 'unplugAll', model);
  for (const vif of model) vif.abandoned = true;
  // A bridge with a port or an address stays.
  if (attempt('ip', 'link', 'set', UPLINK, 'nomaster')) attempt('ip', 'address', 'flush', 'dev', 'brq-wired');
  attempt('ip', 'link', 'set', LEASED, 'nomaster');
  run('ip', 'address', 'replace', ADDRESS, 'dev', UPLINK);
  run('ip', 'route', 'replace', 'default', 'via', '192.0.2.1');
  await collect(context, slot);
  await requireEqual(context);
  host.vsctl('--if-exists', 'del-br', 'br-int');
  const wanted = [...before.links.keys()].sort().join(' ');
  const deadline = performance.now() + CATCH_UP_MS;
  for (;;) {
    const { links, rows, qos, chains } = observe(host);
    const left = [...links.keys()].sort().join(' ');
    if (left === wanted && rows.size === before.rows.size && qos === 0 && chains.size === 0) break;
    if (performance.now() > deadline) {
      const strangers = [...links.values()].filter(({ name }) => !before.links.has(name));
      throw new Difference([
        `left: ${left}; ports ${[...rows.keys()]}; ${qos} QoS rows; chains ${[...chains]}`,
        ...strangers.map(
          (link) => `${JSON.stringify(link)}, opened by ${holdersOf(link.name).join(' and ') || 'nobody'}`,
        ),
      ]);
    }
    await sleep(200);
  }
  context.levels.push((await slot.worker.ask('level')).result);
}

function report({ counts, levels }) {
  console.log('No difference between host and model.\n');
  console.table(Object.entries(counts).map(([operation, times]) => ({ operation, times })));
  const [first, last] = [levels[0], levels.at(-1)];
  const mb = (bytes) => (bytes / 1024 / 1024).toFixed(2);
  console.log(`The process that was never killed, ${last.calls} calls:`);
  console.log(`  heap after gc     ${levels.map(({ heap }) => mb(heap)).join(' ')} MB`);
  console.log(`  resident          ${mb(first.rss)} -> ${mb(last.rss)} MB`);
  console.log(`  descriptors       ${levels.map(({ descriptors }) => descriptors).join(' ')}`);
  console.log(`  event loop held   ${last.ran.toFixed(1)} ms at most by what this process computed,`);
  console.log(
    `                    ${last.held.toFixed(1)} ms with its sleep, ${last.late.toFixed(1)} ms with other processes`,
  );
  const grown = Object.entries(GROWTH).filter(([key, most]) => last[key] - first[key] > most);
  for (const [key] of grown) console.log(`Not level: ${key}`);
  return grown.length === 0;
}

function tell(error, { counts }, seed) {
  console.error(`\nDIFFERENCE, --seed ${seed}, after ${JSON.stringify(counts)}\n${error.message}`);
  for (const { number, kind, state, damage, log } of error.vifs) {
    console.error(
      `\nVIF ${number}, ${kind}; the model says ${state}${damage ? `, ${damage}` : ''}. What was done last:`,
    );
    for (const line of log) console.error(`  ${line}`);
  }
}
