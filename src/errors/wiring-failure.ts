/** The details of a failed plug or unplug. */

/** The element that failed, and the elements that remain on the host. */
export interface WiringFailure {
  /** The element that failed: `tap tap1a2b3c4d-5e`. */
  readonly element?: string | undefined;
  /** `ensure` or `remove`. */
  readonly operation?: string | undefined;
  /** Elements that this call created or changed and could not roll back. Empty when the host is as before. */
  readonly left?: readonly string[];
}
