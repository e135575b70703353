/** A normal guest, its gateway and a server: with the programs that real networks have. */

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { openTap } from '../host/frames.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { GUEST } from './frames.ts';

const PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin:/sbin`;
const RELAY = fileURLToPath(new URL('../children/relay.mjs', import.meta.url));
/** ms. A guest with QEMU's own emulation is slow. */
const PATIENCE = 60_000;

/** The missing program. Undefined if there is none. With CI=true, this is an error. */
export const PROGRAMS_UNAVAILABLE: string | undefined = NETNS_UNAVAILABLE ?? missingProgram();

/** The address of the guest from the prefix of the gateway (RFC 4291: EUI-64). */
export const SLAAC_ADDRESS = 'fd00::ff:fe00:a';
export const GATEWAY = { ip4: '10.0.0.1', ip6: 'fd00::1' };
/** Behind the gateway, on a network with a smaller MTU. */
export const SERVER = { ip4: '10.1.0.2', ip6: 'fd01::2', mtu: 1300 };

export interface NormalGuest {
  readonly netns: Netns;
  /** The size of the largest frame that the guest has sent, with 10 bytes of header. */
  largestFrame(): number;
}

/** Boots a guest whose NIC is this descriptor of a device. */
export async function startGuest(device: number): Promise<NormalGuest> {
  const netns = await makeNetns();
  // Without privacy addresses and with EUI-64, as cloud images are set up.
  const settings = 'echo 0 > /proc/sys/net/ipv6/conf/default/use_tempaddr';
  netns.run('sh', '-ec', settings);
  const own = await openTap(netns, 'eth0', { offloads: true });
  let largest = 0;
  const relay = spawn(process.execPath, [RELAY], { stdio: ['ignore', 'inherit', 'inherit', own, device, 'ipc'] });
  relay.on('message', (size) => {
    largest = Number(size);
  });
  onTestFinished(() => void relay.kill('SIGKILL'));
  netns.run('sh', '-ec', `ip link set lo up; ip link set eth0 address ${GUEST.mac}; ip link set eth0 up`);
  return { netns, largestFrame: () => largest };
}

/**
 * Makes a namespace the gateway of a network, with DHCP and router advertisements, and puts a
 * server behind it.
 *
 * @param lan the device of the gateway on the network of the guest
 */
export async function startGateway(netns: Netns, lan: string): Promise<{ readonly server: Netns }> {
  const server = await makeNetns();
  const mtu = `mtu ${SERVER.mtu}`;
  const other = /\d+/.exec(server.path)?.[0];
  netns.run(
    'sh',
    '-ec',
    `ip link set lo up
    ip address add ${GATEWAY.ip4}/24 dev ${lan}; ip address add ${GATEWAY.ip6}/64 dev ${lan} nodad; ip link set ${lan} up
    ip link add wan0 ${mtu} type veth peer name eth0 ${mtu} netns ${other}
    ip address add 10.1.0.1/24 dev wan0; ip address add fd01::1/64 dev wan0 nodad; ip link set wan0 up
    echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding`,
  );
  server.run(
    'sh',
    '-ec',
    // Announces the segments of a network with an MTU of 1500, as if a smaller one were on the way.
    `ip link set lo up; ip address add ${SERVER.ip4}/24 dev eth0; ip address add ${SERVER.ip6}/64 dev eth0 nodad
    ip link set eth0 up
    ip route add default via 10.1.0.1 advmss 1460; ip route add default via fd01::1 advmss 1440`,
  );
  await startDnsmasq(netns, lan);
  return { server };
}

/** Gives the guest its fixed address, and announces the prefix. */
async function startDnsmasq(netns: Netns, lan: string): Promise<void> {
  const folder = temporaryFolder();
  const log = join(folder, 'log');
  background(netns, 'dnsmasq', [
    ...['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--port=0', '--user=root'],
    ...[`--pid-file=${join(folder, 'pid')}`, `--dhcp-leasefile=${join(folder, 'leases')}`, `--log-facility=${log}`],
    ...[`--interface=${lan}`, '--bind-interfaces', '--dhcp-authoritative', '--log-dhcp'],
    ...['--dhcp-range=10.0.0.0,static,255.255.255.0,2m', `--dhcp-host=${GUEST.mac},${GUEST.ip4}`],
    ...['--enable-ra', '--dhcp-range=fd00::,ra-only,64,2m', `--ra-param=${lan},3`],
  ]);
  await until('dnsmasq has started', () => existsSync(log) && readFileSync(log, 'utf8').includes('started'));
}

/** The DHCP client of a guest. */
export interface DhcpClient {
  /** The events so far, such as `bound 10.0.0.10`. */
  events(): string[];
  /** Asks for the same address again, with a unicast request from the address. */
  renew(): void;
}

/**
 * Starts a DHCP client, which sets the address and the default route of the guest. Unless `probe`
 * is false, it asks for other users of the address before it takes it (RFC 5227).
 */
export function startDhcpClient({ netns }: NormalGuest, { probe = true } = {}): DhcpClient {
  const folder = temporaryFolder();
  const [script, log] = [join(folder, 'script'), join(folder, 'log')];
  const lines = [
    '#!/bin/sh',
    'case $1 in bound | renew) ;; *) exit ;; esac',
    'ip address replace "$ip/$mask" dev "$interface"',
    'ip route replace default via "$router" dev "$interface"',
    `echo "$1 $ip" >> ${log}`,
  ];
  writeFileSync(script, `${lines.join('\n')}\n`);
  chmodSync(script, 0o755);
  const options = ['-f', '-i', 'eth0', '-t', '20', '-T', '1', '-s', script];
  const client = background(netns, 'udhcpc', probe ? [...options, '-a300'] : options);
  return {
    events: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').filter(Boolean) : []),
    renew: () => void client.kill('SIGUSR1'),
  };
}

/** Receives one connection of iperf3 after the other, until the test ends. */
export async function startTcpServer(netns: Netns): Promise<void> {
  background(netns, 'iperf3', ['--server']);
  const listening = () => netns.run('ss', '-Hltn', 'sport = 5201').includes('5201');
  await until('iperf3 listens', listening);
}

/** Sends data with TCP, or receives them. Returns the number of bytes that arrived. */
export function transfer({ netns }: NormalGuest, to: string, ...options: string[]): number {
  // The bytes that are under way when the sender is done do not count, so they are few.
  const amount = ['--bytes', '2M', '--window', '128K'];
  const said = netns.run('timeout', '60', 'iperf3', '--client', to, ...amount, '--json', ...options);
  const bytes = JSON.parse(said).end.sum_received?.bytes;
  if (bytes === undefined) throw new Error(`iperf3 to ${to} failed: ${said}`);
  return bytes;
}

/** What ping(8) says, also if there is no answer. */
export function ping(netns: Netns, to: string, ...options: string[]): string {
  return netns.run('sh', '-c', `ping -c 3 -i 0.1 -W 2 ${options.join(' ')} ${to} 2>&1 || true`);
}

/** Waits until each of three pings is answered. */
export async function untilAnswered(netns: Netns, to: string, ...options: string[]): Promise<void> {
  const isAnswered = () => ping(netns, to, ...options).includes('3 received, 0% packet loss');
  await until(`${to} answers to ping ${options.join(' ')}`, isAnswered);
}

/** Waits until a ping in packets of this size tells the MTU of the path. */
export async function untilMtuSaid(netns: Netns, to: string, size: number, mtu: number): Promise<void> {
  const headers = to.includes(':') ? 48 : 28;
  const said = () => ping(netns, to, '-M', 'do', '-s', `${size - headers}`);
  await until(`a ping to ${to} tells the MTU ${mtu}`, () => /mtu\D{1,3}(\d+)/.exec(said())?.[1] === `${mtu}`);
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const start = performance.now(); !isSo(); await sleep(50))
    if (performance.now() - start > PATIENCE) throw new Error(`waited ${PATIENCE} ms in vain until ${what}`);
}

function background(netns: Netns, command: string, args: readonly string[]) {
  const child = spawn('nsenter', [`--net=${netns.path}`, command, ...args], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, PATH },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'os-vif-guest-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function missingProgram(): string | undefined {
  const packages = { dnsmasq: 'dnsmasq-base', udhcpc: 'udhcpc', iperf3: 'iperf3', ping: 'iputils-ping' };
  const missing = Object.entries(packages).find(
    ([program]) => !PATH.split(delimiter).some((folder) => existsSync(join(folder, program))),
  );
  if (missing === undefined) return undefined;
  const reason = `${missing[0]} not found: install ${missing[1]}`;
  if (process.env.CI === 'true') throw new Error(reason);
  return reason;
}
