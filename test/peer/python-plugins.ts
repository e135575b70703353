/** Programs of a test's network namespace: Python os-vif with its plugins, and guests behind TAP devices. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { InstanceInfo } from '../../src/objects/instance-info.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import type { Netns } from '../host/netns.ts';
import { PYTHON } from './peer.ts';

/** os-vif 3.0.0, of Debian 12, knows no later version of this object. */
const PROFILE_VERSIONS = { VIFPortProfileOpenVSwitch: '1.3' };

export interface PythonPlugins {
  /** Rejects with what Python raised. */
  call(verb: 'plug' | 'unplug', vif: VIFBase, instance: InstanceInfo): Promise<void>;
}

/**
 * Starts Python os-vif for the running test.
 *
 * @param options lines for the section of vif_plug_ovs, such as `per_port_bridge=True`
 */
export async function startPythonPlugins(
  netns: Netns,
  connection: string,
  options: readonly string[] = [],
): Promise<PythonPlugins> {
  const child = startScript(netns, 'plugins.py', [connection, ...options]);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await answers.next();
  return {
    async call(verb, vif, instance) {
      const inItsVersions = vif.toPrimitive({ versionManifest: { ...PROFILE_VERSIONS, [vif.type]: '1.0' } });
      child.stdin.write(`${JSON.stringify({ verb, vif: inItsVersions, instance: instance.toPrimitive() })}\n`);
      const { value = '{"error":"the process ended"}' } = await answers.next();
      const { error } = JSON.parse(value);
      if (error !== undefined) throw new Error(`Python's ${verb} of ${vif.type} ${vif.id} failed: ${error}`);
    },
  };
}

export interface Guest {
  readonly tap: string;
  readonly mac: string;
  /** IPv4. */
  readonly address: string;
}

/** Attaches guests to TAP devices for the running test. They answer ARP requests and pings. */
export async function startGuests(netns: Netns, guests: readonly Guest[]): Promise<void> {
  const args = guests.map(({ tap, mac, address }) => `${tap}=${mac}=${address}`);
  await once(startScript(netns, 'guests.py', args).stdout, 'data');
}

type Script = ChildProcess & {
  readonly stdin: NonNullable<ChildProcess['stdin']>;
  readonly stdout: NonNullable<ChildProcess['stdout']>;
};

function startScript(netns: Netns, name: string, args: readonly string[]): Script {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(
    'nsenter',
    [`--net=${netns.path}`, `--mount=${netns.path.replace(/net$/, 'mnt')}`, PYTHON, script, ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
