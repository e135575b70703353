// An ovsdb-server, and where asked an ovs-vswitchd (userspace datapath), in the benchmark's network namespace.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SCHEMA = ['/usr/share/openvswitch', '/usr/local/share/openvswitch'].map((folder) =>
  join(folder, 'vswitch.ovsschema'),
);
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin:/sbin` };

/** A server, and a switch that follows it, of the caller's own: stop() ends them. */
export async function startOvs({ withSwitch }) {
  const schema = SCHEMA.find((file) => existsSync(file));
  if (schema === undefined) throw new Error('no vswitch.ovsschema: install openvswitch-switch');
  const folder = mkdtempSync(join(tmpdir(), 'ovs-bench-'));
  const [socket, database] = [join(folder, 'db.sock'), join(folder, 'conf.db')];
  const connection = `unix:${socket}`;
  const children = [];
  const daemon = (command, args) =>
    children.push(spawn(command, args, { stdio: 'ignore', env: { ...env, OVS_RUNDIR: folder } }));
  const vsctl = (...args) =>
    execFileSync('ovs-vsctl', [`--db=${connection}`, '--no-wait', ...args], { encoding: 'utf8', env }).trim();
  execFileSync('ovsdb-tool', ['create', database, schema], { env });
  daemon('ovsdb-server', [
    `--remote=punix:${socket}`,
    `--unixctl=${join(folder, 'db.ctl')}`,
    '--no-chdir',
    '-vconsole:off',
    database,
  ]);
  while (!existsSync(socket)) await sleep(20);
  vsctl('init');
  if (withSwitch) {
    execFileSync('ip', ['link', 'set', 'lo', 'up'], { env });
    daemon('ovs-vswitchd', [
      connection,
      `--unixctl=${join(folder, 'sw.ctl')}`,
      '--no-chdir',
      '-vconsole:off',
      '--disable-system',
    ]);
    while (!vsctl('get', 'Open_vSwitch', '.', 'datapath_types').includes('netdev')) await sleep(20);
  }
  return {
    connection,
    vsctl,
    stop() {
      for (const child of children) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
