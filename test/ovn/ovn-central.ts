/** OVN for tests: its two databases and ovn-northd, and an ovn-controller for a host. All end with the test. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { endsWithParent } from '../host/ends-with-parent.ts';
import type { Netns } from '../host/netns.ts';
import { path } from '../host/ovsdb/ovsdb-server.ts';
import { OVS_UNAVAILABLE, type OvsHost } from '../plugins/ovs/ovs-host.ts';

const SCHEMAS = '/usr/share/ovn';

/** Why tests of OVN cannot run here, or undefined. */
export const OVN_UNAVAILABLE: string | undefined = OVS_UNAVAILABLE ?? ovnIsMissing();

export interface OvnCentral {
  /** Runs ovn-nbctl, and waits until ovn-northd has written the result. */
  nbctl(...args: string[]): string;
  sbctl(...args: string[]): string;
  /**
   * Makes the host a chassis of this name, and starts its ovn-controller.
   * @param address the end of its tunnels. Default: 127.0.0.1
   */
  addChassis(name: string, host: OvsHost, address?: string): Promise<Controller>;
}

export interface Controller {
  /** The folder of its control socket. */
  readonly folder: string;
  /** Starts ovn-controller after it was killed. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Lets ovn-controller hang: it accepts connections and answers nothing. */
  stop(): void;
}

export async function startOvn(): Promise<OvnCentral> {
  const folder = mkdtempSync(join(tmpdir(), 'ovn-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const env = { ...process.env, PATH: path, OVN_RUNDIR: folder, OVN_LOGDIR: folder, OVN_DBDIR: folder };
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const connections: string[] = [];
  for (const name of ['nb', 'sb']) {
    const database = join(folder, `${name}.db`);
    const socket = join(folder, `${name}.sock`);
    run('ovsdb-tool', 'create', database, join(SCHEMAS, `ovn-${name}.ovsschema`));
    const args = [database, `--remote=punix:${socket}`, `--unixctl=${join(folder, `${name}.ctl`)}`, '--no-chdir'];
    background('ovsdb-server', args, env);
    await until(() => existsSync(socket), `the database ${name} of OVN`);
    connections.push(`unix:${socket}`);
  }
  const [nb = '', sb = ''] = connections;
  const control = `--unixctl=${join(folder, 'northd.ctl')}`;
  background('ovn-northd', [`--ovnnb-db=${nb}`, `--ovnsb-db=${sb}`, control], env);
  const nbctl = (...args: string[]): string => run('ovn-nbctl', `--db=${nb}`, '--wait=sb', '--timeout=10', ...args);
  const sbctl = (...args: string[]): string => run('ovn-sbctl', `--db=${sb}`, '--timeout=10', ...args);
  nbctl('init');
  nbctl('sync');
  return {
    nbctl,
    sbctl,
    addChassis: async (name, { netns, server }, address = '127.0.0.1') => {
      const ids = Object.entries({
        'system-id': name,
        hostname: name,
        'ovn-remote': sb,
        'ovn-encap-type': 'geneve',
        'ovn-encap-ip': address,
        'ovn-bridge-datapath-type': 'netdev',
      });
      server.vsctl('set', 'Open_vSwitch', '.', ...ids.map(([key, value]) => `external_ids:${key}="${value}"`));
      const isKnown = () => sbctl('--bare', '--columns=name', 'find', 'Chassis', `name=${name}`) === name;
      return startController(netns, server.connection, { ...env, OVS_RUNDIR: server.folder }, isKnown);
    },
  };
}

/** The folder of sockets of Open vSwitch is in `env`, because ovn-controller talks to the bridge too. */
async function startController(
  netns: Netns,
  connection: string,
  env: NodeJS.ProcessEnv,
  isKnown: () => boolean,
): Promise<Controller> {
  const folder = mkdtempSync(join(tmpdir(), 'ovn-host-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let running: ChildProcess | undefined;
  const start = async () => {
    const own = { ...env, OVN_RUNDIR: folder, OVN_LOGDIR: folder };
    running = background('nsenter', [`--net=${netns.path}`, 'ovn-controller', connection, '-vconsole:off'], own);
    await until(isKnown, 'the chassis');
  };
  await start();
  return {
    folder,
    start,
    kill: async () => running && killed(running),
    stop: () => void running?.kill('SIGSTOP'),
  };
}

function background(program: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(...endsWithParent(program, args), { stdio: 'ignore', env });
  onTestFinished(() => killed(child));
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function until(isDone: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (isDone()) return;
    await sleep(20);
  }
  throw new Error(`${what} did not come up`);
}

function ovnIsMissing(): string | undefined {
  const missing = ['ovn-northd', 'ovn-controller', 'ovn-nbctl'].filter(
    (program) => !path.split(delimiter).some((folder) => existsSync(join(folder, program))),
  );
  if (missing.length === 0) return undefined;
  const reason = `${missing.join(', ')} not found: install ovn-central and ovn-host`;
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}
