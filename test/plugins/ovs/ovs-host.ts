/** A host for tests of Open vSwitch: a network namespace with an ovsdb-server and an ovs-vswitchd of its own (userspace datapath). */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { LinuxHost, type LinuxHostOptions } from '../../../src/host/linux/linux-host.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../../host/netns.ts';
import { OvsdbServer, ovsIsMissing, path } from '../../host/ovsdb/ovsdb-server.ts';

export interface OvsHost {
  readonly netns: Netns;
  readonly server: OvsdbServer;
  readonly host: LinuxHost;
  /** Starts an ovs-vswitchd, when it was left out at first. */
  startSwitch(): Promise<void>;
}

/** Why there can be none here, or undefined. */
export const OVS_UNAVAILABLE: string | undefined = NETNS_UNAVAILABLE ?? ovsIsMissing() ?? switchIsMissing();

export interface OvsHostOptions {
  /** Without ovs-vswitchd the database is all there is. */
  readonly withSwitch?: boolean;
  /** ms. */
  readonly timeout?: number;
  readonly host?: LinuxHostOptions;
}

/** For the running test, gone when it ends. */
export async function openOvsHost({
  withSwitch = true,
  timeout = 10_000,
  host: options,
}: OvsHostOptions = {}): Promise<OvsHost> {
  const netns = await makeNetns();
  netns.run('ip', 'link', 'set', 'lo', 'up');
  const server = await OvsdbServer.start();
  onTestFinished(() => server.stop());
  server.vsctl('init');
  const startSwitch = () => runSwitch(netns, server);
  if (withSwitch) await startSwitch();
  const host = await LinuxHost.open({
    netns: netns.path,
    ovsdb: { connection: server.connection, timeout },
    ...options,
  });
  onTestFinished(() => host.close());
  return { netns, server, host, startSwitch };
}

async function runSwitch(netns: Netns, { connection, folder, vsctl }: OvsdbServer): Promise<void> {
  const args = [
    connection,
    `--unixctl=${join(folder, 'vswitchd.ctl')}`,
    `--log-file=${join(folder, 'vswitchd.log')}`,
    '--no-chdir',
  ];
  const child = spawn(
    'nsenter',
    [`--net=${netns.path}`, 'ovs-vswitchd', ...args, '-vconsole:off', '--disable-system'],
    {
      stdio: 'ignore',
      env: { ...process.env, PATH: path, OVS_RUNDIR: folder },
    },
  );
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  });
  for (let i = 0; i < 500; i++) {
    if (vsctl('get', 'Open_vSwitch', '.', 'datapath_types').includes('netdev')) return;
    if (child.exitCode !== null) break;
    await sleep(20);
  }
  throw new Error('ovs-vswitchd did not come up');
}

function switchIsMissing(): string | undefined {
  if (path.split(delimiter).some((folder) => existsSync(join(folder, 'ovs-vswitchd')))) return undefined;
  const reason = 'ovs-vswitchd not found: install openvswitch-switch';
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}
