// One VIF after the other, beside Python os-vif (native OVSDB driver, no privilege daemon) and beside the bare requests.
// Each side has a network namespace with an ovsdb-server and an ovs-vswitchd of its own, as an agent has on its host; the other side
// rests meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { LinuxHost, OsVif, OvsPlugin } from 'os-vif/host';
import { bareRequests } from '../bare.mjs';
import { row, secondsUntil } from '../measure.mjs';
import { openNamespace, startOvs } from '../ovs.mjs';
import { startPython } from '../python-peer.mjs';
import { createPort, createTap, hybrid, instance, tap } from '../vifs.mjs';

const ROUNDS = 15;
/** Calls of each side before the first that counts: an agent that plugs VIFs runs for months. */
const WARM_UP = 1000;
/** How many VIFs a compute node may have, and rounds with as many. */
const [MANY, ROUNDS_WITH_MANY] = [100, 7];
/** ms in which ovs-vswitchd gets done with what was before. */
const SETTLE_MS = 30;
/** What Python's version of the VIFs takes: os-vif 3.0.0 knows no newer ones. */
const MANIFEST = { VIFPortProfileOpenVSwitch: '1.3' };

const otherHost = openNamespace();
const { command: within } = otherHost;
const [own, other] = [await startOvs({ withSwitch: true }), await startOvs({ withSwitch: true, within })];
const host = await LinuxHost.open({ ovsdb: { connection: own.connection } });
const [osVif, hasty] = [
  await OsVif.open({ host }),
  await OsVif.open({ host, plugins: [new OvsPlugin({ waitFor: 'none' })] }),
];
const python = startPython('plug_peer.py', { args: [other.connection], within });

const ours =
  (verb, through = osVif) =>
  (vif) =>
    secondsUntil(() => through[verb](vif, instance));
/** Python os-vif 3.0.0 makes no TAPs itself. */
const theirs = (verb) => (vif) => {
  const primitive = vif.toPrimitive({ versionManifest: { ...MANIFEST, [vif.type]: '1.0' } });
  const withTap = verb === 'plug' && vif.portProfile.createTap ? ' with tap' : '';
  return python.ask({ verb: verb + withTap, vif: primitive, instance: instance.toPrimitive() });
};

/** Numbers that no VIF had yet: nothing is found as it was left. */
let last = 0;
const some = (make, count) => Array.from({ length: count }, () => make(++last));

/** Seconds a VIF for a row of them, plugged one after the other and then unplugged. */
async function inRow(make, count, plug, unplug) {
  await sleep(SETTLE_MS);
  const vifs = some(make, count);
  const [plugs, unplugs] = [[], []];
  for (const vif of vifs) plugs.push(await plug(vif));
  await sleep(SETTLE_MS);
  for (const vif of vifs) unplugs.push(await unplug(vif));
  const mean = (seconds) => seconds.reduce((sum, one) => sum + one, 0) / count;
  return { plug: mean(plugs), unplug: mean(unplugs) };
}

for (let i = 0; i < WARM_UP; i++) {
  for (const [verb, vif] of [
    ['plug', createPort(1)],
    ['unplug', createPort(1)],
  ]) {
    await ours(verb)(vif);
    await theirs(verb)(vif);
  }
}

/** Which devices they are is known before: that look is not timed. */
const leastUnplug = (least) => async (vif) => {
  const indexes = await least.find(vif);
  return secondsUntil(() => least.unplug(vif, indexes));
};

const CASES = [
  { name: 'create_port, 20 in a row', make: createPort, count: 20, goal: 4 },
  { name: 'create_port, one after a pause', make: createPort, count: 1 },
  { name: 'create_tap, 10 in a row', make: createTap, count: 10, goal: 6 },
  { name: 'hybrid, 10 in a row', make: hybrid, count: 10, goal: 4 },
  { name: 'hybrid, 10 in a row, not waiting for the switch', make: hybrid, count: 10, through: hasty },
  { name: 'hybrid, one after a pause', make: hybrid, count: 1 },
];
const CASES_WITH_MANY = [
  { name: `create_port, 20 in a row beside ${MANY} others`, make: createPort, count: 20 },
  { name: `hybrid, 10 in a row beside ${MANY} others`, make: hybrid, count: 10 },
  {
    name: `hybrid, 10 in a row beside ${MANY} others, not waiting`,
    make: hybrid,
    count: 10,
    through: hasty,
  },
];
const bare = bareRequests(host);
const BARE_CASES = [
  { name: 'create_port beside one transaction', make: createPort, count: 20, least: bare.createPort },
  { name: 'tap', make: tap, count: 10, least: bare.tap },
  { name: 'create_tap, not waiting for the switch', make: createTap, count: 10, through: hasty, least: bare.createTap },
  { name: 'hybrid, not waiting for the switch', make: hybrid, count: 10, through: hasty, least: bare.hybrid },
];

const found = new Map();
const note = (key, value) => found.set(key, [...(found.get(key) ?? []), value]);
async function beside(name, { make, count, through }) {
  note(`${name} ours`, await inRow(make, count, ours('plug', through), ours('unplug', through)));
  note(`${name} theirs`, await inRow(make, count, theirs('plug'), theirs('unplug')));
}
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, ...each } of CASES) await beside(name, each);
  for (const { name, make, count, through, least } of BARE_CASES) {
    note(`${name} ours`, await inRow(make, count, ours('plug', through), ours('unplug', through)));
    note(`${name} bare`, await inRow(make, count, (vif) => secondsUntil(() => least.plug(vif)), leastUnplug(least)));
  }
}
for (const vif of some(hybrid, MANY)) {
  await ours('plug')(vif);
  await theirs('plug')(vif);
}
for (let round = 0; round < ROUNDS_WITH_MANY; round++)
  for (const { name, ...each } of CASES_WITH_MANY) await beside(name, each);
python.stop();
await host.close();
own.stop();
other.stop();
otherHost.stop();

const times = (key, verb) => found.get(key).map((each) => each[verb]);
const rows = [
  ...[...CASES, ...CASES_WITH_MANY].flatMap(({ name, goal }) =>
    ['plug', 'unplug'].map((verb) =>
      row({
        name: `${verb}: ${name}`,
        ours: times(`${name} ours`, verb),
        theirs: times(`${name} theirs`, verb),
        beside: 'Python os-vif',
        goal: goal && { atLeast: verb === 'plug' ? goal : 1.43 },
      }),
    ),
  ),
  ...BARE_CASES.flatMap(({ name, make }) =>
    ['plug', 'unplug'].map((verb) =>
      row({
        name: `${verb}: ${name}`,
        ours: times(`${name} ours`, verb),
        theirs: times(`${name} bare`, verb),
        beside: 'the bare requests',
        as: 'times the time of',
        goal: make === createPort ? undefined : { atMost: verb === 'plug' ? 1.5 : 1.15 },
      }),
    ),
  ),
];
process.send(rows, () => process.disconnect());
