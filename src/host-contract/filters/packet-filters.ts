/** Packet filters: chains of iptables, and drop rules of nftables for source MAC addresses. */

/**
 * The chains of this library in the filter tables of IPv4 and, where the kernel has it, of IPv6.
 * A chain has the same rules in both. FORWARD jumps to each chain.
 */
export interface Filter {
  /** The names of all chains in the tables, of every owner. */
  list(): Promise<string[]>;
  /** The rules of the chain, and whether they take effect. Undefined when the chain does not exist. */
  get(chain: string): Promise<FilterChain | undefined>;
  /**
   * Creates the chain, or replaces its rules. FORWARD then has one jump to the chain: at the top, unless its
   * only jump takes effect where it is. Each IP version is changed in one transaction.
   */
  set(chain: string, rules: readonly string[]): Promise<void>;
  /** Deletes the chain and all jumps of FORWARD to it. A missing chain is ignored. */
  delete(chain: string): Promise<void>;
}

/** The current state of a chain. */
export interface FilterChain {
  /** As `iptables -S` prints them, without `-A chain`: `-i br0 -j ACCEPT`. */
  readonly rules: readonly string[];
  /**
   * In each IP version, FORWARD jumps to the chain once, for all packets, and no rule before the
   * jump decides about them.
   */
  readonly jumpedTo: boolean;
  /** Why the chain does not take effect. Absent: it does. */
  readonly faults?: readonly string[];
}

/**
 * Drop rules by source MAC address: a device drops each incoming frame from such an
 * address (nftables, family netdev).
 */
export interface IngressFilter {
  /** The drop rules of this library on all devices. */
  list(): Promise<SourceMacDropState[]>;
  /**
   * Adds a drop rule, and restores changed rules of the device.
   * Fails with EEXIST if the device already has a rule for the address.
   */
  create(drop: SourceMacDrop): Promise<void>;
  /** A missing rule is ignored. */
  delete(drop: SourceMacDrop): Promise<void>;
}

/** A rule by which a device drops incoming frames from a source address. */
export interface SourceMacDrop {
  /** Name of the device. */
  readonly device: string;
  /** Lower case, with colons. */
  readonly mac: string;
  /** The id of the VIF that owns the rule. */
  readonly owner: string;
}

/** The current state of a drop rule. */
export interface SourceMacDropState extends SourceMacDrop {
  /** False when changed rules keep this rule from taking effect. */
  readonly active: boolean;
}
