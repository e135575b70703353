/** Throwaway network namespaces: each test gets its own, and nothing touches the machine's network. */

import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { AtEnd } from './for-all-tests.ts';
import { Shell } from './shell.ts';

export interface Netns {
  /** For LinuxHost.open({ netns }). */
  readonly path: string;
  /** Runs a command in the namespace and returns what it printed. */
  run(command: string, ...args: string[]): string;
  /** `ip -j -d link show` in the namespace, without lo. */
  links(): IpLink[];
}

/** What `ip -j -d link show` says of a device. */
export interface IpLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly flags: string[];
  readonly mtu: number;
  readonly address: string;
  readonly master?: string;
  readonly ifalias?: string;
  readonly group?: string;
  readonly link?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Record<string, unknown>;
    readonly info_slave_data?: Record<string, unknown>;
  };
}

/** Why no namespace can be made here, or undefined when one can. Under CI that is an error, not a reason to skip. */
export const NETNS_UNAVAILABLE: string | undefined = whyUnavailable();

/**
 * A network namespace for the running test, gone when it ends. `atEnd` is called with the function
 * that ends the namespace; a hook for all tests of a file passes its own.
 */
export async function makeNetns(atEnd: AtEnd = onTestFinished): Promise<Netns> {
  const shell = new Shell(['unshare', '--net', '--mount'], 'mount -t sysfs sysfs /sys');
  atEnd(() => shell.stop());
  await untilUnshared(shell);
  const run = shell.run.bind(shell);
  const links = (): IpLink[] => {
    const all: IpLink[] = JSON.parse(run('ip', '-j', '-d', 'link', 'show') || '[]');
    return all.filter(({ ifname }) => ifname !== 'lo');
  };
  return { path: `/proc/${shell.process.pid}/ns/net`, run, links };
}

async function untilUnshared(shell: Shell): Promise<void> {
  // The kernel makes a namespace when it has removed others, which takes seconds on a busy machine.
  for (let i = 0; i < 2000; i++) {
    if (shell.isReady) return;
    if (shell.process.exitCode !== null) throw new Error(`unshare --net ended with ${shell.process.exitCode}`);
    await sleep(10);
  }
  throw new Error('unshare --net took more than 20 s');
}

function whyUnavailable(): string | undefined {
  if (process.platform !== 'linux') return `this is ${process.platform}, network namespaces are Linux`;
  const { status } = spawnSync('unshare', ['--net', 'true'], { stdio: 'ignore' });
  const reason =
    status === 0
      ? undefined
      : 'no network namespace can be made: run the tests as root, with util-linux and iproute2 installed';
  if (reason !== undefined && process.env.CI === 'true') throw new Error(reason);
  return reason;
}
