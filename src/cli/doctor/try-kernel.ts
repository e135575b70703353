/** Tries kernel features: creates one device of each kind. Runs only in a temporary network namespace. */

import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { UsageError } from '../../errors/command.ts';
import { childEnvironment } from '../../host/linux/child-environment.ts';
import { LinuxHost } from '../../host/linux/linux-host.ts';
import type { Host } from '../../host-contract/host.ts';
import { messageOf } from '../../text/message-of.ts';

/** The result of each feature, by name: null for success, else the error. */
export type Trials = Readonly<Record<string, string | null>>;

/** The network namespace of this process, such as `net:[4026531840]`. */
export function ownNamespace(): string {
  return readlinkSync('/proc/self/ns/net');
}

/**
 * Tries all kernel features in the network namespace of this process.
 *
 * @param outside the network namespace of the caller
 * @throws UsageError if this process is still in that namespace
 */
export async function tryKernel(outside: string): Promise<Trials> {
  if (ownNamespace() === outside)
    throw new UsageError('--try-kernel is internal to `os-vif doctor`: it creates devices');
  const trials: Record<string, string | null> = {};
  await using host = await LinuxHost.open();
  for (const [name, attempt] of Object.entries(ATTEMPTS)) trials[name] = await outcomeOf(() => attempt(host));
  return trials;
}

/** The trial of each feature. Later trials use devices of earlier ones. */
const ATTEMPTS: Readonly<Record<string, (host: Host) => Promise<unknown>>> = {
  tap: ({ links }) => links.create({ kind: 'tap', name: 'probe-tap' }),
  veth: ({ links }) => links.create({ kind: 'veth', name: LOWER, peer: { name: 'probe-peer' } }),
  bridge: ({ links }) => links.create({ kind: 'bridge', name: 'probe-br' }),
  vlan: async ({ links }) =>
    links.create({ kind: 'vlan', name: 'probe-vlan', lower: await lowerOf(links), vlan: { id: 7 } }),
  macvtap: async ({ links }) =>
    links.create({ kind: 'macvtap', name: 'probe-mvt', lower: await lowerOf(links), macvtap: { mode: 'vepa' } }),
  vxlan: async () =>
    run('ip', ['link', 'add', 'probe-vx', 'type', 'vxlan', 'id', '7', 'dstport', '4789', 'dev', LOWER]),
  'nft-ingress': async () => run('nft', ['-f', '-'], INGRESS),
  iptables: async () => run('iptables', ['-t', 'filter', '-S']),
};

const LOWER = 'probe-veth';

const INGRESS = `table netdev probe { chain in { type filter hook ingress device "${LOWER}" priority 0; }; }`;

async function lowerOf(links: Host['links']): Promise<number> {
  const link = await links.get(LOWER);
  if (link === undefined) throw new Error('not tried: the trial of veth failed');
  return link.index;
}

function run(command: string, args: readonly string[], input = ''): void {
  const { error, status, stderr } = spawnSync(command, args, { input, encoding: 'utf8', env: childEnvironment() });
  if (error !== undefined) throw new Error(`the command ${command} is missing`);
  if (status !== 0) throw new Error(stderr.trim().split('\n', 1)[0] || `${command} ended with ${status}`);
}

async function outcomeOf(attempt: () => Promise<unknown>): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
