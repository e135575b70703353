/**
 * With `NODE_DEBUG=os-vif`, writes one line to standard error for each operation that has ended.
 */

import { messageOf } from '../../text/message-of.ts';
import { printable } from '../../text/printable.ts';
import type { Operation } from './messages.ts';

/** Undefined in a browser. An import would break the bundle for a browser. */
const log = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:util').debuglog('os-vif');

/** Whether the environment variable NODE_DEBUG has `os-vif`. */
export function isLogged(): boolean {
  return log?.enabled === true;
}

/** Writes the line of an operation, if NODE_DEBUG asks for it. */
export function logOperation(operation: Operation): void {
  if (isLogged()) log?.('%s', lineOf(operation));
}

/**
 * The line of an operation: its channel, and its other fields in the form `name=value`. Texts come
 * from other programs, so the line shows their control characters as escapes.
 */
function lineOf(operation: Operation): string {
  const { channel, parent: _parent, otherParents: _others, duration = 0, error, ...details } = operation;
  const fields = Object.entries(details).map(([name, value]) => `${name}=${shown(value)}`);
  const outcome = 'error' in operation ? ['outcome=failed', ...reason(error)] : ['outcome=ok'];
  const line = [channel.slice('os-vif:'.length), ...fields, `duration=${duration.toFixed(3)}ms`, ...outcome];
  return printable(line.join(' '));
}

function reason(error: unknown): string[] {
  const code = error instanceof Error && 'code' in error ? [`code=${shown(error.code)}`] : [];
  return [...code, `error=${JSON.stringify(messageOf(error))}`];
}

/** A text in quotation marks, unless it is one word. */
function shown(value: unknown): string {
  const text = String(value);
  return /^[\w.:/-]+$/.test(text) ? text : JSON.stringify(text);
}
