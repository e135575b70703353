/** VIFDirect: the guest's NIC is a macvtap device on a device of the host, or has a virtual function for itself. */

import { HostPluginInfo, HostVIFInfo } from '../objects/host-info.ts';
import { type VIFBase, VIFDirect } from '../objects/vif.ts';
import type { Element, Wiring } from '../wiring/wiring.ts';
import { requireVIF } from './vif-plugin.ts';
import { WiringPlugin } from './wiring-plugin.ts';

export interface MacvtapPluginOptions {
  /**
   * Guests of one host don't find each other: the mode `bridge` is taken as `private`. Default false.
   * Where the switch hairpins, the kernel holds back broadcast and multicast alone; a frame to a known address still arrives.
   */
  readonly isolateGuests?: boolean;
}

/** Named `macvtap`. */
export class MacvtapPlugin extends WiringPlugin {
  readonly #options: MacvtapPluginOptions;

  constructor(options: MacvtapPluginOptions = {}) {
    super();
    this.#options = options;
  }

  describe(): HostPluginInfo {
    const vifInfo = [
      new HostVIFInfo({ vifObjectName: 'VIFDirect', minVersion: '1.0', maxVersion: '1.0', supportedPortProfiles: [] }),
    ];
    return new HostPluginInfo({ pluginName: 'macvtap', vifInfo });
  }

  wire(given: VIFBase): Wiring {
    const vif = requireVIF(this, given, VIFDirect);
    return vif.require('mode').mode === 'passthrough' ? passthrough(vif) : this.#shared(vif);
  }

  /** Several guests on one device, or on one VLAN of it. */
  #shared(vif: VIFDirect): Wiring {
    const { mode, devAddress } = vif.require('mode', 'devAddress');
    const isolated = mode === 'bridge' && this.#options.isolateGuests;
    const vlan = vlanBelow(vif, devAddress);
    const lower = vlan[0]?.name ?? { pciAddress: devAddress };
    return [
      ...vlan,
      { ...guestNic(vif), kind: 'macvtap', lower, mode: isolated ? 'private' : mode === 'bridge' ? 'bridge' : 'vepa' },
    ];
  }
}

function vlanBelow({ vlanName, network }: VIFDirect, devAddress: string): Element[] {
  if (!vlanName) return [];
  const id = network?.vlan ?? 0;
  return [{ kind: 'vlan', name: vlanName, id, lower: { pciAddress: devAddress }, shared: true }];
}

/** The guest alone has the device. What it may send is set where it can't change it: on the physical function. */
function passthrough(vif: VIFDirect): Wiring {
  const { devAddress } = vif.require('devAddress');
  const { mac } = guestNic(vif);
  return [
    {
      kind: 'virtual-function',
      name: devAddress,
      vlan: vif.network?.vlan ?? 0,
      optional: true,
      ...(mac !== undefined && { mac }),
    },
    { ...guestNic(vif), kind: 'macvtap', lower: { pciAddress: devAddress }, mode: 'passthru', lowerUp: true },
  ];
}

function guestNic(vif: VIFDirect): { name: string; mac?: string; mtu?: number } {
  const { vifName } = vif.require('vifName');
  const { address, network } = vif;
  return { name: vifName, ...(address ? { mac: address } : {}), ...(network?.mtu ? { mtu: network.mtu } : {}) };
}
