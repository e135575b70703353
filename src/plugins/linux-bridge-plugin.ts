/**
 * VIFBridge on a Linux bridge that the guest's TAP is put into by the hypervisor, as os-vif 3 plugged it:
 * where the network says so, the plugin provides the bridge, joins it to the wire, and lets its packets
 * through the host's filter. All of it is shared by the network's VIFs, and stays when they go.
 */

import { type OptionKinds, requireOptions } from '../errors/argument.ts';
import { arrayOf, BOOLEAN, MTU, TEXT } from '../errors/value-kinds.ts';
import type { Host } from '../host-contract/host.ts';
import { HostPluginInfo, HostVIFInfo } from '../objects/host-info.ts';
import { type VIFBase, VIFBridge } from '../objects/vif.ts';
import type { Element, Wiring } from '../wiring/wiring.ts';
import { formerSourceGuard, SOURCE_GUARD_OPTIONS, sourceGuardMode, sourceGuardOn } from './source-guard.ts';
import type { SourceGuardOptions } from './source-guard-options.ts';
import { requireVIF } from './vif-plugin.ts';
import { requireVlan } from './vlan-id.ts';
import { WiringPlugin } from './wiring-plugin.ts';

/** As of os-vif's plugin linux_bridge, in camelCase. */
export interface LinuxBridgePluginOptions extends SourceGuardOptions {
  /** Bytes; for networks without an MTU. Default: the devices keep the MTU that the kernel gives them. */
  readonly networkDeviceMtu?: number;
  /** The device that flat networks reach the wire by. Default: the network's bridgeInterface. */
  readonly flatInterface?: string;
  /** The device that VLAN networks reach the wire by. Default: the network's bridgeInterface. */
  readonly vlanInterface?: string;
  /** Devices that a bridge may forward to and from. Default: `['all']`, to and from anywhere. */
  readonly forwardBridgeInterface?: readonly string[];
  /** The iptables target of what may not be forwarded. It must exist for IPv4 and IPv6. Default: DROP. */
  readonly iptablesDropAction?: string;
  /**
   * Addresses of the NIC with a finite lifetime, from DHCP or from an IPv6 router, go to the bridge too. The
   * program that renews them must then work on the bridge: a lease that it renews on the NIC goes to the
   * bridge at the next plug. Default: false, a plug fails.
   */
  readonly moveLeasedAddresses?: boolean;
}

const OPTIONS: OptionKinds<LinuxBridgePluginOptions> = {
  networkDeviceMtu: MTU,
  flatInterface: TEXT,
  vlanInterface: TEXT,
  forwardBridgeInterface: arrayOf(TEXT, 'strings'),
  iptablesDropAction: TEXT,
  moveLeasedAddresses: BOOLEAN,
  ...SOURCE_GUARD_OPTIONS,
};

/** Named `linux_bridge`. */
export class LinuxBridgePlugin extends WiringPlugin {
  readonly #options: LinuxBridgePluginOptions;

  constructor(options: LinuxBridgePluginOptions = {}) {
    super();
    requireOptions('LinuxBridgePlugin', options, OPTIONS);
    this.#options = options;
  }

  describe(): HostPluginInfo {
    const vifInfo = [
      new HostVIFInfo({ vifObjectName: 'VIFBridge', minVersion: '1.0', maxVersion: '1.0', supportedPortProfiles: [] }),
    ];
    return new HostPluginInfo({ pluginName: 'linux_bridge', vifInfo });
  }

  wire(given: VIFBase): Wiring {
    const vif = requireVIF(this, given, VIFBridge);
    return [...this.#provided(vif), ...this.#guard(vif)];
  }

  #provided(vif: VIFBridge): Element[] {
    const { network } = vif.require('network');
    if (!network?.shouldProvideBridge || network.multiHost) return [];
    const { bridgeName } = vif.require('bridgeName');
    const bytes = network.mtu || this.#options.networkDeviceMtu;
    const mtu = bytes === undefined ? {} : { mtu: bytes };
    return [
      ...provideBridge(bridgeName, mtu),
      ...this.#joinWire(vif, bridgeName, mtu),
      ...this.#forward(vif, bridgeName),
    ];
  }

  /** All other elements are shared and stay, so an unplug removes only the guard. */
  override async unwireOn(_host: Host, vif: VIFBase): Promise<Wiring> {
    return formerSourceGuard(requireVIF(this, vif, VIFBridge).vifName, this.#options);
  }

  /** The hypervisor makes the TAP, so that the guard is for every device of the name. */
  #guard(vif: VIFBridge): Element[] {
    if (sourceGuardMode(vif, this.#options) === 'off') return [];
    const { vifName: name } = vif.require('vifName');
    return [...sourceGuardOn({ name, hook: 'ingress', anyDevice: true }, vif, this.#options)];
  }

  /** A network without a device for the wire is one of this host alone. */
  #joinWire({ network }: VIFBridge, bridge: string, mtu: { readonly mtu?: number }): Element[] {
    const { flatInterface, vlanInterface } = this.#options;
    if (network?.shouldProvideVlan) {
      const { bridgeInterface } = vlanInterface === undefined ? network.require('bridgeInterface') : network;
      const id = requireVlan(network);
      const name = `vlan${id}`;
      const lower = vlanInterface ?? bridgeInterface ?? '';
      return [
        { kind: 'vlan', name, id, lower, ...mtu, shared: true },
        { kind: 'port', name, bridge, ...mtu, shared: true },
      ];
    }
    const name = flatInterface ?? network?.bridgeInterface;
    if (!name) return [];
    const move = {
      moveAddresses: true,
      ...(this.#options.moveLeasedAddresses && { moveLeasedAddresses: true }),
      bridgeDisablesIpv6: true,
    };
    return [{ kind: 'port', name, bridge, ...mtu, ...move, shared: true, optional: true }];
  }

  /** Where Neutron filters, rules of ours would only be in its way. */
  #forward({ hasTrafficFiltering }: VIFBridge, name: string): Element[] {
    const { forwardBridgeInterface: interfaces = ['all'], iptablesDropAction: dropAction = 'DROP' } = this.#options;
    return hasTrafficFiltering ? [] : [{ kind: 'forward-rule', name, interfaces, dropAction, shared: true }];
  }
}

/** No waiting for ports, no loops to look for, no address of the host on it. */
function provideBridge(name: string, mtu: { readonly mtu?: number }): Element[] {
  return [
    {
      kind: 'bridge',
      name,
      ...mtu,
      stp: false,
      forwardDelay: 0,
      multicastSnooping: false,
      disableIpv6: true,
      arpIgnore: 1,
      arpAnnounce: 2,
      shared: true,
    },
  ];
}
