/**
 * The types of ports, networks and subnets in Neutron's API, with the attributes that the
 * conversion to VIFs reads.
 */

/** The values of `binding:vnic_type`: the type of the guest's NIC. */
export const VNIC_TYPES = [
  'normal',
  'direct',
  'direct-physical',
  'macvtap',
  'virtio-forwarder',
  'vdpa',
  'remote-managed',
  'smart-nic',
  'accelerator-direct',
  'accelerator-direct-physical',
  'baremetal',
] as const;

/** One of VNIC_TYPES. */
export type VnicType = (typeof VNIC_TYPES)[number];

/** A number, or its decimal digits. Mechanism drivers use both. */
export type NumberOrDigits = number | string;

/**
 * `binding:vif_details`: data from the mechanism driver for the host. Other keys are ignored.
 * JSON may have 1, 0, `"true"` or `"True"` in place of a boolean.
 */
export interface VifDetails {
  /** Whether Neutron filters the port's traffic. */
  readonly port_filter?: boolean | null;
  /** The layer at which the back-end connects ports: `l2`, `l3`, or `legacy` if the driver sets no value. */
  readonly connectivity?: string | null;
  /** Whether a Linux bridge is between the guest and Open vSwitch. */
  readonly ovs_hybrid_plug?: boolean | null;
  /** Whether the plugin creates the TAP device before the guest starts. */
  readonly ovs_create_tap?: boolean | null;
  /** The datapath type of the bridge of Open vSwitch. */
  readonly datapath_type?: string | null;
  /** The bridge, if it differs from the default bridge of the host. */
  readonly bridge_name?: string | null;
  /** The path of the vhost-user socket. */
  readonly vhostuser_socket?: string;
  /** The role of the guest on the socket. Default: `server`. */
  readonly vhostuser_mode?: 'client' | 'server';
  readonly vhostuser_ovs_plug?: boolean | null;
  readonly vhostuser_fp_plug?: boolean | null;
  readonly vhostuser_vrouter_plug?: boolean | null;
  /** For the vif type tap: the MAC address of the host side. */
  readonly mac_address?: string | null;
  /** The device below macvtap devices: the physical device, or a VLAN device on it. */
  readonly macvtap_source?: string;
  /** `private`: no other guest on the device reaches this one. The VIF on the wire has the mode `vepa`. */
  readonly macvtap_mode?: 'vepa' | 'passthrough' | 'bridge' | 'private';
  /** The physical device of the network. */
  readonly physical_interface?: string;
  /** The VLAN id, 1 to 4094; 0 for none. */
  readonly vlan?: NumberOrDigits | null;
  /** 802.1Qbh: the profile on the switch. */
  readonly profileid?: string;
  /** 802.1Qbg: the id of the database with the VSI type, 0 to 255. */
  readonly managerid?: NumberOrDigits;
  /** 802.1Qbg: the VSI type, 24 bits. */
  readonly typeid?: NumberOrDigits;
  /** 802.1Qbg: the version of the VSI type, 0 to 255. */
  readonly typeidversion?: NumberOrDigits;
  /** 802.1Qbg: the UUID of the VSI. */
  readonly instanceid?: string;
  readonly [key: string]: unknown;
}

/** `binding:profile`: data from the host for the mechanism driver. Other keys are ignored. */
export interface BindingProfile {
  /** The PCI address of the guest's device. */
  readonly pci_slot?: string;
  readonly [key: string]: unknown;
}

/**
 * A port, as `GET /v2.0/ports/{id}` shows it to an administrator (within `port`). The functions also read the names
 * of openstacksdk and of `openstack port show -f json`, such as `binding_vif_type`. Other attributes are ignored.
 */
export interface NeutronPort {
  readonly id: string;
  readonly mac_address: string;
  readonly network_id?: string;
  readonly fixed_ips?: readonly { readonly ip_address: string; readonly subnet_id?: string }[] | null;
  /**
   * `immediate`: the port has its addresses. `deferred`: it gets them when it is bound.
   * `none`: it has no addresses.
   */
  readonly ip_allocation?: string | null;
  /** Further addresses of the guest. A missing MAC address is that of the port. */
  readonly allowed_address_pairs?: readonly { readonly ip_address: string; readonly mac_address?: string }[] | null;
  /** Whether Neutron filters spoofed addresses. Default: true. */
  readonly port_security_enabled?: boolean | null;
  readonly admin_state_up?: boolean | null;
  readonly status?: string | null;
  readonly 'binding:vif_type'?: string;
  readonly 'binding:vif_details'?: VifDetails | null;
  /** Null and the empty string mean `normal`. */
  readonly 'binding:vnic_type'?: string | null;
  readonly 'binding:profile'?: BindingProfile | null;
  readonly [attribute: string]: unknown;
}

/** A network, as `GET /v2.0/networks/{id}` shows it. */
export interface NeutronNetwork {
  readonly id: string;
  readonly name?: string | null;
  /** Bytes. */
  readonly mtu?: NumberOrDigits | null;
  readonly [attribute: string]: unknown;
}

/** A subnet, as `GET /v2.0/subnets/{id}` shows it. */
export interface NeutronSubnet {
  readonly id: string;
  readonly cidr: string;
  readonly gateway_ip?: string | null;
  readonly dns_nameservers?: readonly string[] | null;
  readonly host_routes?: readonly { readonly destination: string; readonly nexthop: string }[] | null;
  readonly [attribute: string]: unknown;
}

/** A floating IP, as `GET /v2.0/floatingips` shows it. */
export interface NeutronFloatingIp {
  readonly port_id: string | null;
  readonly fixed_ip_address: string | null;
  readonly floating_ip_address: string;
  readonly [attribute: string]: unknown;
}
