// An ovsdb-server, and where asked an ovs-vswitchd (userspace datapath), in the benchmark's network namespace or in another.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SCHEMA = ['/usr/share/openvswitch', '/usr/local/share/openvswitch'].map((folder) =>
  join(folder, 'vswitch.ovsschema'),
);
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin:/sbin` };

/** A network namespace beside the benchmark's: a host of its own for the peer. stop() ends it. */
export function openNamespace() {
  const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore', env });
  const isOpen = () => readlinkSync(`/proc/${holder.pid}/ns/net`) !== readlinkSync('/proc/self/ns/net');
  while (!isOpen()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  process.on('exit', () => holder.kill('SIGKILL'));
  return { command: ['nsenter', `--net=/proc/${holder.pid}/ns/net`], stop: () => holder.kill('SIGKILL') };
}

/**
 * A server, and a switch that follows it, of the caller's own: stop() ends them.
 * @param within what precedes commands that are to run in another network namespace
 */
export async function startOvs({ withSwitch, within = [] }) {
  const schema = SCHEMA.find((file) => existsSync(file));
  if (schema === undefined) throw new Error('no vswitch.ovsschema: install openvswitch-switch');
  const folder = mkdtempSync(join(tmpdir(), 'ovs-bench-'));
  const [socket, database] = [join(folder, 'db.sock'), join(folder, 'conf.db')];
  const connection = `unix:${socket}`;
  const children = [];
  const daemon = (...commandLine) => {
    const [command, ...args] = [...within, ...commandLine];
    children.push(spawn(command, args, { stdio: 'ignore', env: { ...env, OVS_RUNDIR: folder } }));
  };
  const vsctl = (...args) =>
    execFileSync('ovs-vsctl', [`--db=${connection}`, '--no-wait', ...args], { encoding: 'utf8', env }).trim();
  execFileSync('ovsdb-tool', ['create', database, schema], { env });
  daemon(
    'ovsdb-server',
    `--remote=punix:${socket}`,
    `--unixctl=${join(folder, 'db.ctl')}`,
    '--no-chdir',
    '-vconsole:off',
    database,
  );
  while (!existsSync(socket)) await sleep(20);
  vsctl('init');
  if (withSwitch) {
    const [command, ...args] = [...within, 'ip', 'link', 'set', 'lo', 'up'];
    execFileSync(command, args, { env });
    daemon(
      'ovs-vswitchd',
      connection,
      `--unixctl=${join(folder, 'sw.ctl')}`,
      '--no-chdir',
      '-vconsole:off',
      '--disable-system',
    );
    vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev');
    // What ovs-vswitchd tells while it starts may be lost; with a new next_cfg it tells again.
    for (let next = 1; vsctl('get', 'interface', 'br-int', 'ofport') === '[]'; next++) {
      await sleep(50);
      vsctl('set', 'Open_vSwitch', '.', `next_cfg=${next}`);
    }
  }
  /**
   * The processor time of ovs-vswitchd in seconds (proc(5): utime and stime, in hundredths of a
   * second).
   */
  const switchSeconds = () => {
    const fields = readFileSync(`/proc/${children[1].pid}/stat`, 'utf8').split(' ');
    return (Number(fields[13]) + Number(fields[14])) / 100;
  };
  const stop = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  // Also where the benchmark fails.
  process.on('exit', stop);
  return { connection, vsctl, switchSeconds, stop };
}
