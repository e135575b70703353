/** The ways to connect a guest whose pings are counted, each on a host of its own with a peer on the wire. */

import { onTestFinished } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { OvsPlugin } from '../../src/plugins/ovs/ovs-plugin.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import { makeNetns, type Netns } from '../host/netns.ts';
import type { OvsdbServer } from '../host/ovsdb/ovsdb-server.ts';
import { openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { hybridVif, tapVif as ovsTapVif, profile, SHORT_ID, TAP, vifId } from '../plugins/ovs/ovs-vifs.ts';
import { bridgeVif, tapVif } from '../plugins/vifs.ts';
import { GUEST } from '../source-guard/frames.ts';

const PEER = '10.0.0.1';
const GATEWAY = '169.254.1.1';
/** The device of the other VIF that is plugged and unplugged. */
const OTHER_ID = vifId(2);
const OTHER_TAP = `tap${OTHER_ID.slice(0, 11)}`;

export interface Place {
  readonly netns: Netns;
  readonly host: LinuxHost;
  readonly peer: Netns;
  readonly server?: OvsdbServer;
  restartSwitch?(): Promise<void>;
}

export interface Way {
  readonly title: string;
  readonly vif: VIFBase;
  /** Another VIF on the same bridge. */
  readonly other: VIFBase;
  open(): Promise<Place>;
  /** Does what the hypervisor and the administrator do after the plug. `guest`: its network namespace. */
  connect(place: Place, guest: Netns): void;
  /** Lines of a shell that remove the tags of the VIF. */
  untag(place: Place): void;
}

export const PLUGINS = [new TapPlugin(), new LinuxBridgePlugin(), new OvsPlugin()];

const address = GUEST.mac;

export const WAYS: readonly Way[] = [
  {
    title: 'TAP, routed by the host',
    vif: tapVif({ vifName: TAP, address }),
    other: tapVif({ id: OTHER_ID, vifName: OTHER_TAP }),
    open: openLinux,
    connect({ netns, peer }, guest) {
      netns.run(
        'sh',
        '-ec',
        `ip address add 10.0.0.2/32 dev eth0; ip link set eth0 up; ip route add ${PEER} dev eth0; ip route add default via ${PEER}
        ip route add ${GUEST.ip4} dev ${TAP}; echo 1 >/proc/sys/net/ipv4/ip_forward
        echo 1 >/proc/sys/net/ipv4/conf/${TAP}/proxy_arp; echo 0 >/proc/sys/net/ipv4/neigh/${TAP}/proxy_delay
        echo 1 >/proc/sys/net/ipv4/conf/eth0/proxy_arp; echo 0 >/proc/sys/net/ipv4/neigh/eth0/proxy_delay`,
      );
      peer.run('ip', 'address', 'add', `${PEER}/24`, 'dev', 'eth0');
      guest.run(
        'sh',
        '-ec',
        `ip address add ${GUEST.ip4}/32 dev eth0; ip route add ${GATEWAY} dev eth0; ip route add default via ${GATEWAY}`,
      );
    },
    untag: ({ netns }) => untagDevices(netns),
  },
  {
    title: 'TAP in a Linux bridge',
    vif: bridgeVif({ vifName: TAP, address }),
    other: bridgeVif({ id: OTHER_ID, vifName: OTHER_TAP }),
    open: openLinux,
    connect({ netns, peer }, guest) {
      netns.run('sh', '-ec', `ip link set ${TAP} up master brqb82c1929-05; ip link set eth0 up`);
      onOneNetwork(peer, guest);
    },
    untag: ({ netns }) => untagDevices(netns),
  },
  {
    title: 'Open vSwitch, hybrid',
    vif: hybridVif({ address }),
    other: hybridVif({
      id: OTHER_ID,
      vifName: OTHER_TAP,
      bridgeName: `qbr${OTHER_ID.slice(0, 11)}`,
      portProfile: profile({ interfaceId: OTHER_ID }),
    }),
    open: openOvs,
    connect({ netns, peer }, guest) {
      netns.run('ip', 'link', 'set', TAP, 'up', 'master', `qbr${SHORT_ID}`);
      onOneNetwork(peer, guest);
    },
    untag({ netns, server }) {
      untagDevices(netns);
      untagPort(server, `qvo${SHORT_ID}`);
    },
  },
  {
    title: 'Open vSwitch, native',
    vif: ovsTapVif(undefined, { address }),
    other: ovsTapVif(2),
    open: openOvs,
    connect: ({ peer }, guest) => onOneNetwork(peer, guest),
    untag({ netns, server }) {
      untagDevices(netns);
      untagPort(server, TAP);
    },
  },
];

async function openLinux(): Promise<Place> {
  const netns = await makeNetns();
  const peer = await peerOf(netns);
  const host = await LinuxHost.open({ netns: netns.path });
  onTestFinished(() => host.close());
  return { netns, host, peer };
}

async function openOvs(): Promise<Place> {
  const { netns, host, server, killSwitch, startSwitch } = await openOvsHost();
  const peer = await peerOf(netns);
  netns.run('ip', 'link', 'set', 'eth0', 'up');
  const port = ['--', 'add-port', 'br-int', 'eth0'];
  server.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev', ...port);
  const restartSwitch = async () => {
    await killSwitch();
    await startSwitch();
  };
  return { netns, host, peer, server, restartSwitch };
}

async function peerOf(netns: Netns): Promise<Netns> {
  const peer = await makeNetns();
  const [, pid = ''] = /(\d+)/.exec(peer.path) ?? [];
  netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid);
  peer.run('ip', 'link', 'set', 'eth0', 'up');
  return peer;
}

function onOneNetwork(peer: Netns, guest: Netns): void {
  peer.run('ip', 'address', 'add', `${PEER}/24`, 'dev', 'eth0');
  guest.run('ip', 'address', 'add', `${GUEST.ip4}/24`, 'dev', 'eth0');
}

function untagDevices(netns: Netns): void {
  for (const { ifname, ifalias } of netns.links())
    if (ifalias?.startsWith('os-vif')) netns.run('ip', 'link', 'set', ifname, 'alias', '');
}

function untagPort(server: OvsdbServer | undefined, port: string): void {
  server?.vsctl('remove', 'Port', port, 'external_ids', 'os-vif');
}
