/** Virtual network interfaces, a class for each way that the host side can be made. */

import { field } from '../versioned/field.ts';
import { macAddress, pciAddress } from '../versioned/fields/addresses.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { boolean, oneOf, string, uuid } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { Network } from './network.ts';
import { osVifObject } from './os-vif-object.ts';
import { VIFPortProfileBase } from './port-profile.ts';

/** How a macvtap device passes traffic on. */
export const VIF_DIRECT_MODES = ['vepa', 'passthrough', 'bridge'] as const;
/** Which side of a vhost-user socket VIF the guest is. */
export const VHOST_USER_MODES = ['client', 'server'] as const;
/** What becomes of a host device: `ethernet` is an interface of the guest, `generic` a PCI device of it. */
export const HOST_DEVICE_TYPES = ['ethernet', 'generic'] as const;

/** How a VIFDirect's NIC shares its device, as os-vif's VIFDirectMode: `vepa`, `passthrough` or `bridge`. */
export type VIFDirectMode = (typeof VIF_DIRECT_MODES)[number];
/** What the guest is to its vhost-user socket: a `client` of the switch, or the `server`. */
export type VhostUserMode = (typeof VHOST_USER_MODES)[number];
/** What the guest gets of a VIFHostDevice: `ethernet`, a NIC of a virtual function, or `generic`, a PCI device. */
export type HostDeviceType = (typeof HOST_DEVICE_TYPES)[number];

/** What every VIF has. Use a subclass: it says how the VIF is plugged. */
@osVifObject({ name: 'VIFBase', version: '1.0' })
export class VIFBase extends VersionedObject {
  /** The UUID of the port. */
  @field(uuid()) id?: string;
  /** The guest's MAC address. */
  @field(macAddress(), { nullable: true }) address?: string | null;
  /** The network that it is on. */
  @field(objectOf(Network), { nullable: true }) network?: Network | null;
  /** The name of the plugin that plugs it. */
  @field(string()) plugin?: string;
  /** Whether it is online from the start. */
  @field(boolean(), { default: true }) active?: boolean;
  /** Whether its port stays in the network service when the guest goes. */
  @field(boolean(), { default: false }) preserveOnDelete?: boolean;
  /** Whether the network service filters its traffic, so that the host need not. */
  @field(boolean(), { default: false }) hasTrafficFiltering?: boolean;
  /** What tells the switch who it is. */
  @field(objectOf(VIFPortProfileBase, { subclasses: true })) portProfile?: VIFPortProfileBase;

  constructor(values: FieldValues<VIFBase> = {}) {
    super(values);
  }
}

/** A TAP device that nothing on the host is said of: what joins it to the network is up to the plugin. */
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
  /** The bridge. */
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
  /** The bridge of Open vSwitch. */
  @field(string()) bridgeName?: string;

  constructor(values: FieldValues<VIFOpenVSwitch> = {}) {
    super(values);
  }
}

/** A macvtap device on a physical function, or on a virtual one that it has for itself. */
@osVifObject({ name: 'VIFDirect', version: '1.0' })
export class VIFDirect extends VIFBase {
  /** The name of the device. */
  @field(string()) vifName?: string;
  /** The PCI address of the function below. */
  @field(pciAddress()) devAddress?: string;
  /** How traffic is passed on. */
  @field(oneOf(VIF_DIRECT_MODES, 'VIFDirectMode')) mode?: VIFDirectMode;
  /** The name of the VLAN device between. */
  @field(string()) vlanName?: string;

  constructor(values: FieldValues<VIFDirect> = {}) {
    super(values);
  }
}

/** A vhost-user socket, behind which a switch in user space moves the packets. */
@osVifObject({ name: 'VIFVHostUser', version: '1.1', baseVersions: { '1.0': '1.0' } })
export class VIFVHostUser extends VIFBase {
  /** The name of the port on the switch. */
  @field(string(), { since: '1.1' }) vifName?: string;
  /** The path of the UNIX socket. */
  @field(string()) path?: string;
  /** Which side of the socket the guest is. */
  @field(oneOf(VHOST_USER_MODES, 'VIFVHostUserMode')) mode?: VhostUserMode;

  constructor(values: FieldValues<VIFVHostUser> = {}) {
    super(values);
  }
}

/** A PCI device of the host that the guest gets for itself: a physical or a virtual function. */
@osVifObject({ name: 'VIFHostDevice', version: '1.0' })
export class VIFHostDevice extends VIFBase {
  /** What becomes of it in the guest. */
  @field(oneOf(HOST_DEVICE_TYPES, 'VIFHostDeviceDevType')) devType?: HostDeviceType;
  /** The PCI address of the device. */
  @field(pciAddress()) devAddress?: string;

  constructor(values: FieldValues<VIFHostDevice> = {}) {
    super(values);
  }
}

/** A port that a virtual machine hands on to a pod with DPDK (Kuryr). */
@osVifObject({ name: 'VIFNestedDPDK', version: '1.0' })
export class VIFNestedDPDK extends VIFBase {
  /** The PCI address of the device in the virtual machine. */
  @field(string()) pciAddress?: string;
  /** The driver that the device had before. */
  @field(string()) devDriver?: string;

  constructor(values: FieldValues<VIFNestedDPDK> = {}) {
    super(values);
  }
}
