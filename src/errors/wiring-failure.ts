/** What an error of a failed plug or unplug tells. */

/** What a failed plug or unplug was doing, and what it left. */
export interface WiringFailure {
  /** `tap tap1a2b3c4d-5e`: the element that failed. */
  readonly element?: string | undefined;
  /** `ensure` or `remove`. */
  readonly operation?: string | undefined;
  /** Elements that this call made or changed and could not undo; empty when the host is as before. */
  readonly left?: readonly string[];
}
