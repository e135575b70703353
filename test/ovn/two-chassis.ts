/** Two hosts under one OVN, with a Geneve tunnel between them, and guests on both. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { VIFBase } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../src/plugins/ovs/ovs-plugin.ts';
import type { WaitFor } from '../../src/wiring/ovs/wait-for.ts';
import type { Netns } from '../host/netns.ts';
import { type OvsHost, openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { type OvnCentral, startOvn } from './ovn-central.ts';

/** A host of the pair. */
export interface Chassis extends OvsHost {
  readonly name: 'a' | 'b';
  /** An OsVif of the host. Under OVN, its plugs wait for OVN. */
  osVif(options?: OvsPluginOptions): Promise<OsVif>;
}

export interface TwoChassis {
  readonly ovn: OvnCentral;
  readonly a: Chassis;
  readonly b: Chassis;
}

export async function openTwoChassis(): Promise<TwoChassis> {
  const ovn = await startOvn();
  const [first, second] = await twoCabledHosts();
  const [a, b] = [await chassis(ovn, first, 'a', '198.51.100.1'), await chassis(ovn, second, 'b', '198.51.100.2')];
  await untilPinged(a.netns, '198.51.100.2');
  return { ovn, a, b };
}

/** Two hosts without OVN: their bridges br-int are learning switches, with a cable between them. */
export async function openTwoSwitches(): Promise<Pick<TwoChassis, 'a' | 'b'>> {
  const [first, second] = await twoCabledHosts();
  for (const { netns, server } of [first, second]) {
    netns.run('ip', 'link', 'set', 'cable', 'up');
    server.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
    server.vsctl('add-port', 'br-int', 'cable');
  }
  return { a: named('a', first, 'port'), b: named('b', second, 'port') };
}

async function twoCabledHosts(): Promise<readonly [OvsHost, OvsHost]> {
  const [first, second] = [await openOvsHost(), await openOvsHost()];
  first.netns.run('ip', 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', pidOf(second.netns));
  return [first, second];
}

/** A network namespace as the kernel names it: by a process that is in it. */
export function pidOf({ path }: Netns): string {
  return /\d+/.exec(path)?.[0] ?? '';
}

async function chassis(ovn: OvnCentral, host: OvsHost, name: Chassis['name'], address: string): Promise<Chassis> {
  const { netns, server } = host;
  const ports = ['--', 'add-port', 'br-phy', 'cable', '--', 'set', 'bridge', 'br-phy', 'datapath_type=netdev'];
  server.vsctl('add-br', 'br-phy', ...ports);
  await expect.poll(() => netns.links().map(({ ifname }) => ifname), { timeout: 20_000 }).toContain('br-phy');
  netns.run('sh', '-ec', `ip link set cable up; ip address add ${address}/24 dev br-phy; ip link set br-phy up`);
  await ovn.addChassis(name, host, address);
  return named(name, host, 'ovn-installed');
}

function named(name: Chassis['name'], host: OvsHost, waitFor: WaitFor): Chassis {
  const osVif = (options: OvsPluginOptions = {}) =>
    OsVif.open({ host: host.host, plugins: [new OvsPlugin({ waitFor, ...options })] });
  return { ...host, name, osVif };
}

/** The guest of a VIF, with a network namespace as its operating system. */
export interface Address {
  readonly mac: string;
  readonly ip: string;
  readonly gateway: string;
}

/** A logical router between two switches. The ports have the ids of these VIFs. */
export function addRoutedNetworks({ nbctl }: OvnCentral, networks: readonly (readonly [VIFBase, Address][])[]): void {
  const commands = networks.flatMap((guests, n) => [
    ['ls-add', `net${n}`],
    ['lrp-add', 'router', `router-${n}`, `0a:00:00:00:0${n}:01`, `10.0.${n}.1/24`],
    ['lsp-add', `net${n}`, `net${n}-router`],
    ['lsp-set-type', `net${n}-router`, 'router'],
    ['lsp-set-addresses', `net${n}-router`, 'router'],
    ['lsp-set-options', `net${n}-router`, `router-port=router-${n}`],
    ...guests.flatMap(([{ id = '' }, { mac, ip }]) => [
      ['lsp-add', `net${n}`, id],
      ['lsp-set-addresses', id, `${mac} ${ip}`],
    ]),
  ]);
  nbctl('lr-add', 'router', ...commands.flatMap((command) => ['--', ...command]));
}

/** Sets the address and the default route in the guest. */
export function configure(guest: Netns, { mac, ip, gateway }: Address): void {
  guest.run(
    'sh',
    '-ec',
    `ip link set lo up; ip link set eth0 down; ip link set eth0 address ${mac} mtu 1400; ip link set eth0 up
    ip address replace ${ip}/24 dev eth0; ip route replace default via ${gateway}`,
  );
}

/** Pings until an answer comes. The first packets wait for ARP and for flows. */
export async function untilPinged(from: Netns, ip: string): Promise<void> {
  for (let i = 0; i < 50; i++) {
    if (pinged(from, ip, '-c', '1', '-W', '1')) return;
    await sleep(100);
  }
  throw new Error(`no answer from ${ip}`);
}

/** Whether `ping` with these arguments gets every answer. */
export function pinged(from: Netns, ip: string, ...args: string[]): boolean {
  return from.run('sh', '-c', `ping ${args.join(' ')} ${ip} || true`).includes(' 0% packet loss');
}

/** The name of the chassis to which OVN has bound the port. Empty if there is none. */
export function boundTo({ sbctl }: OvnCentral, id = ''): string {
  const chassis = sbctl('--bare', '--columns=chassis', 'find', 'Port_Binding', `logical_port=${id}`);
  return chassis === '' ? '' : sbctl('--bare', '--columns=name', 'list', 'Chassis', chassis);
}
