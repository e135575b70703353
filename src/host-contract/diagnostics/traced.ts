/**
 * Publishes operations on the tracing channels. An operation within another one names it as its
 * parent.
 */

import type { TracingChannel } from 'node:diagnostics_channel';
import { hasSubscribers, traceOf } from './channels.ts';
import { isLogged, logOperation } from './debug-log.ts';
import type { DiagnosticsChannel, Operation, OperationFields } from './messages.ts';

/** The fields of an operation that its caller knows. */
type Details<C extends DiagnosticsChannel> = Omit<Operation<C>, Exclude<keyof OperationFields<C>, 'vif'>>;

/** Undefined in a browser. An import would break the bundle for a browser. */
const hooks = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:async_hooks');

/**
 * The operations that the running code is a part of. In Node.js 20, the first `run` makes all
 * promises of the process slower. For this reason, `run` is not called while nothing observes.
 */
const scope = hooks && new hooks.AsyncLocalStorage<readonly Operation[]>();

/**
 * Runs the action as an operation. Returns the result, or throws the error, of the action.
 * While nothing observes, it only calls the action.
 *
 * @param details a function for fields that take time to make
 */
export function traced<C extends DiagnosticsChannel, T>(
  channel: C,
  details: Details<C> | (() => Details<C>),
  action: () => Promise<T>,
): Promise<T> {
  const trace = isObserved() ? traceOf(channel) : undefined;
  if (trace === undefined) return action();
  return observe(trace, begun(channel, typeof details === 'function' ? details() : details), action);
}

/**
 * Publishes an event that takes no time, such as the loss of a connection. It has no parent,
 * because it happens to all callers.
 *
 * @param error the reason, if the event is a failure
 */
export function publishEvent<C extends DiagnosticsChannel>(channel: C, details: Details<C>, error?: Error): void {
  const event = async (): Promise<void> => {
    if (error !== undefined) throw error;
  };
  onBehalfOf([], () => traced(channel, details, event)).catch(() => {});
}

/** The operations that the running code is a part of. Empty while nothing observes. */
export function currentOperations(): readonly Operation[] {
  return scope?.getStore() ?? [];
}

/**
 * Runs an action as a part of the given operations, and not of those of its caller. Work that
 * several callers share is a part of the operations of all of them. Without operations, the action
 * has no parent.
 */
export function onBehalfOf<T>(operations: readonly Operation[], action: () => T): T {
  return scope && isObserved() ? scope.run([...new Set(operations)], action) : action();
}

function isObserved(): boolean {
  return hasSubscribers() || isLogged();
}

function begun<C extends DiagnosticsChannel>(channel: C, details: Details<C>): Operation<C>;
function begun(channel: DiagnosticsChannel, details: object): object {
  const [parent, ...otherParents] = currentOperations();
  const vif = otherParents.some((other) => other.vif !== parent?.vif) ? undefined : parent?.vif;
  return {
    channel,
    ...(vif !== undefined && { vif }),
    ...details,
    ...(parent && { parent }),
    ...(otherParents.length > 0 && { otherParents }),
  };
}

function observe<T>(trace: TracingChannel, operation: Operation, action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const run = async (): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      Object.assign(operation, { error });
      throw error;
    } finally {
      Object.assign(operation, { duration: performance.now() - start });
      if ('error' in operation) trace.error.publish(operation);
      trace.asyncStart.publish(operation);
      trace.asyncEnd.publish(operation);
      logOperation(operation);
    }
  };
  const begin = (): Promise<T> => {
    const work = run();
    trace.end.publish(operation);
    return work;
  };
  return onBehalfOf([operation], () => trace.start.runStores(operation, begin));
}
