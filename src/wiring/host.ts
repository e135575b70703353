/** What wiring needs from the machine it works on: the port that LinuxHost and MemoryHost implement. */

/** A host: one network namespace of one machine. */
export interface Host {
  readonly links: Links;
  /** Gives back what the host holds (sockets, connections) after what is under way; later calls fail with ERR_OSVIF_CLOSED. */
  close(): Promise<void>;
}

/** Network devices, as rtnetlink(7) shows them. Errors of the kernel come as KernelError with its errno. */
export interface Links {
  /** The device with this name or index, or undefined when there is none. */
  get(link: string | number): Promise<Link | undefined>;
  list(): Promise<Link[]>;
  /** Makes a device with everything that is asked, or nothing. Fails with EEXIST (a TAP: EBUSY too) where the name is in use. */
  create(link: NewLink): Promise<void>;
  /** Changes what is named and leaves the rest; fails with ENODEV when no device has this index. */
  change(index: number, settings: LinkSettings): Promise<void>;
  /** Fails with ENODEV when no device has this index. A veth takes its peer along, a bridge frees its ports. */
  delete(index: number): Promise<void>;
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
}

/** A device to make. */
export type NewLink = NamedLink &
  (
    | { readonly kind: 'bridge' }
    | { readonly kind: 'veth'; readonly peer: NamedLink }
    | { readonly kind: 'tap'; readonly tap?: TapSettings }
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
