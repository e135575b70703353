/**
 * A host for a guest of libvirt, and a neighbour at the other end of its NIC. Both are network
 * namespaces of the test.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { makeNetns, type Netns } from '../../host/netns.ts';
import type { OvsdbServer } from '../../host/ovsdb/ovsdb-server.ts';
import { openOvsHost } from '../../plugins/ovs/ovs-host.ts';
import { Libvirtd } from './libvirtd.ts';
import { TAP, type Way } from './ways.ts';

const NIC = { host: 'eth0', neighbour: 'far0' };
const NEIGHBOUR = '192.0.2.1';
const GUEST = '192.0.2.2';
/** A routed guest is on another network. The host answers for its gateway by proxy ARP. */
const ROUTED = { guest: '10.65.0.2', gateway: '169.254.1.1', host: '192.0.2.254' };

export interface GuestMachine {
  readonly netns: Netns;
  readonly neighbour: Netns;
  readonly osVif: OsVif;
  readonly libvirtd: Libvirtd;
  readonly ovs: OvsdbServer | undefined;
  /** The address of the guest. The neighbour has the other end of the NIC. */
  readonly guestAddress: string;
}

export async function openGuestMachine({ onOpenVSwitch, isRouted, plugins }: Way): Promise<GuestMachine> {
  const ovs = onOpenVSwitch ? await openOvsHost() : undefined;
  const netns = ovs?.netns ?? (await makeNetns());
  const neighbour = await makeNetns();
  connect(netns, neighbour);
  if (isRouted) {
    netns.run('ip', 'addr', 'add', `${ROUTED.host}/24`, 'dev', NIC.host);
    netns.run('ip', 'route', 'add', 'default', 'via', NEIGHBOUR);
    netns.run('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
    neighbour.run('ip', 'route', 'add', ROUTED.guest, 'via', ROUTED.host);
  }
  ovs?.server.vsctl(
    ...['add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev'],
    ...['--', 'add-port', 'br-int', NIC.host],
  );
  const host = ovs?.host ?? (await LinuxHost.open({ netns: netns.path }));
  if (ovs === undefined) onTestFinished(() => host.close());
  const osVif = await OsVif.open({ host, ...(plugins && { plugins: plugins() }) });
  onTestFinished(() => osVif.close());
  const libvirtd = await Libvirtd.start(netns, ovs?.server.folder);
  const guestAddress = isRouted ? ROUTED.guest : GUEST;
  return { netns, neighbour, osVif, libvirtd, ovs: ovs?.server, guestAddress };
}

function connect(netns: Netns, neighbour: Netns): void {
  const far = /\d+/.exec(neighbour.path)?.[0] ?? '';
  netns.run('ip', 'link', 'add', NIC.host, 'type', 'veth', 'peer', 'name', NIC.neighbour, 'netns', far);
  netns.run('ip', 'link', 'set', NIC.host, 'up');
  netns.run('ip', 'link', 'set', 'lo', 'up');
  neighbour.run('ip', 'link', 'set', NIC.neighbour, 'up');
  neighbour.run('ip', 'addr', 'add', `${NEIGHBOUR}/24`, 'dev', NIC.neighbour);
}

/** Leads packets to the guest. Project Calico's agent does the same for a TAP that is plugged. */
export function route({ netns }: GuestMachine): void {
  netns.run('ip', 'route', 'add', ROUTED.guest, 'dev', TAP);
  netns.run('sysctl', '-q', '-w', `net.ipv4.conf.${TAP}.proxy_arp=1`);
}

/** Takes the NIC out of the shared bridge, as an administrator does when a network is deleted. */
export function releaseNic({ netns }: GuestMachine): void {
  netns.run('ip', 'link', 'set', NIC.host, 'nomaster');
}

/** Sets the guest's NIC up, tells its MTU, and pings the neighbour with the largest packets. */
export function guestScript({ isRouted }: Way): string {
  const address = isRouted
    ? [
        `ip addr add ${ROUTED.guest}/32 dev eth0`,
        `ip route add ${ROUTED.gateway} dev eth0`,
        `ip route add default via ${ROUTED.gateway}`,
      ]
    : [`ip addr add ${GUEST}/24 dev eth0`];
  return [
    'ip link set eth0 up',
    ...address,
    'read -r mtu < /sys/class/net/eth0/mtu',
    'echo "The MTU is $mtu."',
    `ping -c 5 -i 0.2 -W 5 -s $((mtu - 28)) ${NEIGHBOUR}`,
  ].join('\n');
}

/** Everything that a plug could leave behind, as text. */
export function tracesOn({ netns, ovs }: GuestMachine): Record<string, unknown> {
  const lines = (text: string) => text.split('\n').filter(Boolean).sort();
  return {
    links: netns
      .links()
      .map(({ ifname, flags, mtu, address, master, ifalias }) => ({ ifname, flags, mtu, address, master, ifalias })),
    addresses: lines(netns.run('ip', '-br', '-4', 'addr')),
    filters: netns.run('/usr/sbin/nft', 'list', 'ruleset'),
    ports: ovs && lines(ovs.vsctl('--no-headings', '--columns=name', 'list', 'Port')),
    bridges: ovs && lines(ovs.vsctl('list-br')),
    sockets:
      ovs &&
      readdirSync(ovs.folder)
        .filter((name) => name !== 'vswitchd.log')
        .sort(),
  };
}

export interface Pings {
  /** Resolves to what ping says at its end. */
  readonly summary: Promise<string>;
}

/** Pings the guest from the neighbour for some seconds. Resolves with the first answer. */
export async function pingGuest({ neighbour, guestAddress }: GuestMachine): Promise<Pings> {
  const args = ['-c', '30', '-i', '0.1', '-W', '10', guestAddress];
  const ping = spawn('nsenter', [`--net=${neighbour.path}`, 'ping', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void ping.kill('SIGKILL'));
  let output = '';
  const closed = new Promise<string>((resolve) => ping.once('close', () => resolve(output)));
  await new Promise<void>((resolve) => {
    ping.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      if (output.includes('bytes from')) resolve();
    });
    ping.once('close', () => resolve());
  });
  return { summary: closed.then((text) => /\d+ received/.exec(text)?.[0] ?? text) };
}
