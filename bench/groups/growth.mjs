// How the time of one plug grows with what is on the host already: links in the kernel, and ports on the bridge in Open vSwitch's database.
// The database is alone: ovs-vswitchd takes longer with every port, whoever adds it.
import { execFileSync } from 'node:child_process';
import { LinuxHost, OsVif, OvsPlugin } from 'os-vif/host';
import { row, secondsUntil } from '../measure.mjs';
import { startOvs } from '../ovs.mjs';
import { createPort, instance, tap } from '../vifs.mjs';

const ROUNDS = 41;
const SIZES = [500, 2000];

const rows = [];
for (const size of SIZES) {
  const [none, many] = [await openOvs(0), await openOvs(size)];
  rows.push(...(await compare(`create_port, ${size} ports on the bridge`, 'an empty bridge', createPort, none, many)));
  await none.close();
  await many.close();
}
// In one namespace, so one after the other: first without.
const host = await LinuxHost.open();
const osVif = await OsVif.open({ host });
const alone = await rounds(osVif, tap);
let links = 0;
for (const size of SIZES) {
  addLinks(links, size);
  links = size;
  const among = await rounds(osVif, tap);
  for (const verb of ['plug', 'unplug'])
    rows.push(grown(`${verb}: tap, ${size} links on the host`, among[verb], alone[verb], 'an empty host'));
}
await host.close();
process.send(rows, () => process.disconnect());

async function compare(name, beside, make, none, many) {
  const [before, after] = [
    { plug: [], unplug: [] },
    { plug: [], unplug: [] },
  ];
  for (let round = 0; round < ROUNDS; round++) {
    await oneRound(none.osVif, make(round + 1), before);
    await oneRound(many.osVif, make(round + 1), after);
  }
  return ['plug', 'unplug'].map((verb) => grown(`${verb}: ${name}`, after[verb], before[verb], beside));
}

async function rounds(osVif, make) {
  const times = { plug: [], unplug: [] };
  for (let round = 0; round < ROUNDS; round++) await oneRound(osVif, make(round + 1), times);
  return times;
}

async function oneRound(osVif, vif, times) {
  times.plug.push(await secondsUntil(() => osVif.plug(vif, instance)));
  times.unplug.push(await secondsUntil(() => osVif.unplug(vif, instance)));
}

function grown(name, ours, theirs, beside) {
  return row({ name, ours, theirs, beside, as: 'times the time with', goal: { atMost: 1.3 } });
}

async function openOvs(ports) {
  const ovs = await startOvs({ withSwitch: false });
  const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
  const osVif = await OsVif.open({ host, plugins: [new OvsPlugin({ waitFor: 'none' })] });
  await host.ovsdb.change(() => [
    { edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' },
    ...Array.from({ length: ports }, (_, i) => ({
      edit: 'add-port',
      bridge: 'br-int',
      name: `other${i}`,
      interface: { externalIds: { 'iface-id': `id ${i}`, 'iface-status': 'active' } },
    })),
  ]);
  const close = async () => {
    await host.close();
    ovs.stop();
  };
  return { osVif, close };
}

/** Pairs of veth devices: two links each. */
function addLinks(from, to) {
  const lines = [];
  for (let i = from; i < to; i += 2) lines.push(`link add other${i} type veth peer name other${i + 1}`);
  execFileSync('ip', ['-batch', '-'], { input: lines.join('\n') });
}
