/** Packet filters: chains of iptables, and addresses that devices refuse (nftables). */

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
