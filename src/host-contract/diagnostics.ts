/** Tells whoever listens on node:diagnostics_channel what was done, how long it took, and how it ended. */

import { type Channel, channel } from 'node:diagnostics_channel';

/** The channels, and what a message on each says besides how long it took. */
export interface DiagnosticsMessages {
  'os-vif:plug': VifMessage;
  'os-vif:unplug': VifMessage;
  /** One step of a plug. */
  'os-vif:ensure': StepMessage;
  /** One step of a roll-back. */
  'os-vif:undo': StepMessage;
  /** One step of an unplug. */
  'os-vif:remove': StepMessage;
  /** One rtnetlink request, or several that were sent together. */
  'os-vif:netlink': NetlinkMessage;
}

/** On `os-vif:plug` and `os-vif:unplug`: the whole of a call. */
export interface VifMessage {
  /** The VIF's id. */
  readonly vif: string;
  readonly plugin: string;
}

/** On `os-vif:ensure`, `os-vif:undo` and `os-vif:remove`: a step on one element, or on neighbours that share a transaction. */
export interface StepMessage {
  /** The VIF's id. */
  readonly vif: string;
  /** `tap tap1a2b3c4d-5e` */
  readonly element: string;
}

/** On `os-vif:netlink`: a request to the kernel. */
export interface NetlinkMessage {
  /** What it was for: `creation of bridge br0`. */
  readonly what: string;
  /** Whether it changes anything; otherwise it only looks. */
  readonly changes: boolean;
}

/** How it went; added to every message. */
export interface DiagnosticsOutcome {
  /** Milliseconds. */
  readonly duration: number;
  /** Absent when it went well. */
  readonly error?: unknown;
}

/** Does it, and publishes what came of it. */
export async function traced<C extends keyof DiagnosticsMessages, T>(
  name: C,
  message: DiagnosticsMessages[C],
  action: () => Promise<T>,
): Promise<T> {
  const subscribers = channel(name);
  if (!subscribers.hasSubscribers) return action();
  const start = performance.now();
  try {
    const result = await action();
    publish(subscribers, { ...message, duration: performance.now() - start });
    return result;
  } catch (error) {
    publish(subscribers, { ...message, duration: performance.now() - start, error });
    throw error;
  }
}

function publish(subscribers: Channel, message: DiagnosticsOutcome): void {
  subscribers.publish(message);
}
