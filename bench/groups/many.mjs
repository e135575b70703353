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
const MANIFEST = { VIFPortProfileOpenVSwitch: '1.3', VIFBridge: '1.0' };

const rows = [];
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
        goal: { atLeast: goal },
      }),
    );
}
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
  process.stderr.write(`longest pause of the event loop: ${(delay.max / 1e6).toFixed(1)} ms\n`);
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
