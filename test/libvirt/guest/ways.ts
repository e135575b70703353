/** The ways to connect a guest of libvirt, and what is particular to each. */
import type { MacvtapNetwork } from '../../../src/entries/libvirt.ts';
import { asPrivateGuest } from '../../../src/objects/guest-isolation.ts';
import { Network } from '../../../src/objects/network.ts';
import { VIFPortProfileFPTap, VIFPortProfileOpenVSwitch } from '../../../src/objects/port-profile.ts';
import {
  type VIFBase,
  VIFBridge,
  VIFDirect,
  type VIFDirectMode,
  VIFGeneric,
  VIFOpenVSwitch,
} from '../../../src/objects/vif.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import type { VIFPlugin } from '../../../src/plugins/vif-plugin.ts';

/** Bytes. */
export const MTU = 1450;
const UPLINK = { name: 'uplink', devices: ['eth0'], mode: 'bridge' } as const;
const BRIDGE = 'brqb82c1929-05';
/** The guest's TAP, if there is one. */
export const TAP = 'tapdc065497-3c';
const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

export interface Way {
  /** For docs/neutron-and-libvirt.md. */
  readonly title: string;
  readonly vif: () => VIFBase;
  readonly plugins?: () => VIFPlugin[];
  /** The bridge br-int of Open vSwitch, with the wire, is there before the plug. */
  readonly onOpenVSwitch?: true;
  /** The guest's packets are routed by the host, not bridged. */
  readonly isRouted?: true;
  /** The plug puts the NIC into a bridge, which stays as long as the NIC is in it. */
  readonly hasSharedBridge?: true;
  /** The guest is connected to this network of libvirt. */
  readonly libvirtNetwork?: MacvtapNetwork;
  /** Bytes: the guest's MTU, if it is not that of the network. */
  readonly guestMtu?: number;
  /** One of those that run on every submission. */
  readonly isUsual?: true;
}

/** By the name that the command line of scripts/libvirt/run.mjs has. */
export const WAYS: ReadonlyMap<string, Way> = new Map<string, Way>([
  ['tap', { title: 'TAP, routed by the host', vif: routedTap, isRouted: true }],
  ['linux-bridge', { title: 'TAP in a Linux bridge', vif: bridgedTap, hasSharedBridge: true, isUsual: true }],
  ['ovs', { title: 'Open vSwitch, port by libvirt', vif: () => ovsVif({}), onOpenVSwitch: true, isUsual: true }],
  [
    'ovs-port',
    { title: 'Open vSwitch, port by the plugin', vif: () => ovsVif({ createPort: true }), onOpenVSwitch: true },
  ],
  [
    'ovs-tap',
    { title: 'Open vSwitch, TAP and port by the plugin', vif: () => ovsVif(PLUGIN_MAKES_ALL), onOpenVSwitch: true },
  ],
  [
    'ovs-bridge',
    {
      title: 'Open vSwitch, a bridge for each port',
      // Without createPort, libvirt would add the port to the bridge of the network.
      vif: () => ovsVif({ createPort: true }),
      plugins: () => [new OvsPlugin({ perPortBridge: true })],
      onOpenVSwitch: true,
    },
  ],
  ['hybrid', { title: 'Open vSwitch, hybrid', vif: hybrid, onOpenVSwitch: true }],
  ['macvtap-bridge', { title: 'macvtap, mode bridge', vif: () => macvtap('bridge'), isUsual: true }],
  ['macvtap-vepa', { title: 'macvtap, mode vepa', vif: () => macvtap('vepa') }],
  ['macvtap-private', { title: 'macvtap, mode private', vif: () => asPrivateGuest(macvtap('vepa')) }],
  ['macvtap-passthrough', { title: 'macvtap, mode passthrough', vif: () => macvtap('passthrough') }],
  ['macvtap-network', { title: 'macvtap by libvirt, on its network', vif: libvirtsMacvtap, libvirtNetwork: UPLINK }],
  // libvirt refuses an MTU for an interface of the type direct.
  ['macvtap-libvirt', { title: 'macvtap by libvirt, on a device', vif: libvirtsMacvtap, guestMtu: 1500 }],
]);

/** `names`: separated by commas, or `all`. Default: the ways that run on every submission. */
export function waysNamed(names: string | undefined): [string, Way][] {
  if (names === undefined) return [...WAYS].filter(([, { isUsual }]) => isUsual);
  if (names === 'all') return [...WAYS];
  return names.split(',').map((name) => {
    const way = WAYS.get(name);
    if (way === undefined) throw new Error(`there is no way ${name}; there are ${[...WAYS.keys()].join(', ')}`);
    return [name, way];
  });
}

const ON_NIC = { bridgeInterface: 'eth0' };
const PLUGIN_MAKES_ALL = { createPort: true, createTap: true };

function common(plugin: string) {
  return { id: ID, plugin, address: 'fa:16:3e:4a:5b:6c' };
}

function network(values: ConstructorParameters<typeof Network>[0] = {}): Network {
  return new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', bridge: 'br-int', mtu: MTU, ...values });
}

function routedTap(): VIFGeneric {
  const portProfile = new VIFPortProfileFPTap({ macAddress: 'ee:ee:ee:ee:ee:ee' });
  return new VIFGeneric({ ...common('tap'), vifName: TAP, network: network(), portProfile });
}

function bridgedTap(): VIFBridge {
  return new VIFBridge({
    ...common('linux_bridge'),
    vifName: TAP,
    bridgeName: BRIDGE,
    hasTrafficFiltering: true,
    network: network({ bridge: BRIDGE, shouldProvideBridge: true, bridgeInterface: 'eth0' }),
  });
}

function profile(values: ConstructorParameters<typeof VIFPortProfileOpenVSwitch>[0]): VIFPortProfileOpenVSwitch {
  return new VIFPortProfileOpenVSwitch({ interfaceId: ID, profileId: '', datapathType: 'netdev', ...values });
}

/** On the bridge br-int. `values`: those of its port profile. */
export function ovsVif(values: ConstructorParameters<typeof VIFPortProfileOpenVSwitch>[0]): VIFOpenVSwitch {
  return new VIFOpenVSwitch({
    ...common('ovs'),
    vifName: TAP,
    bridgeName: 'br-int',
    network: network(),
    portProfile: profile(values),
  });
}

function hybrid(): VIFBridge {
  return new VIFBridge({
    ...common('ovs'),
    vifName: TAP,
    bridgeName: 'qbrdc065497-3c',
    network: network(),
    portProfile: profile({}),
  });
}

function macvtap(mode: VIFDirectMode): VIFDirect {
  return new VIFDirect({ ...common('macvtap'), mode, vifName: 'macvtap0', network: network(ON_NIC) });
}

function libvirtsMacvtap(): VIFDirect {
  return new VIFDirect({ ...common('macvtap'), mode: 'bridge', network: network(ON_NIC) });
}
