/** The options of the methods of OsVif, and the VIFs that they take. */

import type { InstanceInfo } from './objects/instance-info.ts';
import type { VIFBase } from './objects/vif.ts';
import type { CheckNote } from './wiring/elements/verbs.ts';
import type { WaitFor } from './wiring/ovs/wait-for.ts';

/** Options of every call. */
export interface CallOptions {
  /**
   * Ends the call between two requests to the host, or while it waits for another call for the same VIF.
   * A plug then rolls back its changes.
   */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds after which the call ends in the same way.
   * The timeout includes waiting for other calls. 0: no limit.
   */
  readonly timeout?: number;
}

/** Options of a plug. */
export interface PlugOptions extends CallOptions {
  /** The plug waits for this. Default: the option of the plugin. Plugins other than `ovs` do not wait. */
  readonly waitFor?: WaitFor;
}

/** Options of checks. */
export interface CheckOptions extends CallOptions {
  /**
   * Receives facts that are no drift, such as a source guard that compares the MAC address only, because
   * the VIF has no IP addresses.
   */
  readonly onNote?: (note: CheckNote) => void;
}

/** Options of calls for many VIFs. */
export interface BatchOptions extends CallOptions {
  /** The largest number of VIFs that are processed at the same time. Default: 64. */
  readonly concurrency?: number;
}

/** Options of plugs of many VIFs. */
export interface PlugAllOptions extends BatchOptions, PlugOptions {}

/** Options of graphs. */
export interface GraphCallOptions extends CallOptions {
  /**
   * The marks in the graph: the `drift` of the host, the steps of a plug (`plan`), or `nothing`. Default:
   * `drift`.
   */
  readonly show?: 'drift' | 'plan' | 'nothing';
}

/** Options of calls that support a dry run. */
export interface DryRunOptions extends CallOptions {
  /** Changes nothing, and returns the changes that the call would make. Default: false. */
  readonly dryRun?: boolean;
}

/** A VIF and its guest. */
export interface Attachment {
  readonly vif: VIFBase;
  readonly instance: InstanceInfo;
}
