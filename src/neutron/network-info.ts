/** The types of an entry of nova's network_info cache: nova.network.model.VIF, as JSON in nova's database. */
import type { BindingProfile, NumberOrDigits, VifDetails } from './port.ts';

/** The address of a fixed IP, a floating IP, a name server or a gateway. */
export interface NovaAddress {
  readonly address: string;
  readonly [key: string]: unknown;
}

/** A fixed IP with its floating IPs. */
export interface NovaFixedIp extends NovaAddress {
  readonly floating_ips?: readonly NovaAddress[] | null;
}

/** A route of a subnet. */
export interface NovaRoute {
  readonly cidr: string;
  readonly gateway?: { readonly address?: string | null } | null;
  readonly interface?: string | null;
  readonly [key: string]: unknown;
}

/** A subnet, with the addresses of the port on it. */
export interface NovaSubnet {
  readonly cidr?: string | null;
  readonly dns?: readonly NovaAddress[] | null;
  readonly gateway?: { readonly address?: string | null } | null;
  readonly ips?: readonly NovaFixedIp[] | null;
  readonly routes?: readonly NovaRoute[] | null;
  readonly [key: string]: unknown;
}

/** The network of an entry of nova's network_info. */
export interface NovaNetwork {
  readonly id: string;
  readonly bridge?: string | null;
  readonly label?: string | null;
  readonly subnets?: readonly NovaSubnet[] | null;
  readonly meta?: {
    /** Bytes. */
    readonly mtu?: NumberOrDigits | null;
    readonly bridge_interface?: string | null;
    readonly multi_host?: boolean | null;
    readonly should_create_bridge?: boolean | null;
    readonly should_create_vlan?: boolean | null;
    readonly vlan?: NumberOrDigits | null;
    /** For the vif type 802.1qbg: the NIC below the macvtap device of the guest. */
    readonly interface?: string | null;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

/** An entry of nova's network_info cache. Other members are ignored. */
export interface NetworkInfoEntry {
  /** The port's UUID. */
  readonly id: string;
  /** The guest's MAC address. */
  readonly address?: string | null;
  readonly network: NovaNetwork;
  /** `binding:vif_type` */
  readonly type?: string | null;
  /** `binding:vif_details` */
  readonly details?: VifDetails | null;
  /** `binding:profile` */
  readonly profile?: BindingProfile | null;
  /** `binding:vnic_type` */
  readonly vnic_type?: string;
  /** The name of the device on the host. */
  readonly devname?: string | null;
  readonly ovs_interfaceid?: string | null;
  readonly qbg_params?: { readonly [key: string]: unknown } | null;
  readonly active?: boolean | null;
  readonly preserve_on_delete?: boolean | null;
  readonly delegate_create?: boolean | null;
  readonly [key: string]: unknown;
}
