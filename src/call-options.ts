/** The arguments of the methods of OsVif. */

import { ArgumentError, type OptionKinds, requireOptions } from './errors/argument.ts';
import { BOOLEAN, integerFrom, MILLISECONDS, oneOfValues, SIGNAL } from './errors/value-kinds.ts';
import { InstanceInfo } from './objects/instance-info.ts';
import type { VIFBase } from './objects/vif.ts';
import { requireVIFBase } from './plugins/vif-plugin.ts';
import { describeValue } from './text/describe-value.ts';
import { isRecord } from './text/is-record.ts';

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

/** Options of calls for many VIFs. */
export interface BatchOptions extends CallOptions {
  /** The largest number of VIFs that are processed at the same time. Default: 64. */
  readonly concurrency?: number;
}

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

const CALL: OptionKinds<CallOptions> = { signal: SIGNAL, timeout: MILLISECONDS };
const BATCH: OptionKinds<BatchOptions> = { ...CALL, concurrency: integerFrom(1) };
const GRAPH: OptionKinds<GraphCallOptions> = { ...CALL, show: oneOfValues('drift', 'plan', 'nothing') };
const DRY_RUN: OptionKinds<DryRunOptions> = { ...CALL, dryRun: BOOLEAN };

/** The options of each method. */
const OPTIONS = {
  plug: CALL,
  unplug: CALL,
  check: CALL,
  plan: CALL,
  adopt: DRY_RUN,
  graph: GRAPH,
  plugAll: BATCH,
  unplugAll: BATCH,
  checkAll: CALL,
  planAll: CALL,
  collectGarbage: DRY_RUN,
};

/** A call for many VIFs. */
export type BatchCall = 'plugAll' | 'unplugAll' | 'checkAll' | 'planAll';

/** A call for one VIF. */
export type SingleCall = Exclude<keyof typeof OPTIONS, BatchCall | 'collectGarbage'>;

/** Throws {@link ArgumentError} if the instance or an option is wrong. */
export function requireArguments(call: SingleCall, instance: unknown, options: object): void {
  requireInstance(call, instance);
  requireOptions(call, options, OPTIONS[call]);
}

/** Throws {@link ArgumentError} for anything but an array of `{ vif, instance }`, or if an option is wrong. */
export function requireBatch(call: BatchCall, attachments: readonly Attachment[], options: object): void {
  requireArray(call, attachments, '{ vif, instance }');
  for (const attachment of attachments) {
    if (!isRecord(attachment) || !('vif' in attachment))
      throw new ArgumentError(call, `expected an array of { vif, instance }, found ${describeValue(attachment)} in it`);
    requireVIFBase(attachment.vif);
    requireInstance(call, attachment.instance);
  }
  requireOptions(call, options, OPTIONS[call]);
}

/** Throws {@link ArgumentError} for anything but an array, or if an option is wrong. */
export function requireVifs(call: 'collectGarbage', vifs: unknown, options: object): void {
  requireArray(call, vifs, 'VIFs');
  requireOptions(call, options, OPTIONS[call]);
}

function requireArray(call: string, value: unknown, elements: string): void {
  if (!Array.isArray(value))
    throw new ArgumentError(call, `expected an array of ${elements}, found ${describeValue(value)}`);
}

function requireInstance(call: string, instance: unknown): void {
  if (!(instance instanceof InstanceInfo))
    throw new ArgumentError(call, `expected the InstanceInfo of the guest, found ${describeValue(instance)}`);
}

/**
 * Returns the signal that ends a call: by its own signal, or after its timeout.
 *
 * @param defaultTimeout the timeout in milliseconds of a call without one; 0: no limit
 */
export function signalOf({ signal, timeout }: CallOptions, defaultTimeout: number): AbortSignal | undefined {
  const milliseconds = timeout ?? defaultTimeout;
  const deadline = milliseconds > 0 ? AbortSignal.timeout(milliseconds) : undefined;
  if (signal === undefined || deadline === undefined) return signal ?? deadline;
  return AbortSignal.any([signal, deadline]);
}
