/**
 * Converts bindings to VIFs with a vhost-user socket, over which a switch in user space uses the
 * memory of the guest.
 */
import {
  VIFPortProfileBase,
  VIFPortProfileFPBridge,
  VIFPortProfileFPOpenVSwitch,
  VIFPortProfileOpenVSwitch,
} from '../objects/port-profile.ts';
import { type VIFBase, VIFVHostUser } from '../objects/vif.ts';
import type { FieldValues } from '../versioned/versioned-object.ts';
import { type Binding, portDeviceName } from './binding.ts';
import { representorOffload, representorProfile } from './device-vifs.ts';
import { common, hybridBridge, openVSwitchPort } from './switched-vifs.ts';

function vhostUserVif(binding: Binding, values: FieldValues<VIFVHostUser>): VIFBase {
  const { deviceName, details } = binding;
  return new VIFVHostUser({
    ...common(binding),
    vifName: deviceName,
    path: details.vhostuser_socket,
    mode: details.vhostuser_mode ?? 'server',
    ...values,
  });
}

/** A VIF with a vhost-user socket that another program configures. */
export function plainVhostUserVif(binding: Binding): VIFBase {
  return vhostUserVif(binding, { plugin: 'noop' });
}

/** A VIF of Contrail's vRouter with DPDK. */
export function vrouterVhostUserVif(binding: Binding): VIFBase {
  return vhostUserVif(binding, { plugin: 'contrail_vrouter' });
}

/** A VIF of Open vSwitch with DPDK. */
export function ovsVhostUserVif(binding: Binding): VIFBase {
  const portProfile = new VIFPortProfileOpenVSwitch(openVSwitchPort(binding));
  return vhostUserVif(binding, { plugin: 'ovs', vifName: portDeviceName('vhu', binding.id), portProfile });
}

/** A VIF of a fast path of Open vSwitch. */
export function fastPathOvsVif(binding: Binding): VIFBase {
  const hybridPlug = binding.details.ovs_hybrid_plug ?? false;
  const portProfile = new VIFPortProfileFPOpenVSwitch({
    ...openVSwitchPort(binding),
    hybridPlug,
    bridgeName: hybridPlug ? hybridBridge(binding) : binding.network.bridge,
  });
  return vhostUserVif(binding, { plugin: 'vhostuser_fp', portProfile });
}

/** A VIF of a fast path of a Linux bridge. */
export function fastPathBridgeVif(binding: Binding): VIFBase {
  const portProfile = new VIFPortProfileFPBridge({ bridgeName: binding.network.bridge });
  return vhostUserVif(binding, { plugin: 'vhostuser_fp', portProfile });
}

/** A VIF of Agilio OVS with a representor. */
export function agilioForwarderVif(binding: Binding): VIFBase {
  return vhostUserVif(binding, { plugin: 'agilio_ovs', portProfile: representorProfile(binding) });
}

/** A VIF of Contrail's vRouter with a representor. */
export function vrouterForwarderVif(binding: Binding): VIFBase {
  const portProfile = new VIFPortProfileBase({ datapathOffload: representorOffload(binding) });
  return vhostUserVif(binding, { plugin: 'vrouter', portProfile });
}
