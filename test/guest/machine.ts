/** A host with two NICs for tests in a guest: a network namespace, and a neighbour of its own for each NIC's far end. */

import { onTestFinished } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import type { VIFPlugin } from '../../src/plugins/vif-plugin.ts';
import { makeNetns, type Netns } from '../host/netns.ts';

export interface Machine {
  /** The host. Its NICs are eth0 and eth1. */
  readonly netns: Netns;
  /** The other end of eth0 is far0 here. */
  readonly neighbour: Netns;
  readonly host: LinuxHost;
  readonly osVif: OsVif;
  /** `ip ARGUMENTS` on the host; the arguments are separated by spaces. */
  ip(line: string): string;
}

export async function openMachine(plugins?: readonly VIFPlugin[]): Promise<Machine> {
  const [netns, neighbour] = [await makeNetns(), await makeNetns()];
  const ip = (line: string) => netns.run('ip', ...line.split(' '));
  const far = /\d+/.exec(neighbour.path)?.[0];
  const both = [0, 1];
  ipBatch(
    netns,
    both.flatMap((n) => [`link add eth${n} type veth peer name far${n} netns ${far}`, `link set eth${n} up`]),
  );
  ipBatch(
    neighbour,
    both.map((n) => `link set far${n} up`),
  );
  const host = await LinuxHost.open({ netns: netns.path });
  onTestFinished(() => host.close());
  const osVif = await OsVif.open({ host, ...(plugins && { plugins: [...plugins] }) });
  onTestFinished(() => osVif.close());
  return { netns, neighbour, host, osVif, ip };
}

/** Several commands of ip in one process: in a guest each process takes a third of a second. */
export function ipBatch(netns: Netns, lines: readonly string[]): void {
  netns.run('sh', '-c', `ip -batch - << 'END'\n${lines.join('\n')}\nEND`);
}

/** The VLAN of a device, as the kernel tells it. */
export function vlanOf({ netns }: Machine, name: string): { id: unknown; protocol: unknown; lower: unknown } {
  const link = netns.links().find(({ ifname }) => ifname === name);
  const data = link?.linkinfo?.info_data ?? {};
  return { id: data.id, protocol: data.protocol, lower: link?.link };
}

export function namesOf({ netns }: Machine): string[] {
  return netns.links().map(({ ifname }) => ifname);
}

/** Percentage of three pings that got no answer. */
export function loss(netns: Netns, address: string): string {
  const text = netns.run('sh', '-c', `ping -c 3 -i 0.2 -W 1 ${address} || true`);
  return /([\d.]+)% packet loss/.exec(text)?.[1] ?? text;
}
