/** Converts bindings to VIFs with a PCI function, or with a macvtap device on a NIC. */
import { DatapathOffloadRepresentor } from '../objects/datapath-offload.ts';
import { asPrivateGuest } from '../objects/guest-isolation.ts';
import {
  VIFPortProfile8021Qbg,
  VIFPortProfile8021Qbh,
  VIFPortProfileBase,
  VIFPortProfileOVSRepresentor,
} from '../objects/port-profile.ts';
import { type VIFBase, VIFDirect, VIFHostDevice } from '../objects/vif.ts';
import type { Binding } from './binding.ts';
import type { NumberOrDigits } from './port.ts';
import { common } from './switched-vifs.ts';

/** The datapath offload for a representor. */
export function representorOffload({ deviceName, profile }: Binding): DatapathOffloadRepresentor {
  return new DatapathOffloadRepresentor({ representorName: deviceName, representorAddress: profile.pci_slot });
}

/**
 * A port profile with the representor in two forms, as in nova: for peers without datapath offloads,
 * and for later peers.
 */
export function representorProfile(binding: Binding): VIFPortProfileOVSRepresentor {
  return new VIFPortProfileOVSRepresentor({
    interfaceId: binding.interfaceId,
    representorName: binding.deviceName,
    representorAddress: binding.profile.pci_slot,
    datapathOffload: representorOffload(binding),
  });
}

/** A VIF with a virtual function in switchdev mode. */
export function representorVif(binding: Binding, plugin: 'ovs' | 'agilio_ovs'): VIFBase {
  return new VIFHostDevice({ ...ethernetDevice(binding), plugin, portProfile: representorProfile(binding) });
}

/** A VIF with a virtual function whose representor the plugin `vrouter` plugs. */
export function vrouterDirectVif(binding: Binding): VIFBase {
  const portProfile = new VIFPortProfileBase({ datapathOffload: representorOffload(binding) });
  return new VIFHostDevice({ ...ethernetDevice(binding), plugin: 'vrouter', portProfile });
}

/** A VIF on a SmartNIC. The agent of the SmartNIC configures the switch. */
export function remoteManagedVif(binding: Binding): VIFBase {
  return new VIFHostDevice({ ...ethernetDevice(binding), plugin: 'noop' });
}

/** A VIF with a virtual function. libvirt sets its MAC address, and its VLAN or port profile. */
export function virtualFunctionVif(binding: Binding): VIFBase {
  return new VIFHostDevice({ ...ethernetDevice(binding), plugin: 'noop', ...portExtenderProfile(binding) });
}

/** A VIF with a physical function or an InfiniBand device. The guest configures the device. */
export function passedThroughVif(binding: Binding, plugin: 'noop' | 'ib_hostdev'): VIFBase {
  return new VIFHostDevice({
    ...common(binding),
    plugin,
    devType: 'generic',
    devAddress: binding.profile.pci_slot,
  });
}

/**
 * A VIF with a macvtap device that libvirt creates, so it has no `vifName`. The binding has no PCI
 * address: `bridgeInterface` is the name of the NIC, and `vlanName` the name of the VLAN device on it,
 * if there is one. VIFDirect has no mode `private`. The mode `vepa` comes closest: it needs a switch that sends
 * frames back.
 */
export function macvtapVif(binding: Binding): VIFBase {
  const { macvtap_source: source, macvtap_mode: mode, physical_interface: physical } = binding.details;
  const vlan = numberOf(binding.details.vlan);
  const vif = new VIFDirect({
    ...common(binding, vlan ? { bridgeInterface: physical, vlan } : { bridgeInterface: source }),
    plugin: 'macvtap',
    mode: mode === 'private' ? 'vepa' : mode,
    ...(vlan ? { vlanName: source } : {}),
  });
  return mode === 'private' ? asPrivateGuest(vif) : vif;
}

/** A VIF with a macvtap device in mode passthrough on a virtual function. */
export function virtualFunctionMacvtapVif(binding: Binding): VIFBase {
  return new VIFDirect({ ...deviceValues(binding), plugin: 'macvtap', mode: 'passthrough' });
}

/** A VIF with a port profile of IEEE 802.1Qbh. libvirt passes the profile to the switch. */
export function portExtenderVif(binding: Binding): VIFBase {
  const profile = portExtenderProfile(binding);
  return new VIFDirect({ ...deviceValues(binding), plugin: 'noop', mode: 'passthrough', ...profile });
}

/** A VIF with a port profile of IEEE 802.1Qbg. libvirt announces the VSI to the switch through lldpad. */
export function edgeBridgeVif(binding: Binding): VIFBase {
  const { physical_interface, managerid, typeid, typeidversion, instanceid } = binding.details;
  return new VIFDirect({
    ...common(binding, { bridgeInterface: physical_interface }),
    plugin: 'noop',
    mode: 'vepa',
    portProfile: new VIFPortProfile8021Qbg({
      managerId: numberOf(managerid),
      typeId: numberOf(typeid),
      typeIdVersion: numberOf(typeidversion),
      instanceId: instanceid,
    }),
  });
}

function portExtenderProfile({ details: { profileid }, vifType }: Binding): { portProfile?: VIFPortProfile8021Qbh } {
  return vifType === '802.1qbh' ? { portProfile: new VIFPortProfile8021Qbh({ profileId: profileid }) } : {};
}

function ethernetDevice(binding: Binding): ReturnType<typeof deviceValues> & { readonly devType: 'ethernet' } {
  return { ...deviceValues(binding), devType: 'ethernet' };
}

/**
 * The values of a VIF with a PCI function.
 * For the vif type hw_veb the NIC switches frames itself, and tags them with `vlan`.
 */
function deviceValues(binding: Binding) {
  const { vifType, details, profile } = binding;
  const tagged = vifType === 'hw_veb' ? { vlan: numberOf(details.vlan), shouldProvideVlan: false } : {};
  return { ...common(binding, tagged), devAddress: profile.pci_slot };
}

function numberOf(digits: NumberOrDigits | null | undefined): number | undefined {
  return digits === undefined || digits === null ? undefined : Number(digits);
}
