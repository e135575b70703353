/** Follows the changes of the devices and of the database of a host. */

import type { Changes, ChangesOptions } from '../host-contract/changes/changes.ts';
import type { Host } from '../host-contract/host.ts';
import { sleep } from '../wiring/timing.ts';

/** The time between attempts to reach the database of Open vSwitch. */
const RECONNECT_MS = 1000;

/** A part of a host that tells changes. */
interface ChangeTeller {
  changes(since?: string, options?: ChangesOptions): Promise<Changes>;
}

/** The functions that `followHost` calls. */
export interface ChangeHandlers {
  /** Called once, when no later change can be missed. */
  onStart(): void;
  onChanges(names: readonly string[]): void;
  /** Any device or row may have changed. */
  onLost(): void;
}

/**
 * Follows the changes until the signal is aborted. The database of Open vSwitch may be absent, and
 * come later.
 *
 * @throws the error of the host if it can tell no changes of devices any more
 */
export async function followHost(host: Host, handlers: ChangeHandlers, signal: AbortSignal): Promise<void> {
  const { links, ovsdb } = host;
  const [ofLinks, ofOvsdb] = await Promise.allSettled([
    links.changes(undefined, { signal }),
    ovsdb.changes(undefined, { signal }),
  ]);
  if (signal.aborted) return;
  if (ofLinks.status === 'rejected') throw ofLinks.reason;
  handlers.onStart();
  const database = ofOvsdb.status === 'fulfilled' ? ofOvsdb.value.cursor : undefined;
  await Promise.all([
    follow(links, ofLinks.value.cursor, handlers, signal),
    followDatabase(ovsdb, database, handlers, signal),
  ]);
}

async function follow(
  teller: ChangeTeller,
  first: string,
  { onChanges, onLost }: ChangeHandlers,
  signal: AbortSignal,
): Promise<void> {
  for (let since = first; !signal.aborted; ) {
    const { cursor, names, complete } = await teller.changes(since, { signal });
    if (complete) onChanges(names);
    else onLost();
    since = cursor;
  }
}

async function followDatabase(
  ovsdb: ChangeTeller,
  first: string | undefined,
  handlers: ChangeHandlers,
  signal: AbortSignal,
): Promise<void> {
  for (let cursor = first; !signal.aborted; cursor = undefined) {
    try {
      if (cursor === undefined) {
        ({ cursor } = await ovsdb.changes(undefined, { signal }));
        handlers.onLost();
      }
      await follow(ovsdb, cursor, handlers, signal);
    } catch {
      // The calls that need the database tell its errors.
      await sleep(RECONNECT_MS, signal);
    }
  }
}
