/** The options of the methods of OsVif. */

/** For each call. */
export interface CallOptions {
  /**
   * Ends the call between two requests to the host, or while it waits for another call for the same VIF.
   * A plug rolls back what it did until then.
   */
  readonly signal?: AbortSignal;
  /** Milliseconds after which the call ends in the same way. The time that the call waits counts. 0: no limit. */
  readonly timeout?: number;
}

/** For calls that take many VIFs. */
export interface BatchOptions extends CallOptions {
  /** How many VIFs are worked on at once. Default 64. */
  readonly concurrency?: number;
}

/** For pictures. */
export interface GraphCallOptions extends CallOptions {
  /** What the picture tells of the host: its `drift`s from what plug makes, what a plug would do now (`plan`), or nothing. Default `drift`. */
  readonly show?: 'drift' | 'plan' | 'nothing';
}

/** For calls that can be tried out. */
export interface DryRunOptions extends CallOptions {
  /** Changes nothing: the result tells what would change. Default false. */
  readonly dryRun?: boolean;
}
