/** Waits for a change of the database. Meanwhile, it makes ovs-vswitchd write its state again. */
import type { OvsdbView } from '../../host-contract/ovsdb.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import type { Operation } from './protocol.ts';

/**
 * Calls `find` after each update until its result is defined.
 * Resolves to undefined if the connection breaks first.
 */
export async function waitWithNudge<T>(
  find: (view: OvsdbView) => T | undefined,
  connection: Pick<Connection, 'findLater' | 'transact'>,
  deadline: Deadline,
): Promise<T | undefined> {
  const nudges = startNudging(connection, deadline.signal);
  try {
    return await connection.findLater(find, deadline);
  } finally {
    nudges.stop();
  }
}

/** Milliseconds until the first nudge. Each pause is twice as long as the one before. */
const FIRST_NUDGE_MS = 500;

/**
 * Increments `next_cfg` at growing intervals, as each change by ovs-vsctl does. While ovs-vswitchd starts,
 * its transaction with its state may fail, and it writes again only after a change. A new `next_cfg` makes it
 * write its whole state (ovs-vswitchd.conf.db(5)).
 */
function startNudging(connection: Pick<Connection, 'transact'>, signal: AbortSignal): { stop(): void } {
  const mutation: Operation = { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] };
  let timer: NodeJS.Timeout | undefined;
  const startAfter = (pause: number): void => {
    timer = setTimeout(() => {
      startAfter(2 * pause);
      // A failure is ignored: even a read-only database may still change.
      connection.transact([mutation], signal).catch(() => {});
    }, pause).unref();
  };
  startAfter(FIRST_NUDGE_MS);
  return { stop: () => clearTimeout(timer) };
}
