/** Virtual network interfaces: one class for each type of host side. */

import { field } from '../versioned/field.ts';
import { macAddress, pciAddress } from '../versioned/fields/addresses.ts';
import { oneOf } from '../versioned/fields/enumerations.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { boolean, string, uuid } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { Network } from './network.ts';
import { osVifObject } from './os-vif-object.ts';
import { VIFPortProfileBase } from './port-profile.ts';

/** The modes of a macvtap device. */
export const VIF_DIRECT_MODES = ['vepa', 'passthrough', 'bridge'] as const;
/** The roles of the guest on a vhost-user socket. */
export const VHOST_USER_MODES = ['client', 'server'] as const;
/**
 * The types of a host device:
 * `ethernet`, a network interface of the guest, or `generic`, a PCI device of the guest.
 */
export const HOST_DEVICE_TYPES = ['ethernet', 'generic'] as const;

/**
 * The mode of the macvtap device of a VIFDirect (os-vif's VIFDirectMode): `vepa`, `passthrough` or `bridge`.
 */
export type VIFDirectMode = (typeof VIF_DIRECT_MODES)[number];
/** The role of the guest on the vhost-user socket: `client` of the switch, or `server`. */
export type VhostUserMode = (typeof VHOST_USER_MODES)[number];
/**
 * The device of a VIFHostDevice in the guest:
 * `ethernet`, the NIC of a virtual function, or `generic`, a PCI device.
 */
export type HostDeviceType = (typeof HOST_DEVICE_TYPES)[number];

/** The fields of every VIF. Create objects of a subclass: the class determines the type of the host side. */
@osVifObject({ name: 'VIFBase', version: '1.0' })
export class VIFBase extends VersionedObject {
  /** The UUID of the port. */
  @field(uuid()) id?: string;
  /** The guest's MAC address. */
  @field(macAddress(), { nullable: true }) address?: string | null;
  /** The network of the VIF. */
  @field(objectOf(Network), { nullable: true }) network?: Network | null;
  /** The name of the plugin that plugs the VIF. */
  @field(string()) plugin?: string;
  /** Whether the VIF is initially online. */
  @field(boolean(), { default: true }) active?: boolean;
  /** Whether the port stays in the network service when the guest is deleted. */
  @field(boolean(), { default: false }) preserveOnDelete?: boolean;
  /** Whether the network service filters the traffic. The host then needs no filter. */
  @field(boolean(), { default: false }) hasTrafficFiltering?: boolean;
  /** The data for the switch of the host. */
  @field(objectOf(VIFPortProfileBase, { subclasses: true })) portProfile?: VIFPortProfileBase;

  constructor(values: FieldValues<VIFBase> = {}) {
    super(values);
  }
}

/** A TAP device. The plugin determines the connection to the network. */
@osVifObject({ name: 'VIFGeneric', version: '1.0' })
export class VIFGeneric extends VIFBase {
  /** The name of the device. */
  @field(string()) vifName?: string;

  constructor(values: FieldValues<VIFGeneric> = {}) {
    super(values);
  }
}

/** A device on a Linux bridge. */
@osVifObject({ name: 'VIFBridge', version: '1.0' })
export class VIFBridge extends VIFBase {
  /** The name of the device. */
  @field(string()) vifName?: string;
  /** The name of the bridge. */
  @field(string()) bridgeName?: string;

  constructor(values: FieldValues<VIFBridge> = {}) {
    super(values);
  }
}

/** A port of Open vSwitch. */
@osVifObject({ name: 'VIFOpenVSwitch', version: '1.0' })
export class VIFOpenVSwitch extends VIFBase {
  /** The name of the port and its device. */
  @field(string()) vifName?: string;
  /** The name of the bridge of Open vSwitch. */
  @field(string()) bridgeName?: string;

  constructor(values: FieldValues<VIFOpenVSwitch> = {}) {
    super(values);
  }
}

/** A macvtap device on a physical function, or on a virtual function of its own. */
@osVifObject({ name: 'VIFDirect', version: '1.0' })
export class VIFDirect extends VIFBase {
  /** The name of the device. */
  @field(string()) vifName?: string;
  /** The PCI address of the function below. */
  @field(pciAddress()) devAddress?: string;
  /** The mode of the macvtap device. */
  @field(oneOf(VIF_DIRECT_MODES, 'VIFDirectMode')) mode?: VIFDirectMode;
  /** The name of the VLAN device between the function and the macvtap device. */
  @field(string()) vlanName?: string;

  constructor(values: FieldValues<VIFDirect> = {}) {
    super(values);
  }
}

/** A vhost-user socket of a switch in user space. */
@osVifObject({ name: 'VIFVHostUser', version: '1.1', baseVersions: { '1.0': '1.0' } })
export class VIFVHostUser extends VIFBase {
  /** The name of the port on the switch. */
  @field(string(), { since: '1.1' }) vifName?: string;
  /** The path of the UNIX socket. */
  @field(string()) path?: string;
  /** The role of the guest on the socket. */
  @field(oneOf(VHOST_USER_MODES, 'VIFVHostUserMode')) mode?: VhostUserMode;

  constructor(values: FieldValues<VIFVHostUser> = {}) {
    super(values);
  }
}

/** A PCI device that is passed through to the guest: a physical or a virtual function. */
@osVifObject({ name: 'VIFHostDevice', version: '1.0' })
export class VIFHostDevice extends VIFBase {
  /** The type of the device in the guest. */
  @field(oneOf(HOST_DEVICE_TYPES, 'VIFHostDeviceDevType')) devType?: HostDeviceType;
  /** The PCI address of the device. */
  @field(pciAddress()) devAddress?: string;

  constructor(values: FieldValues<VIFHostDevice> = {}) {
    super(values);
  }
}

/** A port that a virtual machine passes on to a pod with DPDK (Kuryr). */
@osVifObject({ name: 'VIFNestedDPDK', version: '1.0' })
export class VIFNestedDPDK extends VIFBase {
  /** The PCI address of the device in the virtual machine. */
  @field(string()) pciAddress?: string;
  /** The earlier driver of the device. */
  @field(string()) devDriver?: string;

  constructor(values: FieldValues<VIFNestedDPDK> = {}) {
    super(values);
  }
}
