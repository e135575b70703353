/** Calls for many VIFs. */

import type { Attachment } from './call-options.ts';
import { BatchError } from './errors/plugin.ts';
import { concurrently } from './wiring/concurrently.ts';

/** Large, because the kernel deletes many devices together, and ovs-vswitchd opens many ports together. */
export const CONCURRENCY = 64;

/** Runs the action for each VIF. Throws {@link BatchError} with the error of each VIF that failed. */
export async function forEach(
  what: string,
  attachments: readonly Attachment[],
  concurrency: number,
  action: (attachment: Attachment, begin: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const failures = await concurrently(attachments, concurrency, action);
  if (failures.size === 0) return;
  const byId = new Map([...failures].map(([{ vif }, error]) => [vif.id ?? '', error]));
  throw new BatchError(what, attachments.length, byId);
}
