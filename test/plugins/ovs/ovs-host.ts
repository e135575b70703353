/** A host for tests of Open vSwitch: a network namespace with an ovsdb-server and an ovs-vswitchd of its own (userspace datapath). */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import type { LinuxHostOptions } from '../../../src/host/linux/linux-parts.ts';
import { endsWithParent } from '../../host/ends-with-parent.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../../host/netns.ts';
import { OvsdbServer, ovsIsMissing, path } from '../../host/ovsdb/ovsdb-server.ts';

export interface OvsHost {
  readonly netns: Netns;
  readonly server: OvsdbServer;
  readonly host: LinuxHost;
  /** Starts an ovs-vswitchd, when it was left out at first or has ended. */
  startSwitch(): Promise<void>;
  /** Ends ovs-vswitchd as a crash does. */
  killSwitch(): Promise<void>;
}

/** Why there can be none here, or undefined. */
export const OVS_UNAVAILABLE: string | undefined = NETNS_UNAVAILABLE ?? ovsIsMissing() ?? switchIsMissing();

export interface OvsHostOptions {
  /** Without ovs-vswitchd the database is all there is. */
  readonly withSwitch?: boolean;
  /** ms. */
  readonly timeout?: number;
  /** Open vSwitch may use the datapath of the kernel. Not every kernel that tests run on has it. Default false. */
  readonly kernelDatapath?: boolean;
  readonly host?: LinuxHostOptions;
}

/** For the running test, gone when it ends. */
export async function openOvsHost({
  withSwitch = true,
  timeout = 10_000,
  kernelDatapath = false,
  host: options,
}: OvsHostOptions = {}): Promise<OvsHost> {
  const netns = await makeNetns();
  netns.run('ip', 'link', 'set', 'lo', 'up');
  const server = await OvsdbServer.start();
  onTestFinished(() => server.stop());
  server.vsctl('init');
  let running: ChildProcess | undefined;
  const startSwitch = async () => {
    running = await runSwitch(netns, server, kernelDatapath);
  };
  const killSwitch = async () => {
    if (running !== undefined) await killed(running);
  };
  if (withSwitch) await startSwitch();
  const host = await LinuxHost.open({
    netns: netns.path,
    ovsdb: { connection: server.connection, timeout },
    ...options,
  });
  onTestFinished(() => host.close());
  return { netns, server, host, startSwitch, killSwitch };
}

async function runSwitch(
  netns: Netns,
  { connection, folder, vsctl }: OvsdbServer,
  kernelDatapath: boolean,
): Promise<ChildProcess> {
  const args = [
    connection,
    `--unixctl=${join(folder, 'vswitchd.ctl')}`,
    `--log-file=${join(folder, 'vswitchd.log')}`,
    '--no-chdir',
    ...(kernelDatapath ? [] : ['--disable-system']),
  ];
  const child = spawn(...endsWithParent('nsenter', [`--net=${netns.path}`, 'ovs-vswitchd', ...args, '-vconsole:off']), {
    stdio: 'ignore',
    env: { ...process.env, PATH: path, OVS_RUNDIR: folder },
  });
  onTestFinished(() => killed(child));
  for (let i = 0; i < 500; i++) {
    if (vsctl('get', 'Open_vSwitch', '.', 'datapath_types').includes('netdev')) return child;
    if (child.exitCode !== null) break;
    await sleep(20);
  }
  throw new Error('ovs-vswitchd did not come up');
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

function switchIsMissing(): string | undefined {
  if (path.split(delimiter).some((folder) => existsSync(join(folder, 'ovs-vswitchd')))) return undefined;
  const reason = 'ovs-vswitchd not found: install openvswitch-switch';
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}
