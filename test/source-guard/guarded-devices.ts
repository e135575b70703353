/**
 * Devices of a guest with a source guard, each with the places that the frames of the guest reach.
 */

import type { LinuxHost } from '../../src/host/linux/linux-host.ts';
import type { GuardMode } from '../../src/host-contract/guards/source-guards.ts';
import { FixedIP, FixedIPList } from '../../src/objects/fixed-ip.ts';
import { Network } from '../../src/objects/network.ts';
import { Subnet, SubnetList } from '../../src/objects/subnet.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin, type MacvtapPluginOptions } from '../../src/plugins/macvtap-plugin.ts';
import type { SourceGuardOptions } from '../../src/plugins/source-guard-options.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import type { WiringPlugin } from '../../src/plugins/wiring-plugin.ts';
import { apply } from '../../src/wiring/apply.ts';
import type { Element } from '../../src/wiring/wiring.ts';
import { attachMacvtap, attachTap, type Wire } from '../host/frames.ts';
import { makeNetns, type Netns } from '../host/netns.ts';
import { bridgeVif, directVif, instance, tapVif, VIF_ID } from '../plugins/vifs.ts';
import { ALLOWED, ALLOWED_PAIRS, GUEST } from './frames.ts';

export interface GuardedDevice {
  /** The device that has the guard. */
  readonly device: string;
  readonly guest: Wire;
  /** The places that frames of the guest reach. Empty: the host itself receives them. */
  readonly receivers: Readonly<Record<string, Wire>>;
  /** The device gets only frames that a bridge forwards. */
  readonly behindBridge?: boolean;
  /** Plugs the VIF with this guard. */
  plug(mode: 'off' | GuardMode): Promise<void>;
}

type Make = (netns: Netns, host: LinuxHost) => Promise<GuardedDevice>;

/**
 * A network namespace in which the host sends nothing by itself, and bridges forward frames without
 * checksums.
 */
export async function quietNetns(): Promise<Netns> {
  const netns = await makeNetns();
  const quiet = `
    for each in all default; do echo 1 > /proc/sys/net/ipv6/conf/$each/disable_ipv6; done
    for each in /proc/sys/net/bridge/bridge-nf-call-*tables; do [ ! -e $each ] || echo 0 > $each; done`;
  netns.run('sh', '-ec', quiet);
  return netns;
}

export const DEVICES: Readonly<Record<string, Make>> = {
  'TAP without bridge': tapAlone,
  'TAP in a Linux bridge': tapInBridge,
  hybrid,
  'macvtap in mode bridge': (netns, host) => macvtap(netns, host, 'bridge'),
  'macvtap in mode vepa': (netns, host) => macvtap(netns, host, 'vepa'),
  'macvtap in mode passthrough': (netns, host) => macvtap(netns, host, 'passthrough'),
  'macvtap in mode private': (netns, host) => macvtap(netns, host, 'bridge', { isolateGuests: true }),
};

async function tapAlone(netns: Netns, host: LinuxHost): Promise<GuardedDevice> {
  const vif = tapVif({ vifName: 'tap0', ...addressed() });
  const plug = plugger(host, vif, (options) => new TapPlugin(options));
  await plug('off');
  return { device: 'tap0', guest: await attachTap(netns, 'tap0'), receivers: {}, plug };
}

/** The hypervisor makes the TAP after the plug, and puts it into the bridge. */
async function tapInBridge(netns: Netns, host: LinuxHost): Promise<GuardedDevice> {
  const vif = bridgeVif({ vifName: 'tap0', bridgeName: 'br0', ...addressed({ shouldProvideBridge: true }) });
  const plug = plugger(host, vif, (options) => new LinuxBridgePlugin(options));
  await plug('off');
  await forgetful(host, 'br0');
  const [guest, receiver] = [await tapAt(netns, host, 'tap0', 'br0'), await tapAt(netns, host, 'far0', 'br0')];
  return { device: 'tap0', guest, receivers: { 'the bridge': receiver }, plug };
}

/** The Linux bridge and the veth of a hybrid VIF. Behind them is a bridge instead of Open vSwitch. */
async function hybrid(netns: Netns, host: LinuxHost): Promise<GuardedDevice> {
  const devices: Element[] = [
    { kind: 'bridge', name: 'qbr0', ageingTime: 0, forwardDelay: 0, multicastSnooping: false, disableIpv6: true },
    { kind: 'veth', name: 'qvb0', peer: 'qvo0', promiscuous: true, master: 'qbr0' },
    { kind: 'bridge', name: 'br-int', ageingTime: 0, forwardDelay: 0, multicastSnooping: false, disableIpv6: true },
    { kind: 'port', name: 'qvo0', bridge: 'br-int' },
  ];
  const plug = async (mode: 'off' | GuardMode): Promise<void> => {
    const addresses = mode === 'mac' ? ALLOWED_PAIRS : [GUEST.ip4, GUEST.ip6, ...ALLOWED];
    const guard = { kind: 'source-guard', name: 'qvb0', hook: 'egress', mac: GUEST.mac, addresses } as const;
    await apply(mode === 'off' ? devices : [...devices, { ...guard, mode }], { host, owner: VIF_ID });
  };
  await plug('off');
  const [guest, receiver] = [await tapAt(netns, host, 'tap0', 'qbr0'), await tapAt(netns, host, 'far0', 'br-int')];
  return { device: 'qvb0', guest, receivers: { 'the switch': receiver }, behindBridge: true, plug };
}

/**
 * On eth0, whose other end is a port of a bridge. In mode bridge, a neighbour on eth0 gets frames
 * too. In mode passthrough, the guest has eth0 for itself.
 */
async function macvtap(
  netns: Netns,
  host: LinuxHost,
  mode: 'bridge' | 'vepa' | 'passthrough',
  own: MacvtapPluginOptions = {},
): Promise<GuardedDevice> {
  await host.links.create({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'far1', up: true } });
  await apply([{ kind: 'bridge', name: 'br1', ageingTime: 0, forwardDelay: 0, multicastSnooping: false }], {
    host,
    owner: 'test',
  });
  await apply([{ kind: 'port', name: 'far1', bridge: 'br1' }], { host, owner: 'test' });
  const wire = await tapAt(netns, host, 'far0', 'br1');
  const vif = directVif({ vifName: 'mt0', mode, devAddress: undefined, ...addressed({ bridgeInterface: 'eth0' }) });
  const plug = plugger(host, vif, (options) => new MacvtapPlugin({ ...own, ...options }));
  await plug('off');
  const guest = await attachMacvtap(netns, 'mt0');
  if (mode !== 'bridge' || own.isolateGuests) return { device: 'mt0', guest, receivers: { 'the wire': wire }, plug };
  const lower = (await host.links.get('eth0'))?.index ?? 0;
  await host.links.create({ kind: 'macvtap', name: 'mt1', lower, macvtap: { mode }, promiscuous: true, up: true });
  return {
    device: 'mt0',
    guest,
    receivers: { 'the wire': wire, 'a neighbour': await attachMacvtap(netns, 'mt1') },
    plug,
  };
}

function plugger(
  host: LinuxHost,
  vif: VIFBase,
  pluginWith: (options: SourceGuardOptions) => WiringPlugin,
): GuardedDevice['plug'] {
  return async (sourceGuard) => {
    const plugin = pluginWith({ sourceGuard, allowedAddresses: () => ALLOWED });
    await plugin.plug(vif, instance(), { host });
  };
}

function addressed(network: ConstructorParameters<typeof Network>[0] = {}) {
  const subnets = subnetsOf(GUEST.ip4, GUEST.ip6);
  return { address: GUEST.mac, network: new Network({ id: VIF_ID, bridge: 'br0', mtu: 1500, subnets, ...network }) };
}

/** Subnets with these fixed IPs. */
export function subnetsOf(...addresses: string[]): SubnetList {
  const ips = new FixedIPList({ objects: addresses.map((address) => new FixedIP({ address })) });
  return new SubnetList({ objects: [new Subnet({ ips })] });
}

async function forgetful({ links }: LinuxHost, name: string): Promise<void> {
  // With an ageing time of 0, the bridge floods all frames.
  await links.change((await links.get(name))?.index ?? 0, { bridge: { ageingTime: 0 } });
}

async function tapAt(netns: Netns, { links }: LinuxHost, name: string, bridge: string): Promise<Wire> {
  const master = (await links.get(bridge))?.index ?? 0;
  await links.create({ kind: 'tap', name, up: true, master });
  return attachTap(netns, name);
}
