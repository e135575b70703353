/** Port profiles: the data of a VIF for the switch of the host. */

import { field } from '../versioned/field.ts';
import { macAddress, pciAddress } from '../versioned/fields/addresses.ts';
import { objectOf } from '../versioned/fields/object-of.ts';
import { boolean, integer, string, uuid } from '../versioned/fields/scalars.ts';
import { type FieldValues, VersionedObject } from '../versioned/versioned-object.ts';
import { DatapathOffloadBase } from './datapath-offload.ts';
import { osVifObject } from './os-vif-object.ts';

/** The base of every port profile. */
@osVifObject({ name: 'VIFPortProfileBase', version: '1.1' })
export class VIFPortProfileBase extends VersionedObject {
  /** The datapath offload of the port. */
  // New in 1.1, but without `since`: upstream removes it from 1.0 only by its table of child versions, and
  // not for a manifest.
  @field(objectOf(DatapathOffloadBase, { subclasses: true }), { nullable: true, childVersions: { '1.1': '1.0' } })
  datapathOffload?: DatapathOffloadBase | null;

  constructor(values: FieldValues<VIFPortProfileBase> = {}) {
    super(values);
  }
}

/** A port of Open vSwitch. */
@osVifObject({ name: 'VIFPortProfileOpenVSwitch', version: '1.4', baseVersions: { '1.0': '1.0', '1.2': '1.1' } })
export class VIFPortProfileOpenVSwitch extends VIFPortProfileBase {
  /** The value of `external_ids:iface-id`: the UUID of the port in Neutron. */
  @field(uuid()) interfaceId?: string;
  /** The name of the profile of the port: any text. libvirt passes it on as `profileid`. */
  @field(string()) profileId?: string;
  /** The datapath of the bridge: `system` or `netdev`. */
  @field(string(), { nullable: true, since: '1.1' }) datapathType?: string | null;
  /** Whether the plugin, and not the hypervisor, creates the port. */
  @field(boolean(), { default: false, since: '1.3' }) createPort?: boolean;
  /** Whether the plugin creates the TAP device. */
  @field(boolean(), { default: false, since: '1.4' }) createTap?: boolean;
  /** Whether this TAP device has several queues. */
  @field(boolean(), { default: false, since: '1.4' }) multiqueue?: boolean;

  constructor(values: FieldValues<VIFPortProfileOpenVSwitch> = {}) {
    super(values);
  }
}

/** A fast path port of Open vSwitch. */
@osVifObject({
  name: 'VIFPortProfileFPOpenVSwitch',
  version: '1.4',
  baseVersions: { '1.0': '1.0', '1.1': '1.1', '1.2': '1.2', '1.3': '1.3', '1.4': '1.4' },
})
export class VIFPortProfileFPOpenVSwitch extends VIFPortProfileOpenVSwitch {
  /** The bridge that the fast path manages. */
  @field(string()) bridgeName?: string;
  /** Whether the port is hybrid: a Linux bridge is between the guest and Open vSwitch. */
  @field(boolean(), { default: false }) hybridPlug?: boolean;

  constructor(values: FieldValues<VIFPortProfileFPOpenVSwitch> = {}) {
    super(values);
  }
}

/**
 * A representor of a virtual function as a port of Open vSwitch. For old peers only:
 * `datapathOffload` of any profile replaces it.
 */
@osVifObject({
  name: 'VIFPortProfileOVSRepresentor',
  version: '1.4',
  baseVersions: { '1.0': '1.0', '1.1': '1.1', '1.2': '1.2', '1.3': '1.3', '1.4': '1.4' },
})
export class VIFPortProfileOVSRepresentor extends VIFPortProfileOpenVSwitch {
  /** The name of the representor after a plug. */
  @field(string(), { nullable: true }) representorName?: string | null;
  /** The PCI address of the virtual function. */
  @field(pciAddress(), { nullable: true }) representorAddress?: string | null;

  constructor(values: FieldValues<VIFPortProfileOVSRepresentor> = {}) {
    super(values);
  }
}

/** A fast path port of a Linux bridge. */
@osVifObject({ name: 'VIFPortProfileFPBridge', version: '1.1', baseVersions: { '1.0': '1.0', '1.1': '1.1' } })
export class VIFPortProfileFPBridge extends VIFPortProfileBase {
  /** The bridge that the fast path manages. */
  @field(string()) bridgeName?: string;

  constructor(values: FieldValues<VIFPortProfileFPBridge> = {}) {
    super(values);
  }
}

/** A TAP device to which the host routes packets (Calico). */
@osVifObject({ name: 'VIFPortProfileFPTap', version: '1.1', baseVersions: { '1.0': '1.0', '1.1': '1.1' } })
export class VIFPortProfileFPTap extends VIFPortProfileBase {
  /** The MAC address of the host side. */
  @field(macAddress(), { nullable: true }) macAddress?: string | null;

  constructor(values: FieldValues<VIFPortProfileFPTap> = {}) {
    super(values);
  }
}

/** A virtual station interface of IEEE 802.1Qbg (VEPA). */
@osVifObject({ name: 'VIFPortProfile8021Qbg', version: '1.1', baseVersions: { '1.0': '1.0', '1.1': '1.1' } })
export class VIFPortProfile8021Qbg extends VIFPortProfileBase {
  /** The id of the database with the VSI type. */
  @field(integer()) managerId?: number;
  /** The VSI type, which defines the access of the port. */
  @field(integer()) typeId?: number;
  /** The version of the VSI type. */
  @field(integer()) typeIdVersion?: number;
  /** The UUID of this VSI. */
  @field(uuid()) instanceId?: string;

  constructor(values: FieldValues<VIFPortProfile8021Qbg> = {}) {
    super(values);
  }
}

/** A port extender of IEEE 802.1Qbh (VN-Link). */
@osVifObject({ name: 'VIFPortProfile8021Qbh', version: '1.1', baseVersions: { '1.0': '1.0', '1.1': '1.1' } })
export class VIFPortProfile8021Qbh extends VIFPortProfileBase {
  /** The name of the profile on the switch. */
  @field(string()) profileId?: string;

  constructor(values: FieldValues<VIFPortProfile8021Qbh> = {}) {
    super(values);
  }
}

/** A nested DPDK port of a Kubernetes pod (Kuryr). */
@osVifObject({ name: 'VIFPortProfileK8sDPDK', version: '1.1', baseVersions: { '1.0': '1.0', '1.1': '1.1' } })
export class VIFPortProfileK8sDPDK extends VIFPortProfileBase {
  /** Whether to configure addresses and routes. */
  @field(boolean()) l3Setup?: boolean;
  /** The URL of the object in the Kubernetes API. */
  @field(string()) selflink?: string;
  /** The version of the object in the Kubernetes API. */
  @field(string()) resourceversion?: string;

  constructor(values: FieldValues<VIFPortProfileK8sDPDK> = {}) {
    super(values);
  }
}
