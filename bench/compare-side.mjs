// One side of compare.mjs: a build, and a host and VIFs of its own. It measures the tasks that its parent asks for.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { secondsPerCall, secondsUntil } from './measure.mjs';
import { startOvs } from './ovs.mjs';
import { NETWORK, PORT, SUBNETS } from './payloads.mjs';

const IN_A_ROW = 20;
const AT_ONCE = 60;
const VALIDATIONS = 2000;
const DEVICES = 500;
const LISTS = 20;

const [root] = process.argv.slice(2);
const entry = (name) => import(pathToFileURL(resolve(root, 'dist/entries', `${name}.js`)).href);
const [model, { LinuxHost, OsVif }] = [await entry('index'), await entry('host')];
const [{ vifFromPort }, { toInterfaceXml }] = [await entry('neutron'), await entry('libvirt')];

const ovs = await startOvs({ withSwitch: true });
const host = await LinuxHost.open({ ovsdb: { connection: ovs.connection } });
const osVif = await OsVif.open({ host });
const instance = new model.InstanceInfo({ uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a', name: 'guest' });
const crowd = await openCrowd();
const tasks = {
  ...modelTasks(),
  ...plugTasks('tap', tapOf),
  ...plugTasks('hybrid', hybridOf),
  'decode links.list': decodeList,
};

process.on('message', async (task) => {
  globalThis.gc();
  const [start, used] = [performance.now(), process.cpuUsage()];
  const seconds = await tasks[task]();
  const { user, system } = process.cpuUsage(used);
  const busy = (user + system) / 1000 / (performance.now() - start);
  process.send({ seconds, cpu: seconds * busy });
});
process.on('disconnect', async () => {
  await crowd.close();
  await host.close();
  ovs.stop();
});
process.send(Object.keys(tasks));

function modelTasks() {
  const large = JSON.parse(readFileSync(new URL('../examples/ovs-vif.json', import.meta.url), 'utf8'));
  const vif = model.VersionedObject.fromPrimitive(large);
  return {
    fromPrimitive: () => secondsPerCall(() => model.VersionedObject.fromPrimitive(large)),
    toPrimitive: () => secondsPerCall(() => vif.toPrimitive()),
    validate: async () => {
      // A validation goes on after it has returned its promise.
      const repeat = async () => {
        for (let i = 0; i < VALIDATIONS; i++) await model.validate(large);
      };
      return (await secondsUntil(repeat)) / VALIDATIONS;
    },
    'toPlain and fromPlain': () => secondsPerCall(() => vif.constructor.fromPlain(vif.toPlain())),
    vifFromPort: () => secondsPerCall(() => vifFromPort(PORT, { network: NETWORK, subnets: SUBNETS })),
    toInterfaceXml: () => secondsPerCall(() => toInterfaceXml(vif, { virtType: 'kvm' })),
  };
}

/** A host with many devices, in a network namespace of its own. */
async function openCrowd() {
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip -batch - && echo ready && exec sleep infinity']);
  const lines = Array.from({ length: DEVICES / 2 }, (_, i) => `link add a${i} type veth peer name b${i}\n`);
  holder.stdin.end(lines.join(''));
  await once(holder.stdout, 'data');
  const crowded = await LinuxHost.open({ netns: `/proc/${holder.pid}/ns/net` });
  const close = async () => {
    await crowded.close();
    holder.kill();
  };
  return { links: crowded.links, close };
}

/** The time of the process outside of the kernel for one list: the kernel writes the list in the calls of the process. */
async function decodeList() {
  const { user: before } = process.cpuUsage();
  for (let i = 0; i < LISTS; i++) await crowd.links.list();
  return (process.cpuUsage().user - before) / 1e6 / LISTS;
}

/** The tasks run in this order: each unplug follows its plug. */
function plugTasks(kind, vifOf) {
  const one = Array.from({ length: IN_A_ROW }, (_, i) => vifOf(i));
  const many = Array.from({ length: AT_ONCE }, (_, i) => ({ vif: vifOf(i), instance }));
  const eachOf = (verb) => async () => {
    for (const vif of one) await osVif[verb](vif, instance);
  };
  return {
    [`plug, ${kind}`]: () => secondsUntil(eachOf('plug')),
    [`unplug, ${kind}`]: () => secondsUntil(eachOf('unplug')),
    [`plugAll, ${kind}`]: () => secondsUntil(() => osVif.plugAll(many)),
    [`unplugAll, ${kind}`]: () => secondsUntil(() => osVif.unplugAll(many)),
  };
}

function tapOf(i) {
  const { VIFGeneric } = model;
  return new VIFGeneric({ ...commonOf(i), plugin: 'tap' });
}

function hybridOf(i) {
  const { VIFBridge, VIFPortProfileOpenVSwitch } = model;
  const common = commonOf(i);
  const profile = { interfaceId: common.id, profileId: '', datapathType: 'netdev' };
  return new VIFBridge({
    ...common,
    plugin: 'ovs',
    bridgeName: `qbr${common.id.slice(0, 11)}`,
    portProfile: new VIFPortProfileOpenVSwitch(profile),
  });
}

function commonOf(i) {
  const id = `1${i.toString(16).padStart(7, '0')}-3c8d-4f44-8fb4-e1d33c16a536`;
  return {
    id,
    address: `fa:16:3e:00:01:${i.toString(16).padStart(2, '0')}`,
    vifName: `tap${id.slice(0, 11)}`,
    network: new model.Network({ id: NETWORK.id, bridge: 'br-int', mtu: 1450 }),
  };
}
