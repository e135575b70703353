/** Converts bindings to VIFs with a TAP device: on Open vSwitch, on a Linux bridge, or without a bridge. */
import { Network } from '../objects/network.ts';
import { VIFPortProfileFPTap, VIFPortProfileOpenVSwitch } from '../objects/port-profile.ts';
import { type VIFBase, VIFBridge, VIFGeneric, VIFOpenVSwitch } from '../objects/vif.ts';
import type { FieldValues } from '../versioned/versioned-object.ts';
import { type Binding, portDeviceName } from './binding.ts';

/** The values that all VIFs have. */
export function common(binding: Binding, network: FieldValues<Network> = {}): FieldValues<VIFBase> {
  const { id, address, active, preserveOnDelete, details } = binding;
  return {
    id,
    address,
    active,
    preserveOnDelete,
    hasTrafficFiltering: details.port_filter ?? false,
    network: new Network({ ...binding.network, ...network }),
  };
}

/** The values of the port profile for Open vSwitch. */
export function openVSwitchPort({ interfaceId, details }: Binding): FieldValues<VIFPortProfileOpenVSwitch> {
  return { interfaceId, datapathType: details.datapath_type ?? null };
}

/** The name of the Linux bridge of a hybrid port. */
export function hybridBridge({ id }: Binding): string {
  return portDeviceName('qbr', id);
}

/** A VIF with a port of Open vSwitch. */
export function openVSwitchVif(binding: Binding): VIFBase {
  const { deviceName, details, network, delegateCreate } = binding;
  return new VIFOpenVSwitch({
    ...common(binding),
    plugin: 'ovs',
    vifName: deviceName,
    bridgeName: network.bridge,
    portProfile: new VIFPortProfileOpenVSwitch({
      ...openVSwitchPort(binding),
      createPort: delegateCreate,
      createTap: details.ovs_create_tap ?? false,
    }),
  });
}

/** A VIF with a Linux bridge between the guest and Open vSwitch. */
export function hybridVif(binding: Binding): VIFBase {
  return new VIFBridge({
    ...common(binding),
    plugin: 'ovs',
    vifName: binding.deviceName,
    bridgeName: hybridBridge(binding),
    portProfile: new VIFPortProfileOpenVSwitch({
      ...openVSwitchPort(binding),
      createTap: binding.details.ovs_create_tap ?? false,
    }),
  });
}

/**
 * A VIF on the Linux bridge of the network. For `ivs` (Indigo), the bridge of the port, as for a hybrid port.
 */
export function bridgeVif(binding: Binding, plugin: 'linux_bridge' | 'ivs' = 'linux_bridge'): VIFBase {
  return new VIFBridge({
    ...common(binding),
    plugin,
    vifName: binding.deviceName,
    bridgeName: plugin === 'ivs' ? hybridBridge(binding) : binding.network.bridge,
  });
}

/** A VIF with a TAP device. The plugin determines its connection. */
export function genericVif(binding: Binding, plugin: string): VIFBase {
  return new VIFGeneric({ ...common(binding), plugin, vifName: binding.deviceName });
}

/** A VIF with a TAP device to which the host routes. Its host side has a MAC address of its own. */
export function tapVif(binding: Binding): VIFBase {
  const { deviceName, details } = binding;
  return new VIFGeneric({
    ...common(binding),
    plugin: 'tap',
    vifName: deviceName,
    portProfile: new VIFPortProfileFPTap({ macAddress: details.mac_address ?? null }),
  });
}
