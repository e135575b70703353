/** Subscribes to the operations of this library with the types of their messages. */

import { ArgumentError, requireArgument, requireOptions } from '../../errors/argument.ts';
import { arrayOf, FUNCTION, TEXT } from '../../errors/value-kinds.ts';
import { listed } from '../../text/bounds.ts';
import { describeValue } from '../../text/describe-value.ts';
import { didYouMean } from '../../text/nearest.ts';
import { DIAGNOSTICS_CHANNELS, diagnostics } from './channels.ts';
import type { DiagnosticsChannel, EndedOperation, FailedOperation, Operation } from './messages.ts';

/**
 * The functions that get the messages of a channel, as in `tracingChannel.subscribe` of Node.js.
 * All messages of one operation are the same object. An exception in such a function does not reach
 * the operation: Node.js raises it as an uncaught exception.
 */
export interface OperationSubscribers<C extends DiagnosticsChannel> {
  /** The operation begins. Called before `start` of each operation within it. */
  start?(operation: Operation<C>): void;
  /** The synchronous part of the operation has ended. */
  end?(operation: Operation<C>): void;
  /** The operation has ended. Called after `error` and before `asyncEnd`. */
  asyncStart?(operation: EndedOperation<C>): void;
  /** The operation has ended, with success or not. */
  asyncEnd?(operation: EndedOperation<C>): void;
  /** The operation has failed. Called before `asyncStart` and `asyncEnd`. */
  error?(operation: FailedOperation<C>): void;
}

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
const EVENT_KINDS = Object.fromEntries(EVENTS.map((event) => [event, FUNCTION] as const));
const CHANNELS = arrayOf(TEXT, 'names of channels');

/**
 * Subscribes to channels. In a browser, the functions are never called.
 *
 * @param channels names of channels; `DIAGNOSTICS_CHANNELS` has all of them
 * @returns a function that ends the subscription
 * @throws ArgumentError if a channel or an event does not exist
 */
export function subscribeOperations<C extends DiagnosticsChannel>(
  channels: readonly C[],
  subscribers: OperationSubscribers<C>,
): () => void {
  requireArgument('subscribeOperations', channels, CHANNELS);
  for (const channel of channels) requireChannel(channel);
  requireOptions('subscribeOperations', subscribers, EVENT_KINDS);
  const names = new Set<unknown>(channels);
  const isOurs = (message: unknown): message is FailedOperation<C> =>
    typeof message === 'object' && message !== null && 'channel' in message && names.has(message.channel);
  const subscriptions = EVENTS.flatMap((event) => {
    const listen = (message: unknown): void => {
      if (isOurs(message)) subscribers[event]?.(message);
    };
    return subscribers[event] === undefined
      ? []
      : channels.map((channel) => ({ name: `tracing:${channel}:${event}`, listen }));
  });
  for (const { name, listen } of subscriptions) diagnostics?.subscribe(name, listen);
  return () => {
    for (const { name, listen } of subscriptions) diagnostics?.unsubscribe(name, listen);
  };
}

function requireChannel(channel: string): void {
  if (new Set<string>(DIAGNOSTICS_CHANNELS).has(channel)) return;
  const suggestion = didYouMean(channel, DIAGNOSTICS_CHANNELS) || ';';
  throw new ArgumentError(
    'subscribeOperations',
    `there is no channel ${describeValue(channel)}${suggestion} the channels are ${listed(DIAGNOSTICS_CHANNELS)}`,
  );
}
