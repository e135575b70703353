/** Gathers the deletions of several unplugs that run at once, so that the kernel is asked once for all of them. */

import { isKernelError } from './elements/link.ts';
import type { Host } from './host.ts';
import { interceptHost } from './intercept.ts';

/** How long a deletion waits for others, in ms. */
const PATIENCE_MS = 100;

export interface DeletionBatch {
  /** The host to unplug from. */
  readonly host: Host;
  /** Runs one of the unplugs. */
  run<T>(unplug: () => Promise<T>): Promise<T>;
}

/** A deletion is carried out once all unplugs that run have come to one, or after a while. */
export function batchDeletions(host: Host): DeletionBatch {
  let running = 0;
  let waiting: Deletion[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    const batch = waiting;
    waiting = [];
    void deleteTogether(host, batch);
  };
  const flushWhenAllWait = (): void => {
    if (waiting.length > 0 && waiting.length >= running) flush();
  };
  const remove = (indexes: readonly number[]): Promise<void> =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) timer = setTimeout(flush, PATIENCE_MS);
      waiting.push({ indexes, resolve, reject });
      flushWhenAllWait();
    });

  return {
    host: interceptHost(host, async ({ port, method, args: [links] }, proceed) => {
      if (port === 'links' && method === 'delete' && typeof links === 'number') return remove([links]);
      // Another batch within this one.
      if (port === 'links' && method === 'deleteAll' && isIndexes(links)) return remove(links);
      return proceed();
    }),
    run: async (unplug) => {
      running += 1;
      try {
        return await unplug();
      } finally {
        running -= 1;
        flushWhenAllWait();
      }
    },
  };
}

/** What one of the unplugs waits for. */
interface Deletion {
  readonly indexes: readonly number[];
  resolve(): void;
  reject(error: unknown): void;
}

function isIndexes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((index) => typeof index === 'number');
}

async function deleteTogether(host: Host, batch: readonly Deletion[]): Promise<void> {
  try {
    await host.links.deleteAll(batch.flatMap(({ indexes }) => indexes));
    for (const { resolve } of batch) resolve();
  } catch {
    // One that can't be deleted must not keep the rest.
    for (const { indexes, resolve, reject } of batch) await deleteEach(host, indexes).then(resolve, reject);
  }
}

async function deleteEach({ links }: Host, indexes: readonly number[]): Promise<void> {
  const failures: unknown[] = [];
  for (const index of indexes) {
    await links.delete(index).catch((error: unknown) => {
      if (!isKernelError(error, 'ENODEV')) failures.push(error);
    });
  }
  if (failures.length > 0) throw failures[0];
}
