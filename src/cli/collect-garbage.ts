/**
 * Collects garbage, and prints what was removed. Imported on demand, because it loads the whole
 * library.
 */

import type { InterruptedError } from '../errors/command.ts';
import type { Garbage } from '../wiring/garbage.ts';
import { sleep } from '../wiring/timing.ts';
import { readOwners } from './input/attachments.ts';
import { warnOfMissingDatabase } from './input/database.ts';
import { type Collected, printCollected } from './output/collected.ts';
import { reportFailures } from './output/failures.ts';
import { withProgress } from './output/progress.ts';
import { type Session, withOsVif } from './session.ts';
import { skipUnreadable, warnOfUnread } from './skip-unreadable.ts';
import type { CommonOptions, HostOptions } from './verb.ts';

const NEXT = 'waiting for the removals under way; a second signal ends the command at once';

/** The longest time for the look at the host after an error, and after a second signal, in ms. */
const LOOK_MS = 5000;
const LAST_LOOK_MS = 500;

/**
 * Removes the garbage. If a signal or an error ends the collection, it prints what was removed
 * before.
 */
export async function collectGarbage(
  files: readonly string[],
  options: CommonOptions & HostOptions & { readonly dryRun?: boolean },
): Promise<void> {
  const read = await readOwners(files);
  const vifs = reportFailures(read);
  // Without one of the VIFs, its devices would be garbage.
  if (vifs.length < read.results.length) return;
  let found: readonly Garbage[] | undefined;
  let look = async (): Promise<readonly Garbage[]> => [];
  let printed: Promise<void> | undefined;
  // The first call prints. A second signal may arrive at any time.
  const print = (collected: readonly Collected[], error?: unknown): Promise<void> => {
    printed ??= printCollected(collected, options, error);
    return printed;
  };

  const work = async ({ osVif, call }: Session): Promise<void> => {
    look = () => osVif.collectGarbage(vifs, { dryRun: true });
    try {
      found = await osVif.collectGarbage(vifs, { ...call, dryRun: true });
    } catch (error) {
      if (!call.signal.aborted) throw error;
      return print([], call.signal.reason);
    }
    if (options.dryRun) {
      warnOfUnread(unread);
      return print(found.map(as('found')), call.signal.reason);
    }
    const collect = () => osVif.collectGarbage(vifs, call);
    try {
      const removed = await withProgress('removing', 'os-vif:netlink', found.length, collect, call.signal);
      await print(removed.map(as('removed')), call.signal.reason);
    } catch (error) {
      await print(await compared(found, look, { rest: 'not removed', timeout: LOOK_MS }), error);
    }
  };

  const last = async (interruption: InterruptedError): Promise<void> => {
    // Requests may still be under way, so the state of the rest is not known.
    await print(await compared(found ?? [], look, { rest: 'unknown', timeout: LAST_LOOK_MS }), interruption);
  };
  await warnOfMissingDatabase(options);
  const unread = new Map<string, unknown>();
  const skip = options.dryRun ? skipUnreadable((what, error) => unread.set(what, error)) : {};
  await withOsVif(options, work, { ...skip, next: NEXT, last });
}

function as(outcome: Collected['outcome']): (garbage: Garbage) => Collected {
  return (garbage) => ({ ...garbage, outcome });
}

/**
 * The garbage that was found before: what is gone now is removed, and `rest` is the outcome of what
 * is there.
 */
async function compared(
  found: readonly Garbage[],
  look: () => Promise<readonly Garbage[]>,
  { rest, timeout }: { readonly rest: 'not removed' | 'unknown'; readonly timeout: number },
): Promise<Collected[]> {
  const noAnswer = sleep(timeout).then(() => undefined);
  const remaining = await Promise.race([look().catch(() => undefined), noAnswer]);
  if (remaining === undefined) return found.map(as('unknown'));
  const names = new Set(remaining.map(nameOf));
  return found.map((garbage) => as(names.has(nameOf(garbage)) ? rest : 'removed')(garbage));
}

function nameOf({ kind, name, owner }: Garbage): string {
  return JSON.stringify([kind, name, owner]);
}
