/** One VIF for each plugin that works on the kernel's devices, and what it needs to be there. */

import type { Host } from '../../src/host-contract/host.ts';
import type { Link } from '../../src/host-contract/links.ts';
import { HostPluginInfo } from '../../src/objects/host-info.ts';
import { VIFPortProfileFPTap } from '../../src/objects/port-profile.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import type { VIFPlugin } from '../../src/plugins/vif-plugin.ts';
import { WiringPlugin } from '../../src/plugins/wiring-plugin.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { bridgeVif, directVif, tapVif } from '../plugins/vifs.ts';

export interface Case {
  readonly plugin: VIFPlugin;
  readonly vif: VIFBase;
}

/** The bridge, veth and TAP that a hybrid plug of Open vSwitch has on the kernel's side. */
class HybridPlugin extends WiringPlugin {
  describe(): HostPluginInfo {
    return new HostPluginInfo({ pluginName: 'hybrid', vifInfo: [] });
  }

  wire(): Wiring {
    return [
      {
        kind: 'bridge',
        name: 'qbr0',
        ageingTime: 0,
        stp: false,
        forwardDelay: 0,
        multicastSnooping: false,
        disableIpv6: true,
        arpIgnore: 1,
        arpAnnounce: 2,
      },
      { kind: 'veth', name: 'qvb0', peer: 'qvo0', mtu: 1450, promiscuous: true, master: 'qbr0' },
      { kind: 'port', name: 'spare0', bridge: 'qbr0', hairpin: true, mtu: 1300 },
      { kind: 'tap', name: 'tap0', mtu: 1450, master: 'qbr0', multiQueue: true, owner: 1000 },
    ];
  }
}

/** VIFPortProfileFPTap and an owner, so that a TAP takes all the steps it can. */
const tapWithAll = tapVif({ portProfile: new VIFPortProfileFPTap({ macAddress: '02:fe:00:00:00:01' }) });

export const CASES: Readonly<Record<string, Case>> = {
  tap: { plugin: new TapPlugin({ owner: 1000, group: 1000, multiQueue: true }), vif: tapWithAll },
  'tap with a source guard': { plugin: new TapPlugin({ sourceGuard: 'mac-and-ip' }), vif: tapWithAll },
  'linux bridge': { plugin: new LinuxBridgePlugin(), vif: bridgeVif({ hasTrafficFiltering: false }) },
  'macvtap in mode vepa': { plugin: new MacvtapPlugin(), vif: directVif() },
  'macvtap, guests isolated': {
    plugin: new MacvtapPlugin({ isolateGuests: true }),
    vif: directVif({ mode: 'bridge' }),
  },
  'macvtap for one guest': { plugin: new MacvtapPlugin(), vif: directVif({ mode: 'passthrough' }) },
  hybrid: { plugin: new HybridPlugin(), vif: tapVif({ plugin: 'hybrid' }) },
};

/** Address of the PCI function that eth0 is, here. */
export const PCI_ADDRESS = '0000:03:00.0';

/** What the cases find on the host: eth0 with its far end, and a spare device. */
export async function prepareHost({ links }: Host): Promise<void> {
  await links.create({ kind: 'veth', name: 'eth0', peer: { name: 'far0', up: true } });
  await links.create({ kind: 'tap', name: 'spare0', mtu: 1400 });
}

/** All that a plug may change of a host. */
export async function snapshot(host: Host): Promise<unknown> {
  return { links: await linksOf(host), ingress: await host.ingress.list(), guards: await host.guards.list() };
}

async function linksOf(host: Host): Promise<unknown> {
  const links = await host.links.list();
  return Promise.all(
    links
      .toSorted((a, b) => a.index - b.index)
      .map(async (link) => ({
        ...withoutBorrowedMac(link),
        addressing: await host.addressing.get(link.index),
        disableIpv6: await host.sysctl.get(`net/ipv6/conf/${link.name}/disable_ipv6`),
        chain: await host.filter.get(`os-vif-${link.name}`),
        virtualFunctions: await host.links.virtualFunctions(link.index),
      })),
  );
}

/** The kernel gives a bridge the address of one of its ports, and takes it away with the last. */
function withoutBorrowedMac({ mac, ...link }: Link): Partial<Link> {
  return link.kind === 'bridge' ? link : { ...link, mac };
}
