/** A watch as its user sees it: its options, its events, and what it can do. */

import type { Attachment } from '../call-options.ts';
import type { PlugResult } from '../errors/plug-result.ts';
import type { ElementDrift } from '../wiring/elements/verbs.ts';

/** Options of `OsVif.watch`. */
export interface WatchOptions {
  /** Ends the watch. The iterator then throws the reason of the signal. */
  readonly signal?: AbortSignal;
  /**
   * Plugs VIFs with drift again: at once, and then at intervals that grow from 0.1 s to 60 s while
   * the VIF drifts again or the plug fails. At most 16 VIFs of each plugin are plugged at a time.
   * Default: false.
   */
  readonly repair?: boolean;
  /**
   * Milliseconds between checks of all VIFs, which find changes without events: sysctls, packet
   * filters, and some settings of devices that are down. 0: never. Default: 60,000.
   */
  readonly interval?: number;
}

/**
 * A watch of VIFs: an async iterator of events. The watch begins at once. Of each VIF, the last
 * unread event of each type is kept. The watch ends with its signal, with the end of a loop over it,
 * with `await using`, and with the end of its OsVif.
 */
export interface VIFWatch extends AsyncIterableIterator<WatchEvent, undefined>, AsyncDisposable {
  /**
   * Watches a VIF from now on. A watched VIF with the same id is replaced.
   * @throws PluginError if the plugin does not support checks
   */
  add(attachment: Attachment): void;
  /** Watches the VIF with this id no longer. `OsVif.unplug` does so too. */
  remove(id: string): void;
  /** Whether the VIF with this id is watched. */
  has(id: string): boolean;
  /** Ends the watch, and waits for its calls. */
  return(): Promise<IteratorResult<WatchEvent, undefined>>;
}

/** An event of a watched VIF, or of the whole watch. */
export type WatchEvent = DriftEvent | RestoredEvent | RepairedEvent | FailedEvent | ResynchronizedEvent;

/** The VIF differs from the state that a plug creates, or differs in another way than before. */
export interface DriftEvent extends Attachment {
  readonly type: 'drift';
  readonly drifts: readonly ElementDrift[];
}

/** The VIF had drift, or could not be checked, and is right again without a repair by this watch. */
export interface RestoredEvent extends Attachment {
  readonly type: 'restored';
}

/** The watch has plugged the VIF again. */
export interface RepairedEvent extends Attachment {
  readonly type: 'repaired';
  /** The drift before the repair. */
  readonly drifts: readonly ElementDrift[];
  /** The changes of the host. */
  readonly result: PlugResult;
}

/** The VIF could not be checked, or not be repaired. The watch tries again. */
export interface FailedEvent extends Attachment {
  readonly type: 'failed';
  readonly error: Error;
  /** Milliseconds until the next attempt. */
  readonly retryIn: number;
}

/** All VIFs were checked. Their events came before this event. */
export interface ResynchronizedEvent {
  readonly type: 'resynchronized';
  /** `start`: the first check. `events lost`: the host or its database could not tell all changes. */
  readonly reason: ResynchronizationReason;
}

/** Why all VIFs were checked. */
export type ResynchronizationReason = 'start' | 'events lost' | 'interval';
