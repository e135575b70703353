/** VIFs whose guest has a device of the host: a PCI function, or a macvtap device on one. */
import { DatapathOffloadRepresentor } from '../objects/datapath-offload.ts';
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

export function representorOffload({ deviceName, profile }: Binding): DatapathOffloadRepresentor {
  return new DatapathOffloadRepresentor({ representorName: deviceName, representorAddress: profile.pci_slot });
}

/** The representor twice, as nova says it: for peers from before datapath offloads, and for later ones. */
export function representorProfile(binding: Binding): VIFPortProfileOVSRepresentor {
  return new VIFPortProfileOVSRepresentor({
    interfaceId: binding.interfaceId,
    representorName: binding.deviceName,
    representorAddress: binding.profile.pci_slot,
    datapathOffload: representorOffload(binding),
  });
}

export function representorVif(binding: Binding, plugin: 'ovs' | 'agilio_ovs'): VIFBase {
  return new VIFHostDevice({ ...ethernetDevice(binding), plugin, portProfile: representorProfile(binding) });
}

export function vrouterDirectVif(binding: Binding): VIFBase {
  const portProfile = new VIFPortProfileBase({ datapathOffload: representorOffload(binding) });
  return new VIFHostDevice({ ...ethernetDevice(binding), plugin: 'vrouter', portProfile });
}

/** A SmartNIC's own agent does what there is to do on its side. */
export function remoteManagedVif(binding: Binding): VIFBase {
  return new VIFHostDevice({ ...ethernetDevice(binding), plugin: 'noop' });
}

/** libvirt sets the function's MAC address, and its VLAN or port profile. */
export function virtualFunctionVif(binding: Binding): VIFBase {
  return new VIFHostDevice({ ...ethernetDevice(binding), plugin: 'noop', ...portExtenderProfile(binding) });
}

/** A whole physical function, or InfiniBand: the guest does everything. */
export function passedThroughVif(binding: Binding, plugin: 'noop' | 'ib_hostdev'): VIFBase {
  return new VIFHostDevice({
    ...common(binding),
    plugin,
    devType: 'generic',
    devAddress: binding.profile.pci_slot,
  });
}

/**
 * No `vifName`: libvirt makes the macvtap device. The binding names the device below, and no PCI address: `bridgeInterface` has the
 * name, and `vlanName` that of the VLAN device between, where there is one.
 */
export function macvtapVif(binding: Binding): VIFBase {
  const { macvtap_source: source, macvtap_mode: mode, physical_interface: physical } = binding.details;
  const vlan = numberOf(binding.details.vlan);
  return new VIFDirect({
    ...common(binding, vlan ? { bridgeInterface: physical, vlan } : { bridgeInterface: source }),
    plugin: 'macvtap',
    mode,
    ...(vlan ? { vlanName: source } : {}),
  });
}

export function virtualFunctionMacvtapVif(binding: Binding): VIFBase {
  return new VIFDirect({ ...deviceValues(binding), plugin: 'macvtap', mode: 'passthrough' });
}

/** libvirt hands the profile to the switch. */
export function portExtenderVif(binding: Binding): VIFBase {
  const profile = portExtenderProfile(binding);
  return new VIFDirect({ ...deviceValues(binding), plugin: 'noop', mode: 'passthrough', ...profile });
}

/** libvirt announces the VSI to the switch, by lldpad. */
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

/** The function tags what the guest sends, where its NIC is its own switch. */
function deviceValues(binding: Binding) {
  const { vifType, details, profile } = binding;
  const tagged = vifType === 'hw_veb' ? { vlan: numberOf(details.vlan), shouldProvideVlan: false } : {};
  return { ...common(binding, tagged), devAddress: profile.pci_slot };
}

function numberOf(digits: NumberOrDigits | null | undefined): number | undefined {
  return digits === undefined || digits === null ? undefined : Number(digits);
}
