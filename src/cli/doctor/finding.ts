/** A result of `os-vif doctor`. */

/** The result for one requirement. */
export interface Finding {
  /** A short and stable name, for programs. */
  readonly name: string;
  readonly state: 'yes' | 'no' | 'unknown';
  /** A description of the result. */
  readonly what: string;
  /** The remedy if the state is `no`. */
  readonly advice?: string;
}
