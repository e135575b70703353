/** Records the operations that a test causes, and writes them as a tree. */

import { onTestFinished } from 'vitest';
import { DIAGNOSTICS_CHANNELS } from '../../../src/host-contract/diagnostics/channels.ts';
import type { DiagnosticsChannel, Operation } from '../../../src/host-contract/diagnostics/messages.ts';
import { subscribeOperations } from '../../../src/host-contract/diagnostics/subscribe.ts';

/**
 * The operations on these channels until the end of the running test, in the order in which they
 * begin.
 */
export function recordOperations(channels: readonly DiagnosticsChannel[] = DIAGNOSTICS_CHANNELS): readonly Operation[] {
  const operations: Operation[] = [];
  onTestFinished(subscribeOperations(channels, { start: (operation) => void operations.push(operation) }));
  return operations;
}

/**
 * One line for each operation, below its parent: `ensure tap tap0`. A failed operation has the code
 * of its error.
 */
export function treeOf(operations: readonly Operation[], parent?: Operation, indentation = ''): string[] {
  return operations
    .filter((operation) => operation.parent === parent)
    .flatMap((operation) => [indentation + labelOf(operation), ...treeOf(operations, operation, `${indentation}  `)]);
}

function labelOf(operation: Operation): string {
  const { channel, parent: _parent, otherParents: _others, vif: _vif, duration, error, ...details } = operation;
  const outcome = duration === undefined ? ['still runs'] : 'error' in operation ? [`failed: ${codeOf(error)}`] : [];
  return [channel.replace('os-vif:', ''), ...Object.values(details), ...outcome].join(' ');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}
