/** Decides about the edits of a transaction, and commits it if no other writer was faster. */

import { OvsdbServerError } from '../../errors/ovs.ts';
import type { OvsdbEdit, OvsdbView } from '../../host-contract/ovsdb.ts';
import type { Connection } from './connection.ts';
import type { Deadline } from './deadline.ts';
import { operationsFor } from './edit-operations.ts';
import type { Operation } from './protocol.ts';

interface Decision {
  readonly edits: readonly OvsdbEdit[];
  readonly operations: readonly Operation[];
}

/**
 * Calls `decide` for the edits. The replica may lag behind the server. Guards detect an outdated
 * replica for edits that are sent. If `decide` returns no edits or throws, the replica is
 * synchronized, and `decide` is called again.
 */
export async function decideOnFresh(
  connection: Connection,
  decide: (view: OvsdbView) => readonly OvsdbEdit[],
  deadline: Deadline,
): Promise<Decision> {
  const attempt = (): Decision => {
    const edits = decide(connection.replica);
    return { edits, operations: operationsFor(edits, connection.replica) };
  };
  try {
    const decision = attempt();
    if (decision.operations.length > 0) return decision;
  } catch {
    // The second attempt below decides.
  }
  await connection.sync(deadline.signal);
  return attempt();
}

/**
 * Resolves to the edits, or to undefined if a guard failed, so that the transaction had no effect.
 */
export async function commitGuarded(
  connection: Connection,
  { edits, operations }: Decision,
  deadline: Deadline,
): Promise<readonly OvsdbEdit[] | undefined> {
  try {
    await connection.transact(operations, deadline.signal);
    return edits;
  } catch (error) {
    if (isFailedGuard(error, operations)) return undefined;
    throw error;
  }
}

/**
 * Whether a guard failed: a `wait` with "timed out" (RFC 7047 5.2.6), or a new name with a
 * violation of its unique index.
 */
function isFailedGuard(error: unknown, operations: readonly Operation[]): boolean {
  if (!(error instanceof OvsdbServerError)) return false;
  if (error.operation === undefined)
    return error.error === 'constraint violation' && error.details.includes('for index on column');
  return error.error === 'timed out' && operations[error.operation]?.op === 'wait';
}
