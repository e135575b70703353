/** What Neutron's API says of ports, networks and subnets, as far as VIFs are made of it. */

/** How the guest's NIC is made: `binding:vnic_type`. */
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

/** One of VNIC_TYPES: what `binding:vnic_type` may say. */
export type VnicType = (typeof VNIC_TYPES)[number];

/** A number, or its decimal digits: mechanism drivers write both. */
export type NumberOrDigits = number | string;

/** `binding:vif_details`: what the mechanism driver that bound the port tells the host. Others' keys are ignored. */
export interface VifDetails {
  /** Whether Neutron filters the port's traffic. */
  readonly port_filter?: boolean | null;
  /** What the back-end connects: `l2`, `l3`, or `legacy` where its driver doesn't say. */
  readonly connectivity?: string | null;
  /** Whether a Linux bridge goes between guest and Open vSwitch. */
  readonly ovs_hybrid_plug?: boolean | null;
  /** Whether the TAP device is made before the guest starts. */
  readonly ovs_create_tap?: boolean | null;
  /** The datapath of Open vSwitch's bridge. */
  readonly datapath_type?: string | null;
  /** The bridge, where it is another than the host's usual one. */
  readonly bridge_name?: string | null;
  /** The path of the vhost-user socket. */
  readonly vhostuser_socket?: string;
  /** Which side of it the guest is; `server` unless it is said. */
  readonly vhostuser_mode?: 'client' | 'server';
  readonly vhostuser_ovs_plug?: boolean | null;
  readonly vhostuser_fp_plug?: boolean | null;
  readonly vhostuser_vrouter_plug?: boolean | null;
  /** vif type tap: the MAC address of the host side. */
  readonly mac_address?: string | null;
  /** The device that macvtap devices are made on: the physical one, or a VLAN of it. */
  readonly macvtap_source?: string;
  readonly macvtap_mode?: 'vepa' | 'passthrough' | 'bridge';
  /** The device that the host reaches the wire by. */
  readonly physical_interface?: string;
  /** The VLAN id, 1 to 4094; 0 for none. */
  readonly vlan?: NumberOrDigits | null;
  /** 802.1Qbh: the profile on the switch. */
  readonly profileid?: string;
  /** 802.1Qbg: which database the VSI type is in, 0 to 255. */
  readonly managerid?: NumberOrDigits;
  /** 802.1Qbg: the VSI type, 24 bits. */
  readonly typeid?: NumberOrDigits;
  /** 802.1Qbg: the version of the VSI type, 0 to 255. */
  readonly typeidversion?: NumberOrDigits;
  /** 802.1Qbg: the UUID of the VSI. */
  readonly instanceid?: string;
  readonly [key: string]: unknown;
}

/** `binding:profile`: what the host told the mechanism driver. Others' keys are ignored. */
export interface BindingProfile {
  /** The PCI address of the device that the guest gets. */
  readonly pci_slot?: string;
  readonly [key: string]: unknown;
}

/** A port, as `GET /v2.0/ports/{id}` shows it to an administrator (within `port`). Other attributes are ignored. */
export interface NeutronPort {
  readonly id: string;
  readonly mac_address: string;
  readonly network_id?: string;
  readonly fixed_ips?: readonly { readonly ip_address: string; readonly subnet_id?: string }[] | null;
  /** `immediate`: it has its addresses; `deferred`: it gets them when it is bound; `none`: it shall have none. */
  readonly ip_allocation?: string | null;
  readonly admin_state_up?: boolean | null;
  readonly status?: string | null;
  readonly 'binding:vif_type'?: string;
  readonly 'binding:vif_details'?: VifDetails | null;
  readonly 'binding:vnic_type'?: string;
  readonly 'binding:profile'?: BindingProfile | null;
  readonly [attribute: string]: unknown;
}

/** A network, as `GET /v2.0/networks/{id}` shows it. */
export interface NeutronNetwork {
  readonly id: string;
  readonly name?: string | null;
  /** Bytes. */
  readonly mtu?: number | null;
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
