// Two builds of this package in one process, in turn: `npm run bench:compare -- FOLDER`. FOLDER holds the earlier build.
// A ratio above 1 means that this build takes longer. The rows `again` compare this build with itself: they show the noise.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import Table from 'cli-table3';
import { median, secondsPerCall, secondsUntil } from './measure.mjs';
import { startOvs } from './ovs.mjs';
import { NETWORK, PORT, SUBNETS } from './payloads.mjs';

const ROUNDS = 25;
const IN_A_ROW = 20;
const INSIDE = '--inside-namespace';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('npm run bench:compare -- FOLDER: the folder of an earlier version, in which `npm run build` was run');
  process.exit(2);
}
if (!process.argv.includes(INSIDE)) {
  // A network namespace of its own, so that nothing touches the machine's network.
  const script = fileURLToPath(import.meta.url);
  const args = ['--net', process.execPath, '--expose-gc', script, folder, INSIDE];
  process.exit(spawnSync('unshare', args, { stdio: 'inherit' }).status ?? 1);
}

const here = fileURLToPath(new URL('..', import.meta.url));
const ovs = await startOvs({ withSwitch: true });
const sides = {
  before: await openSide(resolve(folder), 1),
  after: await openSide(here, 2),
  again: await openSide(here, 3),
};
const times = new Map();
for (let round = 0; round < ROUNDS; round++) {
  const order = Object.entries(sides);
  for (let turn = 0; turn < round % order.length; turn++) order.push(order.shift());
  for (const [name, side] of order) {
    globalThis.gc();
    for (const [task, seconds] of await side.measure()) note(`${task} ${name}`, seconds);
  }
}
for (const { host } of Object.values(sides)) await host.close();
ovs.stop();
print();

/** A build: its library, a host and VIFs of its own. */
async function openSide(root, number) {
  const entry = (name) => import(pathToFileURL(resolve(root, 'dist/entries', `${name}.js`)).href);
  const [model, { LinuxHost, OsVif }] = [await entry('index'), await entry('host')];
  const [{ vifFromPort }, { toInterfaceXml }] = [await entry('neutron'), await entry('libvirt')];
  const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
  const osVif = await OsVif.open({ host });
  const instance = new model.InstanceInfo({ uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a', name: 'guest' });
  const { hybrid, tap } = vifsOf(model, number);
  const large = JSON.parse(readFileSync(new URL('../examples/ovs-vif.json', import.meta.url), 'utf8'));
  const vif = model.VersionedObject.fromPrimitive(large);
  const calls = {
    fromPrimitive: () => model.VersionedObject.fromPrimitive(large),
    toPrimitive: () => vif.toPrimitive(),
    validate: () => model.validate(large),
    'toPlain and fromPlain': () => vif.constructor.fromPlain(vif.toPlain()),
    vifFromPort: () => vifFromPort(PORT, { network: NETWORK, subnets: SUBNETS }),
    toInterfaceXml: () => toInterfaceXml(vif, { virtType: 'kvm' }),
  };
  async function measure() {
    const found = Object.entries(calls).map(([name, call]) => [name, secondsPerCall(call)]);
    for (const [kind, vifs] of Object.entries({ tap, hybrid })) {
      for (const verb of ['plug', 'unplug'])
        found.push([`${verb}, ${kind}`, await secondsUntil(() => each(vifs, (one) => osVif[verb](one, instance)))]);
      const attachments = vifs.map((one) => ({ vif: one, instance }));
      for (const verb of ['plugAll', 'unplugAll'])
        found.push([`${verb}, ${kind}`, await secondsUntil(() => osVif[verb](attachments))]);
    }
    return found;
  }
  return { host, measure };
}

async function each(vifs, action) {
  for (const vif of vifs) await action(vif);
}

function vifsOf({ Network, VIFBridge, VIFGeneric, VIFPortProfileOpenVSwitch }, side) {
  const made = Array.from({ length: IN_A_ROW }, (_, i) => {
    const id = `${side}${i.toString(16).padStart(7, '0')}-3c8d-4f44-8fb4-e1d33c16a536`;
    const name = id.slice(0, 11);
    const address = `fa:16:3e:00:0${side}:${i.toString(16).padStart(2, '0')}`;
    const network = new Network({ id: NETWORK.id, bridge: 'br-int', mtu: 1450 });
    const portProfile = new VIFPortProfileOpenVSwitch({ interfaceId: id, profileId: '', datapathType: 'netdev' });
    return {
      tap: new VIFGeneric({ id, plugin: 'tap', address, vifName: `tap${name}`, network }),
      hybrid: new VIFBridge({
        id,
        plugin: 'ovs',
        address,
        vifName: `tap${name}`,
        bridgeName: `qbr${name}`,
        network,
        portProfile,
      }),
    };
  });
  return { tap: made.map(({ tap }) => tap), hybrid: made.map(({ hybrid }) => hybrid) };
}

function note(key, value) {
  times.set(key, [...(times.get(key) ?? []), value]);
}

function print() {
  const table = new Table({
    head: ['task', 'before', 'after', 'after / before', 'after / again'],
    style: { head: [] },
  });
  const tasks = [...times.keys()].filter((key) => key.endsWith(' after')).map((key) => key.slice(0, -' after'.length));
  for (const task of tasks) {
    const [before, after, again] = ['before', 'after', 'again'].map((side) => times.get(`${task} ${side}`));
    const ratio = (others) => median(after.map((seconds, i) => seconds / others[i])).toFixed(2);
    const micros = (all) => `${(median(all) * 1e6).toFixed(1)} µs`;
    table.push([task, micros(before), micros(after), ratio(before), ratio(again)]);
  }
  console.log(table.toString());
}
