/** The input of garbage collection, and its report. */

/** The VIFs and devices that garbage collection keeps. */
export interface InUse {
  /** Ids of the valid VIFs, in canonical form. */
  readonly owners: ReadonlySet<string>;
  /** Names of the shared devices that the valid VIFs use. */
  readonly names: Pick<ReadonlySet<string>, 'has'>;
}

/** A device or another resource on the host that belongs to no valid VIF. */
export interface Garbage {
  readonly kind: string;
  readonly name: string;
  /** The id of the VIF that the resource was made for. Absent for a resource that several VIFs used. */
  readonly owner?: string;
}
