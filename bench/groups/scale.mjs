// Many VIFs of one host: checks on one snapshot, and unplugs that callers start at the same time.

import { LinuxHost, OsVif } from 'os-vif/host';
import { dumpLinks } from '../bare-dump.mjs';
import { inTurn, row, secondsUntil } from '../measure.mjs';
import { startOvs } from '../ovs.mjs';
import { createTap, hybrid, instance, tap } from '../vifs.mjs';

const ROUNDS = 3;
/** A check changes nothing, so it can be repeated more often. */
const CHECK_ROUNDS = 9;

/** The VIFs of each check, and how many there are. */
const CHECKS = [
  ['TAP', tap, 1000],
  ['create_tap', createTap, 1000],
  ['hybrid', hybrid, 1000],
];
/** The numbers of unplugs at the same time. */
const UNPLUGS = [64, 300];
/** The TAPs beside which the bare list of devices is measured. */
const TAPS = 5000;
/** create_tap VIFs on a host: with more of them, ovs-vswitchd takes longer for each. */
const FEW = 200;
const MANY = 1000;

const ovs = await startOvs({ withSwitch: true });
const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
const osVif = await OsVif.open({ host });
const rows = [];
for (const [name, vifOf, count] of CHECKS) rows.push(await checks(name, vifOf, count));
for (const count of UNPLUGS) rows.push(await unplugs(count));
rows.push(...(await checkBesideDump()), ...(await growthOfSwitch()));
await host.close();
ovs.stop();
rows.push(await collectWithoutSwitch());
process.send(rows, () => process.disconnect());

function attachmentsOf(vifOf, count) {
  return Array.from({ length: count }, (_, i) => ({ vif: vifOf(i + 1), instance }));
}

async function checks(name, vifOf, count) {
  const attachments = attachmentsOf(vifOf, count);
  await osVif.plugAll(attachments);
  const oneByOne = async () => {
    for (const { vif } of attachments) await osVif.check(vif, instance);
  };
  // The first calls run before V8 has compiled the code.
  await osVif.checkAll(attachments);
  await oneByOne();
  const times = await inTurn(CHECK_ROUNDS, {
    together: () => secondsUntil(() => osVif.checkAll(attachments)),
    oneByOne: () => secondsUntil(oneByOne),
  });
  await osVif.unplugAll(attachments);
  return row({
    name: `checkAll: ${count} ${name} VIFs`,
    ours: times.together,
    theirs: times.oneByOne,
    beside: 'check one by one',
    goal: { atLeast: 4 },
  });
}

async function unplugs(count) {
  const attachments = attachmentsOf(tap, count);
  const afterPlug = async (unplug) => {
    await osVif.plugAll(attachments);
    return secondsUntil(unplug);
  };
  const times = await inTurn(ROUNDS, {
    single: () => afterPlug(() => Promise.all(attachments.map(({ vif }) => osVif.unplug(vif, instance)))),
    together: () => afterPlug(() => osVif.unplugAll(attachments)),
  });
  return row({
    name: `${count} calls of unplug at the same time: TAP`,
    ours: times.single,
    theirs: times.together,
    beside: 'unplugAll',
    as: 'times the time of',
    goal: { atMost: 1.5 },
  });
}

async function checkBesideDump() {
  const attachments = attachmentsOf(tap, TAPS);
  const vifs = attachments.map(({ vif }) => vif);
  await osVif.plugAll(attachments);
  await osVif.checkAll(attachments);
  const times = await inTurn(CHECK_ROUNDS, {
    check: () => secondsUntil(() => osVif.checkAll(attachments)),
    list: () => secondsUntil(() => host.links.list()),
    collect: () => secondsUntil(() => osVif.collectGarbage(vifs, { dryRun: true })),
    dump: () => secondsUntil(async () => dumpLinks()),
  });
  await osVif.unplugAll(attachments);
  const beside = (name, ours, theirs, what, goal) =>
    row({ name, ours, theirs, beside: what, as: 'times the time of', goal });
  return [
    beside(`checkAll: ${TAPS} TAPs`, times.check, times.list, 'one list of devices', { atMost: 2.5 }),
    beside(`collectGarbage (dry run) among ${TAPS} TAPs`, times.collect, times.list, 'one list of devices'),
    beside(`links.list among ${TAPS} TAPs`, times.list, times.dump, 'the bytes of that list'),
  ];
}

/**
 * How long `plugAll` takes for one VIF, and how long ovs-vswitchd works for it, among few and among
 * many.
 */
async function growthOfSwitch() {
  const measure = async (count) => {
    const attachments = attachmentsOf(createTap, count);
    const before = ovs.switchSeconds();
    const wall = await secondsUntil(() => osVif.plugAll(attachments));
    const work = ovs.switchSeconds() - before;
    await osVif.unplugAll(attachments);
    return { wall: wall / count, work: work / count };
  };
  const few = await measure(FEW);
  const many = await measure(MANY);
  const as = 'times the time of';
  const name = `plugAll of ${MANY} create_tap VIFs, each`;
  return [
    row({ name, ours: [many.wall], theirs: [few.wall], beside: `each of ${FEW}`, as }),
    row({ name: `${name}: work of ovs-vswitchd`, ours: [many.work], theirs: [few.work], beside: `each of ${FEW}`, as }),
    row({
      name: `${name}: work of ovs-vswitchd`,
      ours: [many.work],
      theirs: [many.wall],
      beside: 'the whole plug',
      as,
    }),
  ];
}

async function collectWithoutSwitch() {
  const alone = await LinuxHost.open({ ovsdb: { connection: 'unix:/nowhere/db.sock' } });
  const times = [];
  const library = await OsVif.open({ host: alone, closeHost: true });
  for (let round = 0; round < ROUNDS; round++) times.push(await secondsUntil(() => library.collectGarbage([])));
  await library.close();
  const limit = { theirs: [0.1], beside: 'the limit', as: 'times the time of' };
  return row({
    name: 'collectGarbage without Open vSwitch',
    ours: [Math.min(...times)],
    ...limit,
    goal: { atMost: 1 },
  });
}
