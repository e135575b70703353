/** Network devices: what a host reads of them, and what it can change. */
import { isRecord } from '../text/is-record.ts';
import type { Changes, ChangesOptions } from './changes/changes.ts';

/**
 * Network devices, as rtnetlink(7) shows them. An error of the kernel is a KernelError with the errno. An
 * index is at least 1. A method that takes `expected` compares these devices immediately before its request:
 * it changes nothing and fails with ENODEV or ESTALE if one of them is missing or has changed.
 */
export interface Links {
  /** The device with this name or index. Undefined if no such device exists. */
  get(link: string | number): Promise<Link | undefined>;
  /**
   * All devices. With `sysctls`, a host may add the sysctls of bridges, so that their files need not
   * be read one by one.
   */
  list(options?: { readonly sysctls?: boolean }): Promise<Link[]>;
  /**
   * Creates a device with all settings, or creates nothing, and resolves to its index.
   * Fails with EEXIST (for a TAP also EBUSY) when the name is in use.
   */
  create(link: NewLink, expected?: readonly ExpectedLink[]): Promise<number>;
  /** Changes the given settings and no others. Fails with ENODEV when no device has this index. */
  change(index: number, settings: LinkSettings, expected?: readonly ExpectedLink[]): Promise<void>;
  /**
   * Fails with ENODEV when no device has this index. The peer of a veth is deleted with it.
   * A bridge releases its ports.
   */
  delete(index: number, expected?: readonly ExpectedLink[]): Promise<void>;
  /**
   * Deletes devices together, which takes about as long as one deletion.
   * Missing devices and devices that differ from `expected` are ignored.
   */
  deleteAll(indexes: readonly number[], expected?: readonly ExpectedLink[]): Promise<void>;
  /** The virtual functions of a physical function, ordered by number; empty for every other device. */
  virtualFunctions(index: number): Promise<VirtualFunction[]>;
  /** Configures a virtual function through the physical function with this index. */
  changeVirtualFunction(
    index: number,
    number: number,
    settings: VirtualFunctionSettings,
    expected?: readonly ExpectedLink[],
  ): Promise<void>;
  /** The mode of the embedded switch of a NIC. Undefined for a device whose driver reports none. */
  embeddedSwitchMode(index: number): Promise<EmbeddedSwitchMode | undefined>;
  /**
   * Sets the mode of the embedded switch, through the physical function with this index. The mode is
   * that of all virtual functions of the NIC. Fails with EOPNOTSUPP if the driver has no such setting.
   */
  changeEmbeddedSwitchMode(index: number, mode: EmbeddedSwitchMode, expected?: readonly ExpectedLink[]): Promise<void>;
  /** Adds an alternative name of 1 to 127 bytes to the device. Fails with EEXIST if a device has the name. */
  addAlternativeName(index: number, name: string, expected?: readonly ExpectedLink[]): Promise<void>;
  /** Removes an alternative name. Fails with ENOENT or EINVAL if the device does not have the name. */
  removeAlternativeName(index: number, name: string, expected?: readonly ExpectedLink[]): Promise<void>;
  /**
   * Waits for changes of devices and of their ingress filters after the cursor of an earlier call.
   * Without a cursor, returns one at once. Counters and the carrier are no changes. Linux does not
   * tell changed aliases and port settings of a device that is down.
   */
  changes(since?: string, options?: ChangesOptions): Promise<Changes>;
}

/** The kinds of devices that this library creates. */
export type LinkKind = BuiltInLink['kind'];

/**
 * The current state of a device. A property that the kind or the role of the device does not have is absent.
 */
export interface Link {
  readonly name: string;
  /**
   * Identifies the device from its creation to its deletion.
   * A device that is created again has another index.
   */
  readonly index: number;
  /**
   * The kernel's IFLA_INFO_KIND. The kernel's `tun` is `tap` or `tun`, depending on the type of the device.
   * Empty for a device without a kind, such as a physical NIC.
   */
  readonly kind: string;
  /** Lower case, with colons; empty for a device without one. */
  readonly mac: string;
  /** Bytes. */
  readonly mtu: number;
  /** Administratively up (IFF_UP). The device may have no carrier. */
  readonly up: boolean;
  readonly promiscuous: boolean;
  /** Free text, at most 255 bytes; empty when unset. */
  readonly alias: string;
  /** The interface group. A new device is in group 0. */
  readonly group: number;
  /** Index of the bridge (or other master) that this device is a port of; 0 for none. */
  readonly master: number;
  /** Index of the peer of a veth, or of the lower device of a VLAN or macvtap device; 0 for none. */
  readonly lower: number;
  readonly bridge?: Required<BridgeSettings>;
  readonly tap?: TapState;
  readonly macvtap?: MacvtapSettings;
  readonly vlan?: Required<VlanSettings>;
  /** The settings of a kind that `defineLinkKind` has added, as its `read` returns them. */
  readonly settings?: LinkKindSettings;
  /** The settings of the bridge port; absent when the device is no port of a bridge. */
  readonly port?: Required<PortSettings>;
  /** The alternative names of the device (ip-link(8), "altname"). Absent if it has none. */
  readonly alternativeNames?: readonly string[];
  /** Some sysctls of a bridge, by their keys. Only in a list that was asked for them. */
  readonly sysctls?: Readonly<Record<string, string>>;
}

/** Settings of every kind of device. An absent setting keeps its value, or gets the kernel's default. */
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

/** A new device. `isDefinedLink` tells the devices of defined kinds from those of built-in kinds. */
export type NewLink = BuiltInLink | DefinedLink;

/**
 * A new device of a kind of this library. `lower` is the index of the device below. `vnetHeader`: packets of
 * a TAP have a virtio header until a process that attaches to the TAP changes that. Default: true.
 */
export type BuiltInLink = NamedLink &
  (
    | { readonly kind: 'bridge' }
    | { readonly kind: 'veth'; readonly peer: NamedLink }
    | { readonly kind: 'tap'; readonly tap?: TapSettings; readonly vnetHeader?: boolean }
    | { readonly kind: 'macvtap'; readonly lower: number; readonly macvtap: MacvtapSettings }
    | { readonly kind: 'vlan'; readonly lower: number; readonly vlan: VlanSettings }
  );

/**
 * A new device of a kind that `defineLinkKind` has added. The result of `defineLinkKind` makes such values.
 */
export interface DefinedLink extends NamedLink {
  readonly kind: DefinedKind;
  readonly settings: LinkKindSettings;
  /** Index of the device below (IFLA_LINK). Absent: none. */
  readonly lower?: number;
}

declare const defined: unique symbol;
/**
 * The kernel's name of a kind that `defineLinkKind` has added. Other strings are not assignable to this type.
 */
export type DefinedKind = string & { readonly [defined]: true };

/**
 * The settings of a kind that `defineLinkKind` has added: plain JSON data without nesting.
 * They cannot change later.
 */
export type LinkKindSettings = Readonly<Record<string, string | number | boolean | undefined>>;

/** Whether the device is of a kind that `defineLinkKind` has added. */
export function isDefinedLink(link: NewLink): link is DefinedLink {
  return isRecord(link) && 'settings' in link;
}

/**
 * The devices that one creation makes: the device itself and, for a veth, the peer.
 * The peer has the same alias unless its settings contain another one.
 */
export function endsOf(link: NewLink): readonly NamedLink[] {
  if (isDefinedLink(link) || link.kind !== 'veth') return [link];
  return [link, { ...link.peer, alias: link.peer.alias ?? link.alias ?? '' }];
}

/** One end of a new device: its name and its settings. */
export interface NamedLink extends LinkSettings {
  readonly name: string;
}

/** Parameters of a bridge (ip-link(8), "BRIDGE Type Support"). */
export interface BridgeSettings {
  /**
   * Seconds after which the bridge forgets a learnt address.
   * With 0 it learns no address and floods all frames.
   */
  readonly ageingTime?: number;
  /** The spanning tree protocol. */
  readonly stp?: boolean;
  /** Seconds before a new port forwards frames: 2 to 30 with STP, 0 to 30 without. */
  readonly forwardDelay?: number;
  /** IGMP and MLD snooping. */
  readonly multicastSnooping?: boolean;
  /** The bridge forwards frames by their 802.1Q VLAN. */
  readonly vlanFiltering?: boolean;
}

/** Settings of a new TAP. They cannot be changed later. */
export interface TapSettings {
  /** Several queues, each with its own file descriptor. */
  readonly multiQueue?: boolean;
  /** User id that may attach without CAP_NET_ADMIN. */
  readonly owner?: number;
  /** Group id that may attach without CAP_NET_ADMIN. */
  readonly group?: number;
}

/** The current state of a TAP. `owner` and `group` are absent when they are not set. */
export interface TapState extends TapSettings {
  readonly multiQueue: boolean;
  /** The TAP remains when the process that created it ends. */
  readonly persistent: boolean;
}

/**
 * How macvtap devices on one lower device reach each other (ip-link(8), "MACVLAN and MACVTAP Type Support").
 */
export const MACVTAP_MODES = ['private', 'vepa', 'bridge', 'passthru'] as const;
/** One of MACVTAP_MODES. */
export type MacvtapMode = (typeof MACVTAP_MODES)[number];

/** Settings of a macvtap device. */
export interface MacvtapSettings {
  /** The mode of an existing device cannot change to or from `passthru`. */
  readonly mode: MacvtapMode;
}

/** The protocols of VLAN tags: 802.1Q, and 802.1ad for the outer tag of two. */
export const VLAN_PROTOCOLS = ['802.1Q', '802.1ad'] as const;
/** One of VLAN_PROTOCOLS. */
export type VlanProtocol = (typeof VLAN_PROTOCOLS)[number];

/** Settings of a VLAN device. They cannot be changed later. */
export interface VlanSettings {
  /** VLAN id, 1 to 4094. */
  readonly id: number;
  /** Default: 802.1Q. */
  readonly protocol?: VlanProtocol;
}

/** Settings of a bridge port (ip-link(8), "bridge_slave"). */
export interface PortSettings {
  /**
   * The bridge may send a frame back through the port that received it.
   * The switch of a VEPA needs this setting.
   */
  readonly hairpin?: boolean;
  /** The port exchanges no frames with other isolated ports. */
  readonly isolated?: boolean;
  /** The bridge learns the source addresses of frames from the port. */
  readonly learning?: boolean;
}

/** Settings of a virtual function, which its physical function makes (ip-link(8), "vf"). */
export interface VirtualFunctionSettings {
  readonly mac?: string;
  /** The 802.1Q VLAN id of the tag that frames get; 0 for none. */
  readonly vlan?: number;
  /** The guest may change its address and enter promiscuous mode. */
  readonly trust?: boolean;
  /** The NIC drops frames whose source address is not that of the function. */
  readonly spoofCheck?: boolean;
}

/** The modes of the embedded switch of an SR-IOV NIC (bridge(8), "hwmode"). */
export const EMBEDDED_SWITCH_MODES = ['veb', 'vepa'] as const;
/**
 * `veb`: the NIC forwards frames between its functions.
 * `vepa`: the NIC sends them to the external switch.
 */
export type EmbeddedSwitchMode = (typeof EMBEDDED_SWITCH_MODES)[number];

/** The current state of a virtual function. A property that the driver does not report is absent. */
export interface VirtualFunction extends VirtualFunctionSettings {
  readonly number: number;
}

/** A device as the caller saw it. Only the properties that are present are compared. */
export type ExpectedLink = Pick<Link, 'index'> & Partial<Pick<Link, 'name' | 'alias' | 'group' | 'master' | 'kind'>>;
