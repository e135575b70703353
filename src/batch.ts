/** Calls for many VIFs. */

import type { Attachment } from './call-options.ts';
import type { PlugResult } from './errors/plug-result.ts';
import { BatchError } from './errors/plugin.ts';
import { concurrently } from './wiring/concurrently.ts';

/** Large, because the kernel deletes many devices together, and ovs-vswitchd opens many ports together. */
export const CONCURRENCY = 64;

/**
 * Runs the action for each VIF. Returns the results in the order of the VIFs.
 *
 * @throws BatchError with the error of each VIF that failed, and the results of the others
 */
export async function forEach(
  what: string,
  attachments: readonly Attachment[],
  concurrency: number,
  action: (attachment: Attachment, begin: () => Promise<void>) => Promise<PlugResult>,
): Promise<PlugResult[]> {
  return resultsOf(what, attachments, await concurrently(attachments, concurrency, action));
}

/**
 * Returns the results in the order of the VIFs.
 *
 * @throws BatchError with the error of each VIF that failed, and the results of the others
 */
export function resultsOf<R>(
  what: string,
  attachments: readonly Attachment[],
  outcomes: readonly PromiseSettledResult<R>[],
): R[] {
  const values: R[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw batchError(what, attachments, outcomes);
    values.push(outcome.value);
  }
  return values;
}

function batchError<R>(
  what: string,
  attachments: readonly Attachment[],
  outcomes: readonly PromiseSettledResult<R>[],
): BatchError<R> {
  const failures = new Map<string, unknown>();
  const results = new Map<string, R>();
  for (const [i, outcome] of outcomes.entries()) {
    const id = attachments[i]?.vif.id ?? '';
    if (outcome.status === 'rejected') failures.set(id, outcome.reason);
    else results.set(id, outcome.value);
  }
  return new BatchError(what, attachments.length, failures, results);
}
