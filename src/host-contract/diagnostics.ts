/** Publishes each operation, its duration and its outcome on channels of node:diagnostics_channel. */

import type { Channel } from 'node:diagnostics_channel';

/** The channels by name, with the message of each. `DiagnosticsOutcome` is added to each message. */
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

/** On `os-vif:plug` and `os-vif:unplug`: one call. */
export interface VifMessage {
  /** The VIF's id. */
  readonly vif: string;
  readonly plugin: string;
}

/**
 * On `os-vif:ensure`, `os-vif:undo` and `os-vif:remove`: a step on one element, or on several
 * that share a transaction.
 */
export interface StepMessage {
  /** The VIF's id. */
  readonly vif: string;
  /** The kind and the name of the element: `tap tap1a2b3c4d-5e`. */
  readonly element: string;
}

/** On `os-vif:netlink`: a request to the kernel. */
export interface NetlinkMessage {
  /** The purpose of the request: `creation of bridge br0`. */
  readonly what: string;
  /** Whether the request changes the host. */
  readonly changes: boolean;
}

/** The duration and the error of the operation. */
export interface DiagnosticsOutcome {
  /** Milliseconds. */
  readonly duration: number;
  /** Absent if the operation succeeded. */
  readonly error?: unknown;
}

/** Undefined in a browser, where nothing is published. An import would break the bundle for a browser. */
const diagnostics = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:diagnostics_channel');

/**
 * Runs the action, and publishes the message with the outcome.
 * Returns the result, or throws the error, of the action.
 */
export async function traced<C extends keyof DiagnosticsMessages, T>(
  name: C,
  message: DiagnosticsMessages[C],
  action: () => Promise<T>,
): Promise<T> {
  const subscribers = diagnostics?.channel(name);
  if (!subscribers?.hasSubscribers) return action();
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
