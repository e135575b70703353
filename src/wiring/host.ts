/** What wiring needs from the machine it works on: the port that LinuxHost and MemoryHost implement. */

import type { ExpectedLink } from './expected-links.ts';
import type { Ovsdb } from './ovsdb.ts';

/** A host: one network namespace of one machine. */
export interface Host {
  readonly links: Links;
  readonly addressing: Addressing;
  readonly sysctl: Sysctl;
  readonly filter: Filter;
  readonly ingress: IngressFilter;
  readonly pci: Pci;
  readonly ovsdb: Ovsdb;
  /** Gives back what the host holds (sockets, connections) after what is under way; later calls fail with ERR_OSVIF_CLOSED. */
  close(): Promise<void>;
}

/**
 * Network devices, as rtnetlink(7) shows them. Errors of the kernel come as KernelError with its errno.
 * An index is at least 1. A method that takes `expected` compares these devices immediately before its request:
 * it changes nothing and fails with ENODEV or ESTALE when one of them is gone or has changed.
 */
export interface Links {
  /** The device with this name or index, or undefined when there is none. */
  get(link: string | number): Promise<Link | undefined>;
  list(): Promise<Link[]>;
  /**
   * Makes a device with everything that is asked, or nothing, and resolves to its index.
   * Fails with EEXIST (a TAP: EBUSY too) where the name is in use.
   */
  create(link: NewLink, expected?: readonly ExpectedLink[]): Promise<number>;
  /** Changes what is named and leaves the rest; fails with ENODEV when no device has this index. */
  change(index: number, settings: LinkSettings, expected?: readonly ExpectedLink[]): Promise<void>;
  /** Fails with ENODEV when no device has this index. A veth takes its peer along, a bridge frees its ports. */
  delete(index: number, expected?: readonly ExpectedLink[]): Promise<void>;
  /**
   * Deletes devices together, which costs the kernel hardly more than one deletion. Missing devices are ignored,
   * and so are devices that differ from `expected`.
   */
  deleteAll(indexes: readonly number[], expected?: readonly ExpectedLink[]): Promise<void>;
  /** The virtual functions of a physical function, by their number; empty for any other device. */
  virtualFunctions(index: number): Promise<VirtualFunction[]>;
  /** Has the physical function with this index set up one of its virtual functions. */
  changeVirtualFunction(
    index: number,
    number: number,
    settings: VirtualFunctionSettings,
    expected?: readonly ExpectedLink[],
  ): Promise<void>;
}

/** The kinds of devices that we make. */
export type LinkKind = NewLink['kind'];

/** A device as it is now. What its kind or its role doesn't have is absent. */
export interface Link {
  readonly name: string;
  /** Identifies the device for as long as it lives; a device that is made anew has another. */
  readonly index: number;
  /** The kernel's IFLA_INFO_KIND, with `tap` and `tun` told apart; empty for a device without one, such as a physical NIC. */
  readonly kind: string;
  /** Lower case, with colons; empty for a device without one. */
  readonly mac: string;
  /** Bytes. */
  readonly mtu: number;
  /** Administratively up (IFF_UP), whatever the carrier. */
  readonly up: boolean;
  readonly promiscuous: boolean;
  /** Free text, at most 255 bytes; empty when unset. */
  readonly alias: string;
  /** The interface group; 0 is where every device starts. */
  readonly group: number;
  /** Index of the bridge (or other master) that this device is a port of; 0 for none. */
  readonly master: number;
  /** Index of the device this one stands on: a veth's peer, a VLAN's or macvtap's lower device; 0 for none. */
  readonly lower: number;
  readonly bridge?: Required<BridgeSettings>;
  readonly tap?: TapState;
  readonly macvtap?: MacvtapSettings;
  readonly vlan?: VlanSettings;
  /** What the device is to its bridge; absent when it is no port of a bridge. */
  readonly port?: Required<PortSettings>;
}

/** What can be asked of any device. Absent means: leave it as it is, or as the kernel chooses. */
export interface LinkSettings {
  readonly mac?: string;
  /** Bytes. */
  readonly mtu?: number;
  readonly up?: boolean;
  readonly promiscuous?: boolean;
  readonly alias?: string;
  readonly group?: number;
  /** Index of the master; 0 takes the device out of its master. */
  readonly master?: number;
  readonly bridge?: BridgeSettings;
  readonly macvtap?: MacvtapSettings;
  readonly port?: PortSettings;
}

/**
 * A device to make; `lower` is the index of the device it stands on. `vnetHeader`: packets of a TAP come with a virtio header,
 * until a process that attaches to it says otherwise; default true.
 */
export type NewLink = NamedLink &
  (
    | { readonly kind: 'bridge' }
    | { readonly kind: 'veth'; readonly peer: NamedLink }
    | { readonly kind: 'tap'; readonly tap?: TapSettings; readonly vnetHeader?: boolean }
    | { readonly kind: 'macvtap'; readonly lower: number; readonly macvtap: MacvtapSettings }
    | { readonly kind: 'vlan'; readonly lower: number; readonly vlan: VlanSettings }
  );

/** One end of a device to make: a name, and the settings to make it with. */
export interface NamedLink extends LinkSettings {
  readonly name: string;
}

/** Parameters of a bridge (ip-link(8), "BRIDGE Type Support"). */
export interface BridgeSettings {
  /** Seconds until a learnt address is forgotten; 0 forgets at once, so that frames flood. */
  readonly ageingTime?: number;
  /** The spanning tree protocol. */
  readonly stp?: boolean;
  /** Seconds that a new port waits before it forwards; with STP 2 to 30, without it 0 to 30. */
  readonly forwardDelay?: number;
  /** IGMP and MLD snooping. */
  readonly multicastSnooping?: boolean;
  /** 802.1Q VLANs decide where frames go. */
  readonly vlanFiltering?: boolean;
}

/** What can be asked of a TAP when it is made; it can't be changed later. */
export interface TapSettings {
  /** Several queues, each with its own file descriptor. */
  readonly multiQueue?: boolean;
  /** User id that may attach without CAP_NET_ADMIN. */
  readonly owner?: number;
  /** Group id that may attach without CAP_NET_ADMIN. */
  readonly group?: number;
}

/** A TAP as it is now; `owner` and `group` are absent when none was set. */
export interface TapState extends TapSettings {
  readonly multiQueue: boolean;
  /** Outlives the process that made it. */
  readonly persistent: boolean;
}

/** How macvtap devices on one lower device reach each other (ip-link(8), "MACVLAN and MACVTAP Type Support"). */
export const MACVTAP_MODES = ['private', 'vepa', 'bridge', 'passthru'] as const;
/** One of MACVTAP_MODES. */
export type MacvtapMode = (typeof MACVTAP_MODES)[number];

/** How a macvtap device treats others on the same device. */
export interface MacvtapSettings {
  /** passthru is chosen when the device is made, and for life. */
  readonly mode: MacvtapMode;
}

/** What a VLAN device is made with and keeps. */
export interface VlanSettings {
  /** 802.1Q VLAN id, 1 to 4094. */
  readonly id: number;
}

/** How a bridge treats one of its ports (ip-link(8), "bridge_slave"). */
export interface PortSettings {
  /** Frames may leave by the port that they came in by: what a VEPA needs of its switch. */
  readonly hairpin?: boolean;
  /** Reaches no other isolated port. */
  readonly isolated?: boolean;
  /** Source addresses are learnt. */
  readonly learning?: boolean;
}

/** What a physical function can be told of a virtual one (ip-link(8), "vf"). */
export interface VirtualFunctionSettings {
  readonly mac?: string;
  /** 802.1Q VLAN id that frames are tagged with; 0 for none. */
  readonly vlan?: number;
  /** The guest may change its address and enter promiscuous mode. */
  readonly trust?: boolean;
  /** Frames with another source address than the function's are dropped. */
  readonly spoofCheck?: boolean;
}

/** A virtual function as it is now; what the driver doesn't tell is absent. */
export interface VirtualFunction extends VirtualFunctionSettings {
  readonly number: number;
}

/** The IPv4 addresses and routes of devices. */
export interface Addressing {
  /** Addresses with global scope on the device, and the routes through it that are not the kernel's own. */
  get(index: number): Promise<AddressPlan>;
  /**
   * Moves addresses and routes from one device to another; no route is missing at any moment. Addresses and routes that
   * are there already are left alone. Fails with LinkValueError when both devices are the same.
   */
  move(plan: AddressPlan, from: number, to: number, expected?: readonly ExpectedLink[]): Promise<void>;
}

/** Addresses and routes that go together. */
export interface AddressPlan {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

/** An IPv4 address of a device. */
export interface Address {
  /** With the length of the prefix: `192.0.2.7/24`. */
  readonly address: string;
  readonly broadcast?: string;
  /** Seconds that it is valid and preferred for; absent: for ever. */
  readonly lifetime?: { readonly valid: number; readonly preferred: number };
}

/** An IPv4 route through a device. */
export interface Route {
  /** `198.51.100.0/24`; `0.0.0.0/0` is the default route. */
  readonly destination: string;
  readonly gateway?: string;
  /** The source address of packets that take it. */
  readonly source?: string;
  /** Of several routes to one destination the one with the lowest is taken. */
  readonly priority?: number;
  /** Number of the routing table; 254 is the main one. */
  readonly table: number;
  /** Who made it (rtnetlink(7), rtm_protocol). */
  readonly protocol: number;
  /** rtnetlink(7), rtm_scope. */
  readonly scope: number;
  /** The gateway is taken to be on the link. */
  readonly onLink?: boolean;
  /** rtnetlink(7), RTA_METRICS: number of the metric to its value. */
  readonly metrics?: Readonly<Record<number, number>>;
}

/** The files under /proc/sys, as this network namespace sees them. */
export interface Sysctl {
  /** `key` is a path such as `net/ipv4/conf/br0/arp_ignore`; undefined when there is no such file. */
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, expected?: readonly ExpectedLink[]): Promise<void>;
}

/** Chains of ours in the IPv4 filter table, each jumped to from FORWARD. */
export interface Filter {
  /** Names of every chain in the table, whoever made it. */
  list(): Promise<string[]>;
  /** The chain's rules and whether FORWARD jumps to it, or undefined when there is no such chain. */
  get(chain: string): Promise<FilterChain | undefined>;
  /** Makes the chain and the jump to it in one transaction, or replaces the rules of one that is there. */
  set(chain: string, rules: readonly string[]): Promise<void>;
  delete(chain: string): Promise<void>;
}

/** A chain as it is now. */
export interface FilterChain {
  /** As `iptables -S` prints them, without `-A chain`: `-i br0 -j ACCEPT`. */
  readonly rules: readonly string[];
  readonly jumpedTo: boolean;
}

/** Source addresses that network devices refuse: a frame from one is dropped as it comes in (nftables, family netdev). */
export interface IngressFilter {
  /** Those of ours, on every device. */
  list(): Promise<RefusalState[]>;
  /** Has a device refuse an address, and mends what keeps it from refusing others. Fails with EEXIST where it is listed already. */
  create(refusal: Refusal): Promise<void>;
  /** One that is gone already is fine. */
  delete(refusal: Refusal): Promise<void>;
}

/** A device drops what comes in from this source address. */
export interface Refusal {
  /** Name of the device. */
  readonly device: string;
  /** Lower case, with colons. */
  readonly mac: string;
  /** The id of the VIF that it is for. */
  readonly owner: string;
}

/** A refusal as it is now. */
export interface RefusalState extends Refusal {
  /** False when others have changed the rules so that it has no effect. */
  readonly active: boolean;
}

/** PCI network functions, as sysfs shows them. */
export interface Pci {
  /** Names of the network devices of the function at this address (`0000:03:10.1`). */
  interfacesOf(address: string): Promise<string[]>;
  /** The physical function of a virtual one, and the virtual one's number; undefined for what is no virtual function. */
  physicalFunctionOf(address: string): Promise<{ readonly address: string; readonly number: number } | undefined>;
  /** Names of all network devices. */
  interfaces(): Promise<string[]>;
  /** Where a network device sits on a switch inside a NIC; undefined when it says nothing of one. */
  switchPortOf(name: string): Promise<SwitchPort | undefined>;
}

/** The kernel's Documentation/ABI/testing/sysfs-class-net. */
export interface SwitchPort {
  /** phys_switch_id: ports of one switch have one. */
  readonly switchId: string;
  /** phys_port_name, such as `p0` for an uplink and `pf0vf3` for a representor. */
  readonly portName?: string;
}
