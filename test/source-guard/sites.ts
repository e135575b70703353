/** Guarded devices of a normal guest, each with the place of its gateway. */

import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { Network } from '../../src/objects/network.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin, type MacvtapPluginOptions } from '../../src/plugins/macvtap-plugin.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import type { WiringPlugin } from '../../src/plugins/wiring-plugin.ts';
import { apply } from '../../src/wiring/apply.ts';
import type { Element } from '../../src/wiring/wiring.ts';
import { openMacvtap, openTap } from '../host/frames.ts';
import { makeNetns, type Netns } from '../host/netns.ts';
import { bridgeVif, directVif, instance, tapVif, VIF_ID } from '../plugins/vifs.ts';
import { GUEST } from './frames.ts';
import { subnetsOf } from './guarded-devices.ts';

export interface Site {
  /** The device that has the guard. */
  readonly device: string;
  /** A descriptor of the device of the guest, for a hypervisor. */
  readonly descriptor: number;
  /** The device of the gateway, and its namespace. */
  readonly gateway: { readonly netns: Netns; readonly lan: string };
}

/** The network namespace of a host, with its own connection to the kernel. */
interface Place {
  readonly netns: Netns;
  readonly host: LinuxHost;
}

/** What the guard of the site permits. */
export interface Permitted {
  readonly mac?: string;
  readonly addresses: readonly string[];
}

type Make = (place: Place, permitted: Permitted) => Promise<Site>;

export const SITES: Readonly<Record<string, Make>> = {
  'TAP alone, routed by the host': tapAlone,
  'TAP in a Linux bridge': tapInBridge,
  hybrid,
  'macvtap in mode bridge': (place, permitted) => macvtap(place, permitted, 'bridge'),
  'macvtap in mode vepa': (place, permitted) => macvtap(place, permitted, 'vepa'),
  'macvtap in mode private': (place, permitted) => macvtap(place, permitted, 'bridge', { isolateGuests: true }),
};

const OFFLOADS = { offloads: true } as const;

/** The host is the gateway, as with Calico. */
async function tapAlone({ netns, host }: Place, permitted: Permitted): Promise<Site> {
  await plug(host, new TapPlugin({ sourceGuard: 'mac-and-ip' }), tapVif({ vifName: 'tap0', ...addressed(permitted) }));
  return { device: 'tap0', descriptor: await openTap(netns, 'tap0', OFFLOADS), gateway: { netns, lan: 'tap0' } };
}

export async function tapInBridge({ netns, host }: Place, permitted: Permitted): Promise<Site> {
  const vif = bridgeVif({ vifName: 'tap0', bridgeName: 'br0', ...addressed(permitted, { shouldProvideBridge: true }) });
  await plug(host, new LinuxBridgePlugin(), vif);
  await host.links.create({ kind: 'tap', name: 'tap0', up: true, master: await indexOf(host, 'br0') });
  await plug(host, new LinuxBridgePlugin({ sourceGuard: 'mac-and-ip' }), vif);
  const gateway = await gatewayAt(netns, 'up0');
  await host.links.change(await indexOf(host, 'up0'), { master: await indexOf(host, 'br0') });
  return { device: 'tap0', descriptor: await openTap(netns, 'tap0', OFFLOADS), gateway };
}

/** The devices of a hybrid VIF. Behind them is a bridge instead of Open vSwitch. */
async function hybrid({ netns, host }: Place, { mac = GUEST.mac, addresses }: Permitted): Promise<Site> {
  const quiet = { ageingTime: 0, forwardDelay: 0, multicastSnooping: false, disableIpv6: true } as const;
  const elements: Element[] = [
    { kind: 'bridge', name: 'qbr0', ...quiet },
    { kind: 'veth', name: 'qvb0', peer: 'qvo0', promiscuous: true, master: 'qbr0' },
    { kind: 'source-guard', name: 'qvb0', hook: 'egress', mac, mode: 'mac-and-ip', addresses },
    { kind: 'bridge', name: 'br-int', forwardDelay: 0, multicastSnooping: false, disableIpv6: true },
    { kind: 'port', name: 'qvo0', bridge: 'br-int' },
  ];
  // The guard would count frames that the host itself sends from the veth.
  netns.run('sh', '-ec', 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6');
  await apply(elements, { host, owner: VIF_ID });
  await host.links.create({ kind: 'tap', name: 'tap0', up: true, master: await indexOf(host, 'qbr0') });
  const gateway = await gatewayAt(netns, 'up0');
  await host.links.change(await indexOf(host, 'up0'), { master: await indexOf(host, 'br-int') });
  return { device: 'qvb0', descriptor: await openTap(netns, 'tap0', OFFLOADS), gateway };
}

async function macvtap(
  { netns, host }: Place,
  permitted: Permitted,
  mode: 'bridge' | 'vepa',
  options: MacvtapPluginOptions = {},
): Promise<Site> {
  const gateway = await gatewayAt(netns, 'eth0');
  const network = addressed(permitted, { bridgeInterface: 'eth0' });
  const vif = directVif({ vifName: 'mt0', mode, devAddress: undefined, ...network });
  await plug(host, new MacvtapPlugin({ ...options, sourceGuard: 'mac-and-ip' }), vif);
  return { device: 'mt0', descriptor: await openMacvtap(netns, 'mt0', OFFLOADS), gateway };
}

/** A host for one test. */
export async function openPlace(): Promise<Place> {
  const netns = await makeNetns();
  return { netns, host: await LinuxHost.open({ netns: netns.path }) };
}

/** Connects a device of the host with the gateway. */
async function gatewayAt(netns: Netns, uplink: string): Promise<Site['gateway']> {
  const gateway = await makeNetns();
  const other = /\d+/.exec(gateway.path)?.[0];
  netns.run('sh', '-ec', `ip link add ${uplink} type veth peer name lan0 netns ${other}; ip link set ${uplink} up`);
  return { netns: gateway, lan: 'lan0' };
}

async function plug(host: LinuxHost, plugin: WiringPlugin, vif: VIFBase): Promise<void> {
  await plugin.plug(vif, instance(), { host });
}

function addressed({ mac = GUEST.mac, addresses }: Permitted, network: ConstructorParameters<typeof Network>[0] = {}) {
  const subnets = subnetsOf(...addresses);
  return { address: mac, network: new Network({ id: VIF_ID, bridge: 'br0', mtu: 1500, subnets, ...network }) };
}

async function indexOf({ links }: LinuxHost, name: string): Promise<number> {
  return (await links.get(name))?.index ?? 0;
}
