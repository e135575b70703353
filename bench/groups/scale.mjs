// Many VIFs of one host: checks on one snapshot, and unplugs that callers start at the same time.

import { LinuxHost, OsVif } from 'os-vif/host';
import { inTurn, row, secondsUntil } from '../measure.mjs';
import { startOvs } from '../ovs.mjs';
import { createTap, hybrid, instance, tap } from '../vifs.mjs';

const ROUNDS = 3;

/** The VIFs of each check, and how many there are. */
const CHECKS = [
  ['TAP', tap, 1000],
  ['create_tap', createTap, 1000],
  ['hybrid', hybrid, 300],
];
/** The numbers of unplugs at the same time. */
const UNPLUGS = [64, 300];

const ovs = await startOvs({ withSwitch: true });
const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
const osVif = await OsVif.open({ host });
const rows = [];
for (const [name, vifOf, count] of CHECKS) rows.push(await checks(name, vifOf, count));
for (const count of UNPLUGS) rows.push(await unplugs(count));
await host.close();
ovs.stop();
process.send(rows, () => process.disconnect());

function attachmentsOf(vifOf, count) {
  return Array.from({ length: count }, (_, i) => ({ vif: vifOf(i + 1), instance }));
}

async function checks(name, vifOf, count) {
  const attachments = attachmentsOf(vifOf, count);
  await osVif.plugAll(attachments);
  const times = await inTurn(ROUNDS, {
    together: () => secondsUntil(() => osVif.checkAll(attachments)),
    oneByOne: () =>
      secondsUntil(async () => {
        for (const { vif } of attachments) await osVif.check(vif, instance);
      }),
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
