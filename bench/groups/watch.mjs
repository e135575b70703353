// Watches: how soon a change is told, and what a storm of changes costs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { LinuxHost, OsVif } from 'os-vif/host';
import { receiveLinkEvents } from '../bare-events.mjs';
import { inTurn, row } from '../measure.mjs';
import { startOvs } from '../ovs.mjs';
import { createTap, instance, tap } from '../vifs.mjs';

const ROUNDS = 30;
const STORM_ROUNDS = 5;
const STORM = 6000;
const WATCHED = 100;

const ovs = await startOvs({ withSwitch: true });
const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
const osVif = await OsVif.open({ host });
const rows = [await links(), await database(), await drift(), await storm()];
await osVif.close();
await host.close();
ovs.stop();
process.send(rows, () => process.disconnect());

/** Seconds from the start of a program until the change is told, and until the program has ended. */
async function soonAfter(command, args, told) {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const program = spawn(command, args, { stdio: 'ignore' });
  const ended = once(program, 'exit').then(seconds);
  return { told: await told().then(seconds), ended: await ended };
}

async function compared(name, measure, beside, goal = { atMost: 1 }) {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await measure(i));
  return row({
    name,
    ours: rounds.map(({ told }) => told),
    theirs: rounds.map(({ ended }) => ended),
    beside,
    as: 'times the time of',
    ...(goal && { goal }),
  });
}

async function links() {
  await host.links.create({ kind: 'bridge', name: 'told', up: true });
  const { cursor } = await host.links.changes();
  let since = cursor;
  const told = async () => {
    const changes = await host.links.changes(since);
    since = changes.cursor;
  };
  return compared(
    'a changed device is told',
    (i) => soonAfter('ip', ['link', 'set', 'told', 'mtu', `${1400 + i}`], told),
    'ip until its end',
  );
}

async function database() {
  const vif = createTap(1);
  await osVif.plug(vif, instance);
  let { cursor: since } = await host.ovsdb.changes();
  const told = async () => {
    const changes = await host.ovsdb.changes(since);
    since = changes.cursor;
  };
  const args = (i) => [`--db=${ovs.connection}`, '--no-wait', 'set', 'Port', vif.vifName, `tag=${i + 1}`];
  const found = await compared(
    'a changed row of Open vSwitch is told',
    (i) => soonAfter('ovs-vsctl', args(i), told),
    'ovs-vsctl until its end',
  );
  await osVif.unplug(vif, instance);
  return found;
}

async function drift() {
  const vif = tap(1);
  await osVif.plug(vif, instance);
  const watch = osVif.watch([{ vif, instance }], { interval: 0 });
  await watch.next();
  const told = () => watch.next();
  const found = await compared(
    'a watch tells the drift of a VIF',
    (i) => soonAfter('ip', ['link', 'set', vif.vifName, 'mtu', `${1300 + i}`], told),
    'ip until its end',
    null,
  );
  await watch.return();
  await osVif.unplug(vif, instance);
  return found;
}

/** Seconds of the processor for one change of a device that no VIF uses. */
async function storm() {
  await host.links.create({ kind: 'bridge', name: 'storm', up: true });
  const attachments = Array.from({ length: WATCHED }, (_, i) => ({ vif: tap(i + 1), instance }));
  await osVif.plugAll(attachments);
  const times = await inTurn(STORM_ROUNDS, {
    async watch() {
      const watch = osVif.watch(attachments, { interval: 0 });
      await watch.next();
      let isOver = false;
      const isLost = watch.next().then(() => !isOver);
      const seconds = await processorDuring(changeDevice);
      isOver = true;
      await watch.return();
      if (await isLost) throw new Error('the watch told something during the storm');
      return seconds;
    },
    async bare() {
      let count = 0;
      const end = receiveLinkEvents(() => {
        count += 1;
      });
      const seconds = await processorDuring(changeDevice);
      end();
      if (count < STORM) throw new Error(`only ${count} events of ${STORM} came`);
      return seconds;
    },
  });
  await osVif.unplugAll(attachments);
  return row({
    name: `a storm of ${STORM} changes, with ${WATCHED} watched VIFs: processor per change`,
    ours: times.watch,
    theirs: times.bare,
    beside: 'receiving and decoding alone',
    as: 'times the time of',
    goal: { atMost: 2 },
  });
}

async function changeDevice() {
  const program = spawn('ip', ['-batch', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  program.stdin.end(Array.from({ length: STORM }, (_, i) => `link set storm mtu ${1400 + (i % 2)}\n`).join(''));
  await once(program, 'exit');
  // The last events are read after the end of the program.
  await new Promise((resolve) => setTimeout(resolve, 100));
}

async function processorDuring(action) {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / STORM;
}
