/** Packet filters: chains of iptables, and drop rules of nftables for source MAC addresses. */

/** The chains of this library in the IPv4 filter table. FORWARD jumps to each of them. */
export interface Filter {
  /** The names of all chains in the table, of every owner. */
  list(): Promise<string[]>;
  /** The rules of the chain, and whether FORWARD jumps to it. Undefined when the chain does not exist. */
  get(chain: string): Promise<FilterChain | undefined>;
  /** Creates the chain and the jump to it in one transaction, or replaces the rules of an existing chain. */
  set(chain: string, rules: readonly string[]): Promise<void>;
  delete(chain: string): Promise<void>;
}

/** The current state of a chain. */
export interface FilterChain {
  /** As `iptables -S` prints them, without `-A chain`: `-i br0 -j ACCEPT`. */
  readonly rules: readonly string[];
  readonly jumpedTo: boolean;
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
