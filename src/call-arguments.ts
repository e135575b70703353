/** Checks the arguments of the methods of OsVif. */

import type {
  Attachment,
  BatchOptions,
  CallOptions,
  CheckOptions,
  DryRunOptions,
  GraphCallOptions,
  PlugAllOptions,
  PlugOptions,
} from './call-options.ts';
import { ArgumentError, type OptionKinds, requireOptions } from './errors/argument.ts';
import { BOOLEAN, FUNCTION, integerFrom, MILLISECONDS, oneOfValues, SIGNAL } from './errors/value-kinds.ts';
import { InstanceInfo } from './objects/instance-info.ts';
import { requireVIFBase } from './plugins/vif-plugin.ts';
import { describeValue } from './text/describe-value.ts';
import { isRecord } from './text/is-record.ts';
import type { WatchOptions } from './watch/vif-watch.ts';
import { WAITS_FOR } from './wiring/ovs/wait-for.ts';

const CALL: OptionKinds<CallOptions> = { signal: SIGNAL, timeout: MILLISECONDS };
const PLUG: OptionKinds<PlugOptions> = { ...CALL, waitFor: oneOfValues(...WAITS_FOR) };
const CHECK: OptionKinds<CheckOptions> = { ...CALL, onNote: FUNCTION };
const BATCH: OptionKinds<BatchOptions> = { ...CALL, concurrency: integerFrom(1) };
const PLUG_ALL: OptionKinds<PlugAllOptions> = { ...BATCH, ...PLUG };
const GRAPH: OptionKinds<GraphCallOptions> = { ...CALL, show: oneOfValues('drift', 'plan', 'nothing') };
const WATCH: OptionKinds<WatchOptions> = { signal: SIGNAL, repair: BOOLEAN, interval: MILLISECONDS };
const DRY_RUN: OptionKinds<DryRunOptions> = { ...CALL, dryRun: BOOLEAN };

/** The options of each method. */
const OPTIONS = {
  plug: PLUG,
  unplug: CALL,
  check: CHECK,
  plan: CALL,
  adopt: DRY_RUN,
  graph: GRAPH,
  plugAll: PLUG_ALL,
  unplugAll: BATCH,
  checkAll: CHECK,
  planAll: CALL,
  watch: WATCH,
  collectGarbage: DRY_RUN,
  list: CALL,
};

/** A call for many VIFs. */
export type BatchCall = 'plugAll' | 'unplugAll' | 'checkAll' | 'planAll' | 'watch';

/** A call for one VIF. */
export type SingleCall = Exclude<keyof typeof OPTIONS, BatchCall | 'collectGarbage' | 'list'>;

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

/** Throws {@link ArgumentError} if an option is wrong. */
export function requireListOptions(options: object): void {
  requireOptions('list', options, OPTIONS.list);
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
  const deadline = milliseconds > 0 ? AbortSignal.timeout(Math.ceil(milliseconds)) : undefined;
  if (signal === undefined || deadline === undefined) return signal ?? deadline;
  return AbortSignal.any([signal, deadline]);
}
