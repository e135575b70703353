/** What garbage collection keeps, and what it reports. */

/** What is to stay. */
export interface InUse {
  /** Ids of the VIFs that are. */
  readonly owners: ReadonlySet<string>;
  /** Names of the shared devices that they use. */
  readonly names: ReadonlySet<string>;
}

/** A device, or another thing on the host, that belongs to no VIF any more. */
export interface Garbage {
  readonly kind: string;
  readonly name: string;
  /** The id of the VIF that it was made for; absent for one that several used. */
  readonly owner?: string;
}
