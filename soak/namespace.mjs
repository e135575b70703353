// A network namespace of the soak's own, with a wire, an ovsdb-server and an ovs-vswitchd (userspace datapath) that can crash and come back.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESS, LEASED, UPLINK, WIRE } from './kinds.mjs';

const SCHEMAS = ['/usr/share/openvswitch', '/usr/local/share/openvswitch'].map((folder) =>
  join(folder, 'vswitch.ovsschema'),
);
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin:/sbin` };

/** Runs the calling script again in a network namespace of its own, so that nothing touches the machine's network. */
export async function enterNamespace() {
  if (process.env.OS_VIF_SOAK_NETNS === 'entered') return;
  const command = ['--net', process.execPath, '--expose-gc', ...process.argv.slice(1)];
  const child = spawn('unshare', command, {
    stdio: 'inherit',
    env: { ...env, OS_VIF_SOAK_NETNS: 'entered', OS_VIF_SOAK_VLANS: knowsVlans() ? 'yes' : 'no' },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const [status] = await once(child, 'exit');
  process.exit(status ?? 1);
}

/** Some kernels lack the module 8021q. */
function knowsVlans() {
  const tries = 'ip link add a type veth peer name b && ip link add link a name v type vlan id 1';
  return spawnSync('unshare', ['--net', 'sh', '-c', tries], { env, stdio: 'ignore' }).status === 0;
}

/** Runs a command to its end and returns what it printed. */
export function run(command, ...args) {
  return execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The same, where it may fail; returns whether it did not. */
export function attempt(command, ...args) {
  return spawnSync(command, args, { env, stdio: 'ignore' }).status === 0;
}

export async function startHost() {
  const schema = SCHEMAS.find((file) => existsSync(file));
  if (schema === undefined) throw new Error('no vswitch.ovsschema: install openvswitch-switch');
  const folder = mkdtempSync(join(tmpdir(), 'os-vif-soak-'));
  const [socket, database] = [join(folder, 'db.sock'), join(folder, 'conf.db')];
  const connection = `unix:${socket}`;
  const quiet = ['--no-chdir', '-vconsole:off'];
  const commands = {
    'ovsdb-server': [`--remote=punix:${socket}`, `--unixctl=${join(folder, 'db.ctl')}`, ...quiet, database],
    'ovs-vswitchd': [connection, `--unixctl=${join(folder, 'sw.ctl')}`, ...quiet, '--disable-system'],
  };
  const running = new Map();

  const start = (name) =>
    running.set(name, spawn(name, commands[name], { stdio: 'ignore', env: { ...env, OVS_RUNDIR: folder } }));
  const end = async (name, signal) => {
    const child = running.get(name);
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await ended;
    }
  };
  const vsctl = (...args) => run('ovs-vsctl', `--db=${connection}`, '--no-wait', '--timeout=30', ...args).trim();

  run('ip', 'link', 'set', 'lo', 'up');
  run('ip', 'link', 'add', WIRE, 'up', 'type', 'veth', 'peer', 'name', 'wire1');
  run('ip', 'link', 'set', 'wire1', 'up');
  // The MTU of the network: a plug raises a smaller one, and never lowers it.
  for (const [name, far] of [
    [UPLINK, 'uplink1'],
    [LEASED, 'leased1'],
  ]) {
    run('ip', 'link', 'add', name, 'mtu', '1450', 'up', 'type', 'veth', 'peer', 'name', far);
    run('ip', 'link', 'set', far, 'up');
  }
  run('ip', 'address', 'add', ADDRESS, 'dev', UPLINK);
  run('ip', 'route', 'add', 'default', 'via', '192.0.2.1');
  run('ovsdb-tool', 'create', database, schema);
  start('ovsdb-server');
  await answers(socket);
  vsctl('init');
  start('ovs-vswitchd');
  while (!vsctl('get', 'Open_vSwitch', '.', 'datapath_types').includes('netdev')) await sleep(20);

  return {
    connection,
    vsctl,
    /** Ends a daemon by a signal, and starts it again after a pause in ms. */
    async restart(name, signal, pause) {
      await end(name, signal);
      await sleep(pause);
      start(name);
      if (name === 'ovsdb-server') await answers(socket);
    },
    async stop() {
      for (const name of running.keys()) await end(name, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(socket) {
  for (let tries = 0; tries < 500; tries++) {
    const probe = connect(socket);
    const isUp = await Promise.race([
      once(probe, 'connect').then(() => true),
      once(probe, 'error').then(() => false),
    ]).catch(() => false);
    probe.destroy();
    if (isUp) return;
    await sleep(10);
  }
  throw new Error(`ovsdb-server does not answer on ${socket}`);
}
