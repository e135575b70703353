/** Waits for a change of the database, and makes ovs-vswitchd write its state again. */
import type { OvsdbView } from '../../host-contract/ovsdb.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import type { Operation } from './protocol.ts';

/** The first result of `find` after an update that is not undefined; undefined when the connection breaks first. */
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
 * While ovs-vswitchd starts, the transaction with its state may fail unseen. ovs-vswitchd writes again only after a
 * change. A new `next_cfg` makes it write all of its state (ovs-vswitchd.conf.db(5)), as every change of ovs-vsctl does.
 */
function startNudging(connection: Pick<Connection, 'transact'>, signal: AbortSignal): { stop(): void } {
  const mutation: Operation = { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] };
  let timer: NodeJS.Timeout | undefined;
  const startAfter = (pause: number): void => {
    timer = setTimeout(() => {
      startAfter(2 * pause);
      // The nudge is not needed for certain: a read-only database may change all the same.
      connection.transact([mutation], signal).catch(() => {});
    }, pause).unref();
  };
  startAfter(FIRST_NUDGE_MS);
  return { stop: () => clearTimeout(timer) };
}
