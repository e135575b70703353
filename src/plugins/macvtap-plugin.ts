/** VIFDirect: the guest's NIC is a macvtap device on a device of the host, or has a virtual function for itself. */

import { PluginError } from '../errors/plugin.ts';
import type { Host } from '../host-contract/host.ts';
import { HostPluginInfo, HostVIFInfo } from '../objects/host-info.ts';
import { type VIFBase, VIFDirect } from '../objects/vif.ts';
import type { ExistingDevice } from '../wiring/elements/existing-device.ts';
import type { MacvtapElement } from '../wiring/elements/macvtap.ts';
import type { Element, Wiring } from '../wiring/wiring.ts';
import { requireVIF } from './vif-plugin.ts';
import { requireVlan } from './vlan-id.ts';
import { WiringPlugin } from './wiring-plugin.ts';

/** How guests share the devices that macvtap puts them on. */
export interface MacvtapPluginOptions {
  /**
   * Guests on one device don't reach each other, whatever the switch next door sends back: the mode `bridge` is taken as `private`,
   * and the device drops frames that come in from a guest of its own, by a rule of nftables (the package nftables must be
   * installed). VIFs in this mode need an `address`; what a guest sends from another one is not held back. Where libvirt makes the
   * device, `toInterfaceXml` takes the same option. Default false.
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

  /**
   * The elements of this VIF alone. The VLAN device is shared and stays, so an unplug needs neither its name
   * nor its id.
   */
  override async unwireOn(_host: Host, given: VIFBase): Promise<Wiring> {
    const vif = requireVIF(this, given, VIFDirect);
    const { address, vifName, devAddress, network } = vif;
    const lower = devAddress === undefined ? (network?.bridgeInterface ?? '') : { pciAddress: devAddress };
    // A VIF that was plugged before guests were isolated may have no address.
    const isFiltered = this.#options.isolateGuests && vif.mode === 'bridge' && address;
    return [
      ...(vif.mode === 'passthrough' ? ownFunction(vif) : []),
      ...(isFiltered ? [{ kind: 'source-mac-filter', name: address, lower } as const] : []),
      ...(vifName === undefined ? [] : [{ kind: 'macvtap', name: vifName, lower, mode: 'private' } as const]),
    ];
  }

  /** Several guests on one device, or on one VLAN of it. */
  #shared(vif: VIFDirect): Wiring {
    const { mode } = vif.require('mode');
    const isolated = mode === 'bridge' && this.#options.isolateGuests;
    const vlan = vlanBelow(vif);
    const lower = vlan[0]?.name ?? deviceBelow(vif);
    if (isolated) return [...vlan, ...isolatedNic(vif, lower)];
    return [...vlan, ...guestNic(vif, lower, mode === 'bridge' ? 'bridge' : 'vepa')];
  }
}

/** Neutron's macvtap agent tells no PCI address: the network then names the device. */
function deviceBelow(vif: VIFDirect): ExistingDevice {
  const { devAddress, network } = vif;
  if (devAddress === undefined && network?.bridgeInterface) return network.bridgeInterface;
  return { pciAddress: vif.require('devAddress').devAddress };
}

/** The VLAN device between, if there is one. A guest of a VLAN never gets the untagged device. */
function vlanBelow(vif: VIFDirect): Element[] {
  const { id, vlanName, network } = vif;
  if (vlanName)
    return [{ kind: 'vlan', name: vlanName, id: requireVlan(network), lower: deviceBelow(vif), shared: true }];
  if (!network?.vlan) return [];
  throw new PluginError(
    `VIF ${id} is on VLAN ${network.vlan}, and no VLAN device is named: set vlanName, or mode passthrough and the devAddress of a virtual function`,
  );
}

/** The guest alone has the device. What it may send is set where it cannot change it: on the physical function. */
function passthrough(vif: VIFDirect): Wiring {
  if (vif.devAddress === undefined) {
    const vlan = vlanBelow(vif);
    return [...vlan, ...guestNic(vif, vlan[0]?.name ?? deviceBelow(vif), 'passthru')];
  }
  return [...ownFunction(vif), ...guestNic(vif, deviceBelow(vif), 'passthru')];
}

function ownFunction({ devAddress, network, address }: VIFDirect): Element[] {
  if (devAddress === undefined) return [];
  const settings = { vlan: network?.vlan ?? 0, optional: true, ...(address ? { mac: address } : {}) };
  return [{ ...settings, kind: 'virtual-function', name: devAddress }];
}

/** Kernel: macvlan_handle_frame() holds back in mode private what a switch returns to all, and delivers what it returns to one. */
function isolatedNic(vif: VIFDirect, lower: ExistingDevice): Element[] {
  const { id, address } = vif;
  if (!address)
    throw new PluginError(`isolateGuests tells guests by their addresses, and VIF ${id} has none: set its address`);
  return [{ kind: 'source-mac-filter', name: address, lower }, ...guestNic(vif, lower, 'private')];
}

/** The macvtap device; nothing where the VIF has no name for it, because the hypervisor makes it. */
function guestNic(
  { vifName, address, network }: VIFDirect,
  lower: ExistingDevice,
  mode: MacvtapElement['mode'],
): Element[] {
  if (vifName === undefined) return [];
  return [
    {
      kind: 'macvtap',
      name: vifName,
      lower,
      mode,
      ...(address ? { mac: address } : {}),
      ...(network?.mtu ? { mtu: network.mtu } : {}),
      lowerUp: true,
    },
  ];
}
