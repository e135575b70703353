// Open vSwitch VIFs side by side with Debian's Python os-vif (python3-os-vif, native OVSDB driver, no privilege daemon) in one run:
// one kernel, one ovsdb-server, one ovs-vswitchd, and each figure the median of several rounds in turn.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LinuxHost, OsVif, OvsPlugin } from '../dist/entries/host.js';
import { enterNetns, median, startOvs } from './ovsdb-host.mjs';
import { createPort, hybrid, instance } from './ovsdb-vifs.mjs';

enterNetns();

const ROUNDS = 41;
/** Calls of each side before the first that counts: an agent that plugs VIFs runs for months. */
const WARM_UP = 300;
const SETTLE_MS = 15;

/** What Python's version of the VIFs takes: os-vif 3.0.0 knows no newer ones. */
const MANIFEST = { VIFPortProfileOpenVSwitch: '1.3' };

function startPeer(connection) {
  const script = fileURLToPath(new URL('ovsdb_peer.py', import.meta.url));
  const peer = spawn('/usr/bin/python3', [script, connection], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  const guest = instance.toPrimitive();
  return {
    async run(verb, vif, settle = SETTLE_MS) {
      await sleep(settle);
      const primitive = vif.toPrimitive({ versionManifest: { ...MANIFEST, [vif.type]: '1.0' } });
      peer.stdin.write(`${JSON.stringify({ verb, vif: primitive, instance: guest })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the Python peer ended; is python3-os-vif installed?');
      return JSON.parse(value) * 1000;
    },
    stop: () => peer.kill(),
  };
}

/** Begins when ovs-vswitchd is done with what was before. */
async function timed(action) {
  await sleep(SETTLE_MS);
  const begun = performance.now();
  await action();
  return performance.now() - begun;
}

const ovs = await startOvs({ withSwitch: true });
ovs.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev');
const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });
const peer = startPeer(ovs.connection);

const kinds = { create_port: createPort, hybrid };
const times = new Map();
const note = (what, ms) => {
  times.set(what, [...(times.get(what) ?? []), ms]);
};

/** The devices of a plugged hybrid VIF, deleted by nothing but netlink requests, once its port is out of the way. */
async function bareDeletes(vif) {
  await osVif.plug(vif, instance);
  const short = vif.id.slice(0, 11);
  await host.ovsdb.change(() => [{ edit: 'remove-port', name: `qvo${short}` }]);
  const [bridge, veth] = [await host.links.get(`qbr${short}`), await host.links.get(`qvb${short}`)];
  return timed(async () => {
    await host.links.delete(veth.index);
    await host.links.delete(bridge.index);
  });
}

for (let i = 0; i < WARM_UP; i++) {
  await osVif.plug(createPort(1), instance);
  await osVif.unplug(createPort(1), instance);
  await peer.run('plug', createPort(2), 0);
  await peer.run('unplug', createPort(2), 0);
}
for (let round = 0; round < ROUNDS; round++) {
  for (const [kind, make] of Object.entries(kinds)) {
    const [ours, theirs] = [make(2 * round + 1), make(2 * round + 2)];
    note(`${kind} plug ours`, await timed(() => osVif.plug(ours, instance)));
    note(`${kind} unplug ours`, await timed(() => osVif.unplug(ours, instance)));
    note(`${kind} plug theirs`, await peer.run('plug', theirs));
    note(`${kind} unplug theirs`, await peer.run('unplug', theirs));
  }
  note('bare deletes', await bareDeletes(hybrid(2 * round + 1)));
}
peer.stop();
await host.close();
ovs.stop();

const failures = [];
const expect = (what, holds) => holds || failures.push(what);
const of = (what) => median(times.get(what));
console.log(`Open vSwitch, median of ${ROUNDS} rounds, in ms`);
for (const kind of Object.keys(kinds)) {
  const [plug, theirPlug] = [of(`${kind} plug ours`), of(`${kind} plug theirs`)];
  const [unplug, theirUnplug] = [of(`${kind} unplug ours`), of(`${kind} unplug theirs`)];
  console.log(
    `${kind.padEnd(12)} plug ${plug.toFixed(2)}, Python ${theirPlug.toFixed(2)}: ${(theirPlug / plug).toFixed(1)} times as fast`,
  );
  console.log(
    `${kind.padEnd(12)} unplug ${unplug.toFixed(2)}, Python ${theirUnplug.toFixed(2)}: ${(unplug / theirUnplug).toFixed(2)} of its time`,
  );
  expect(`${kind}: plug at least 4 times as fast`, theirPlug >= 4 * plug);
  expect(`${kind}: unplug at most 0.7 of the time`, unplug <= 0.7 * theirUnplug);
}
const [unplug, bare] = [of('hybrid unplug ours'), of('bare deletes')];
console.log(
  `hybrid unplug beside the bare deletion of its devices, ${bare.toFixed(2)}: ${(unplug / bare).toFixed(2)} times`,
);
expect('hybrid: unplug at most 1.25 times the bare deletions', unplug <= 1.25 * bare);
for (const failure of failures) console.log(`Not met: ${failure}`);
