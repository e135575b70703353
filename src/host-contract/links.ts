/** Network devices: what a host reads of them, and what it can change. */

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

/** The kinds of devices that this library makes. */
export type LinkKind = BuiltInLink['kind'];

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
  /** The settings of a kind that `defineLinkKind` has added, as its `read` returns them. */
  readonly settings?: LinkKindSettings;
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

/** A device to make. `isDefinedLink` tells the devices of defined kinds from those of built-in kinds. */
export type NewLink = BuiltInLink | DefinedLink;

/**
 * A device to make, of a kind of this library. `lower` is the index of the device below. `vnetHeader`: packets of a TAP have a
 * virtio header until a process that attaches to the TAP changes that. Default: true.
 */
export type BuiltInLink = NamedLink &
  (
    | { readonly kind: 'bridge' }
    | { readonly kind: 'veth'; readonly peer: NamedLink }
    | { readonly kind: 'tap'; readonly tap?: TapSettings; readonly vnetHeader?: boolean }
    | { readonly kind: 'macvtap'; readonly lower: number; readonly macvtap: MacvtapSettings }
    | { readonly kind: 'vlan'; readonly lower: number; readonly vlan: VlanSettings }
  );

/** A device to make, of a kind that `defineLinkKind` has added. The result of `defineLinkKind` makes such values. */
export interface DefinedLink extends NamedLink {
  readonly kind: DefinedKind;
  readonly settings: LinkKindSettings;
  /** Index of the device below (IFLA_LINK). Absent: none. */
  readonly lower?: number;
}

declare const defined: unique symbol;
/** The kernel's name of a kind of device that `defineLinkKind` has added. The compiler does not take other strings for it. */
export type DefinedKind = string & { readonly [defined]: true };

/** The settings of a kind that `defineLinkKind` has added: plain JSON data without nesting. They last as long as the device. */
export type LinkKindSettings = Readonly<Record<string, string | number | boolean | undefined>>;

/** Whether the device is of a kind that `defineLinkKind` has added. */
export function isDefinedLink(link: NewLink): link is DefinedLink {
  return 'settings' in link;
}

/** The devices that come with a new device: the device itself and, of a veth, its peer. The peer has the same alias unless it names another. */
export function endsOf(link: NewLink): readonly NamedLink[] {
  if (isDefinedLink(link) || link.kind !== 'veth') return [link];
  return [link, { ...link.peer, alias: link.peer.alias ?? link.alias ?? '' }];
}

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

/** A device as the caller saw it. Only the properties that are present are compared. */
export type ExpectedLink = Pick<Link, 'index'> & Partial<Pick<Link, 'name' | 'alias' | 'group' | 'master' | 'kind'>>;
