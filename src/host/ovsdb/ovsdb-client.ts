/** The `ovsdb` port on a real server: a connection made on first use and again after a cut, calls with deadlines on it. */

import { HostClosedError } from '../../errors/host.ts';
import { OvsdbConnectionError, OvsdbServerError } from '../../errors/ovs.ts';
import type { Ovsdb, OvsdbCallOptions, OvsdbChangeOptions, OvsdbEdit, OvsdbView } from '../../host-contract/ovsdb.ts';
import { messageOf } from '../../text/message-of.ts';
import { Connection } from './connection.ts';
import { Deadline } from './deadline.ts';
import { operationsFor } from './edit-operations.ts';
import { type OvsdbTlsOptions, parseEndpoint } from './endpoint.ts';
import { waitWithNudge } from './nudge.ts';
import type { Operation } from './protocol.ts';

/** Where Open vSwitch's database is, and how long to wait for it. */
export interface OvsdbClientOptions {
  /** `unix:/path`, `tcp:host:port` or `ssl:host:port`. Default: `unix:/run/openvswitch/db.sock`. */
  readonly connection?: string | undefined;
  /** Milliseconds that a call may take unless it says otherwise; 0 is for ever. Default: 120000, as os-vif's ovs_vsctl_timeout. */
  readonly timeout?: number | undefined;
  /** Needed for `ssl:`. */
  readonly tls?: OvsdbTlsOptions | undefined;
}

const DEFAULT_CONNECTION = 'unix:/run/openvswitch/db.sock';
const DEFAULT_TIMEOUT_MS = 120_000;

/** A server that never answered is given this long, in ms, before a call fails: long enough for one that is just restarting. */
const FIRST_CONTACT_MS = 2_000;
const FIRST_CONTACT_BACKOFF_MS = 250;
const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 8_000;

export class OvsdbClient implements Ovsdb {
  readonly #name: string;
  readonly #timeout: number;
  readonly #tls: OvsdbTlsOptions | undefined;
  #connection: Connection | undefined;
  #pending: PendingConnection | undefined;
  #wasConnected = false;
  /** Why there is no connection. */
  #lastFailure: string | undefined;
  #closed: HostClosedError | undefined;

  /**
   * Connects to nothing yet.
   *
   * @throws OvsdbConnectionError when the connection string cannot be read
   */
  constructor(options: OvsdbClientOptions = {}) {
    this.#name = options.connection ?? DEFAULT_CONNECTION;
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
    this.#tls = options.tls;
    parseEndpoint(this.#name);
  }

  view(options: OvsdbCallOptions = {}): Promise<OvsdbView> {
    return this.#call(
      () => 'reading',
      options,
      (deadline) =>
        this.#retryOnReconnect(deadline, async (connection) => {
          await connection.sync(deadline.signal);
          return connection.replica;
        }),
    );
  }

  async change(decide: Decide, options: OvsdbChangeOptions = {}): Promise<readonly OvsdbEdit[]> {
    /** Edits that were sent over a connection that broke before the reply. */
    let unconfirmed: readonly OvsdbEdit[] = [];
    let refusals = 0;
    const describe = () =>
      refusals === 0 ? 'a transaction' : `a transaction that other writers were ahead of ${refusals} times`;
    return await this.#call(describe, options, async (deadline) => {
      for (;;) {
        const made = await this.#retryOnReconnect(deadline, async (connection) => {
          const decision = await decideOnFresh(connection, decide, deadline);
          if (decision.operations.length === 0) return unconfirmed;
          options.onSend?.();
          try {
            const committed = await commitGuarded(connection, decision, deadline);
            if (committed === undefined) options.onRefused?.();
            return committed;
          } catch (error) {
            if (error instanceof OvsdbServerError) options.onRefused?.();
            // Done or not, the fresh replica will tell. Should the server still find it in its input, its guards decide.
            if (error === connection.error) unconfirmed = decision.edits;
            throw error;
          }
        });
        if (made) return made;
        // A writer was faster; the replica has its changes by now. Under many writers a short wait lets one of them through.
        await deadline.sleep(Math.random() * Math.min(2 ** refusals++, 100));
      }
    });
  }

  waitFor<T>(what: string, find: (view: OvsdbView) => T | undefined, options: OvsdbCallOptions = {}): Promise<T> {
    return this.#call(
      () => what,
      options,
      async (deadline) => {
        for (;;) {
          const connection = await this.#connected(deadline);
          const now = find(connection.replica);
          if (now !== undefined) return now;
          const later = await waitWithNudge(find, connection, deadline);
          if (later !== undefined) return later;
          if (connection.error && !connection.error.transient) throw connection.error;
        }
      },
    );
  }

  /**
   * Runs operations as they are, in one transaction, and resolves to their results (RFC 7047 4.1.3, 5.2).
   * Never sent twice: when the connection breaks before the reply, the error leaves open whether they were done.
   */
  transact(operations: readonly Operation[], options: OvsdbCallOptions = {}): Promise<readonly unknown[]> {
    return this.#call(
      () => 'a transaction',
      options,
      async (deadline) => (await this.#connected(deadline)).transact(operations, deadline.signal),
    );
  }

  async close(): Promise<void> {
    this.#closed ??= new HostClosedError();
    this.#pending?.controller.abort(this.#closed);
    this.#connection?.close();
  }

  async #call<T>(what: () => string, options: OvsdbCallOptions, run: (deadline: Deadline) => Promise<T>): Promise<T> {
    const describe = () =>
      this.#connection ? what() : `${what()} (${this.#lastFailure ?? 'the server has not answered'})`;
    const deadline = new Deadline(this.#name, options, this.#timeout, describe);
    try {
      deadline.throwIfEnded();
      return await run(deadline);
    } finally {
      deadline.end();
    }
  }

  /** Runs `attempt`, again on a new connection whenever the one that it was on breaks: for attempts that bear it. */
  async #retryOnReconnect<T>(deadline: Deadline, attempt: (connection: Connection) => Promise<T>): Promise<T> {
    for (;;) {
      const connection = await this.#connected(deadline);
      try {
        return await attempt(connection);
      } catch (error) {
        if (!connection.error || error !== connection.error) throw error;
        // A server that breaks the protocol would do so again.
        if (!connection.error.transient) throw error;
        deadline.throwIfEnded();
      }
    }
  }

  async #connected(deadline: Deadline): Promise<Connection> {
    if (this.#closed) throw this.#closed;
    if (this.#connection && !this.#connection.error) return this.#connection;
    this.#pending ??= this.#startConnecting();
    const pending = this.#pending;
    pending.waiting++;
    try {
      return await deadline.race(pending.connected);
    } finally {
      pending.waiting--;
      if (pending.waiting === 0) {
        pending.controller.abort(new Error('nobody waits for the connection any more'));
        if (this.#pending === pending) this.#pending = undefined;
      }
    }
  }

  #startConnecting(): PendingConnection {
    const controller = new AbortController();
    const connected = this.#dial(controller.signal);
    // Whoever waits sees the failure; when nobody does any more it is no news.
    connected.catch(() => {});
    return { controller, connected, waiting: 0 };
  }

  /** Connects, with a longer pause after each failure, for as long as somebody waits. */
  async #dial(signal: AbortSignal): Promise<Connection> {
    this.#lastFailure = this.#connection?.error?.message;
    this.#connection = undefined;
    const begun = performance.now();
    const longest = this.#wasConnected ? LONGEST_BACKOFF_MS : FIRST_CONTACT_BACKOFF_MS;
    for (let pause = FIRST_BACKOFF_MS; ; pause = Math.min(2 * pause, longest)) {
      try {
        this.#connection = await Connection.open(this.#name, this.#tls, signal);
        this.#wasConnected = true;
        return this.#connection;
      } catch (error) {
        signal.throwIfAborted();
        this.#lastFailure = messageOf(error);
        const isLost = !this.#wasConnected && performance.now() - begun > FIRST_CONTACT_MS;
        if (isLost || !(error instanceof OvsdbConnectionError) || !error.transient) throw error;
        await pauseFor(pause * (0.5 + Math.random() / 2), signal);
      }
    }
  }
}

/** An attempt to connect that all calls without a connection share. */
interface PendingConnection {
  readonly controller: AbortController;
  readonly connected: Promise<Connection>;
  /** Calls that wait for it; at 0 it is given up. */
  waiting: number;
}

type Decide = (view: OvsdbView) => readonly OvsdbEdit[];

interface Decision {
  readonly edits: readonly OvsdbEdit[];
  readonly operations: readonly Operation[];
}

/**
 * Asks what to edit. The replica may be an instant behind the server; guards catch that for what is sent, but "nothing to do"
 * and "cannot be done" are believed only of a replica that is known to be up to date.
 */
async function decideOnFresh(connection: Connection, decide: Decide, deadline: Deadline): Promise<Decision> {
  const attempt = (): Decision => {
    const edits = decide(connection.replica);
    return { edits, operations: operationsFor(edits, connection.replica) };
  };
  try {
    const decision = attempt();
    if (decision.operations.length > 0) return decision;
  } catch {
    // Asked again below.
  }
  await connection.sync(deadline.signal);
  return attempt();
}

/** Resolves to the edits that were made, or to undefined when a guard failed and nothing was done. */
async function commitGuarded(
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

/** A `wait` whose rows differ fails with "timed out" (RFC 7047 5.2.6); a name that another took, with the index that it is in. */
function isFailedGuard(error: unknown, operations: readonly Operation[]): boolean {
  if (!(error instanceof OvsdbServerError)) return false;
  if (error.operation === undefined)
    return error.error === 'constraint violation' && error.details.includes('for index on column');
  return error.error === 'timed out' && operations[error.operation]?.op === 'wait';
}

function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
