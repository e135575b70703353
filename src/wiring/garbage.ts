/** What garbage collection keeps, and what it reports. */

/** What is to stay. */
export interface InUse {
  /** Ids of the valid VIFs, in canonical form. */
  readonly owners: ReadonlySet<string>;
  /** Names of the shared devices that they use. */
  readonly names: Pick<ReadonlySet<string>, 'has'>;
}

/** A device, or another thing on the host, that belongs to no VIF any more. */
export interface Garbage {
  readonly kind: string;
  readonly name: string;
  /** The id of the VIF that it was made for; absent for one that several used. */
  readonly owner?: string;
}
