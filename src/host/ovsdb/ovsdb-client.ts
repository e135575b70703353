/**
 * The OVSDB client. It connects on first use and after each break of the connection. Calls have deadlines.
 */

import { type OptionKinds, requireOptions } from '../../errors/argument.ts';
import { HostClosedError } from '../../errors/host.ts';
import { OvsdbConnectionError, OvsdbServerError } from '../../errors/ovs.ts';
import { MILLISECONDS, OBJECT, TEXT } from '../../errors/value-kinds.ts';
import type { Changes, ChangesOptions } from '../../host-contract/changes/changes.ts';
import type { OvsdbOperation } from '../../host-contract/diagnostics/messages.ts';
import { traced } from '../../host-contract/diagnostics/traced.ts';
import type {
  Ovsdb,
  OvsdbCallOptions,
  OvsdbChangeOptions,
  OvsdbEdit,
  OvsdbView,
  OvsdbWaitOptions,
} from '../../host-contract/ovsdb.ts';
import { messageOf } from '../../text/message-of.ts';
import { Connection } from './connection.ts';
import { Deadline, pauseFor } from './deadline.ts';
import { commitGuarded, decideOnFresh } from './decision.ts';
import { type OvsdbTlsOptions, parseEndpoint, requireSocket } from './endpoint.ts';
import { waitWithNudge } from './nudge.ts';
import type { Operation } from './protocol.ts';

/** Options of the OVSDB client. */
export interface OvsdbClientOptions {
  /**
   * The address: `unix:/path`, `tcp:host:port` or `ssl:host:port`. Default: `unix:/run/openvswitch/db.sock`.
   */
  readonly connection?: string | undefined;
  /**
   * The default timeout of a call, in milliseconds. 0: no limit.
   * Default: 120,000, as os-vif's ovs_vsctl_timeout.
   */
  readonly timeout?: number | undefined;
  /** Keys and certificates. Required for `ssl:`. */
  readonly tls?: OvsdbTlsOptions | undefined;
}

const DEFAULT_CONNECTION = 'unix:/run/openvswitch/db.sock';
const DEFAULT_TIMEOUT_MS = 120_000;

/**
 * The time, in milliseconds, from the first call until calls fail if the server never answered.
 * It is long enough for a restart of the server.
 */
const FIRST_CONTACT_MS = 2_000;
const FIRST_CONTACT_BACKOFF_MS = 250;
const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 8_000;

const OPTIONS: OptionKinds<OvsdbClientOptions> = { connection: TEXT, timeout: MILLISECONDS, tls: OBJECT };

/** The OVSDB client. Close it at the end. */
export class OvsdbClient implements Ovsdb {
  readonly #name: string;
  readonly #timeout: number;
  readonly #tls: OvsdbTlsOptions | undefined;
  #connection: Connection | undefined;
  #pending: PendingConnection | undefined;
  #wasConnected = false;
  /** The time of the first attempt to connect. */
  #firstAttempt: number | undefined;
  /** The error of the last attempt to connect. */
  #lastFailure: string | undefined;
  #closed: HostClosedError | undefined;
  /** The number of running calls. An idle connection does not keep the process alive. */
  #running = 0;

  /**
   * Does not connect yet.
   *
   * @throws OvsdbConnectionError for an invalid connection string
   */
  constructor(options: OvsdbClientOptions = {}) {
    requireOptions('ovsdb', options, OPTIONS);
    this.#name = options.connection ?? DEFAULT_CONNECTION;
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT_MS;
    this.#tls = options.tls;
    parseEndpoint(this.#name);
  }

  view(options: OvsdbCallOptions = {}): Promise<OvsdbView> {
    return this.#call(
      'view',
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
    /** The edits of a transaction whose connection broke before the reply. */
    let unconfirmed: readonly OvsdbEdit[] = [];
    let refusals = 0;
    const describe = () =>
      refusals === 0 ? 'a transaction' : `a transaction that other writers overtook ${refusals} times`;
    return await this.#call('change', describe, options, async (deadline) => {
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
            // The outcome is unknown; the new replica shows it.
            // If the server still reads the old request, its guards prevent a double change.
            if (error === connection.error) unconfirmed = decision.edits;
            throw error;
          }
        });
        if (made) return made;
        // Another writer was faster, and the replica contains its changes.
        // A short random wait lets one of many writers succeed.
        await deadline.sleep(Math.random() * Math.min(2 ** refusals++, 100));
      }
    });
  }

  waitFor<T>(what: string, find: (view: OvsdbView) => T | undefined, options: OvsdbWaitOptions = {}): Promise<T> {
    return this.#call(
      'waitFor',
      () => what,
      options,
      async (deadline) => {
        for (;;) {
          const connection = await this.#connected(deadline);
          const now = find(connection.replica);
          if (now !== undefined) return now;
          const later = await (options.nudge === false
            ? connection.findLater(find, deadline)
            : waitWithNudge(find, connection, deadline));
          if (later !== undefined) return later;
          if (connection.error && !connection.error.transient) throw connection.error;
        }
      },
    );
  }

  changes(since?: string, options: ChangesOptions = {}): Promise<Changes> {
    const { signal } = options;
    // Each connection has its own cursors, so that a caller learns what a break has cost.
    return this.#call(
      'changes',
      () => 'waiting for changes',
      { signal, timeout: 0, expected: false },
      (deadline) =>
        this.#retryOnReconnect(deadline, (connection) =>
          connection.journal.after('ovsdb.changes', since, { ...options, signal: deadline.signal }),
        ),
    );
  }

  /**
   * Runs operations in one transaction, and resolves to their results (RFC 7047 4.1.3, 5.2).
   * It does not repeat the transaction: if the connection breaks before the reply, the outcome is unknown.
   */
  transact(operations: readonly Operation[], options: OvsdbCallOptions = {}): Promise<readonly unknown[]> {
    return this.#call(
      'transact',
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

  #call<T>(
    call: OvsdbOperation['call'],
    what: () => string,
    options: OvsdbCallOptions,
    run: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const describe = () =>
      this.#connection ? what() : `${what()} (${this.#lastFailure ?? 'the server has not answered'})`;
    return traced('os-vif:ovsdb', { call, what: what() }, async () => {
      const deadline = new Deadline(this.#name, options, this.#timeout, describe);
      this.#running++;
      this.#connection?.keepProcess(true);
      try {
        deadline.throwIfEnded();
        if (this.#closed) throw this.#closed;
        if (options.expected === false && !this.#wasConnected) requireSocket(this.#name);
        return await run(deadline);
      } finally {
        deadline.end();
        if (--this.#running === 0) this.#connection?.keepProcess(false);
      }
    });
  }

  /**
   * Runs `attempt`, and repeats it on a new connection if the connection breaks.
   * `attempt` must be repeatable.
   */
  async #retryOnReconnect<T>(deadline: Deadline, attempt: (connection: Connection) => Promise<T>): Promise<T> {
    for (;;) {
      const connection = await this.#connected(deadline);
      try {
        return await attempt(connection);
      } catch (error) {
        if (!connection.error || error !== connection.error) throw error;
        // For example, a server that violates the protocol would do so again.
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
        pending.controller.abort(new Error('no call waits for the connection'));
        if (this.#pending === pending) this.#pending = undefined;
      }
    }
  }

  #startConnecting(): PendingConnection {
    const controller = new AbortController();
    const connected = this.#dial(controller.signal);
    // The waiting calls get the error. Without waiting calls, the rejection must not end the process.
    connected.catch(() => {});
    return { controller, connected, waiting: 0 };
  }

  /** Connects while calls wait, with a longer pause after each failure. */
  async #dial(signal: AbortSignal): Promise<Connection> {
    this.#lastFailure = this.#connection?.error?.message;
    this.#connection = undefined;
    this.#firstAttempt ??= performance.now();
    const end = this.#firstAttempt + FIRST_CONTACT_MS;
    const details = { service: 'ovsdb', address: this.#name, isReconnect: this.#wasConnected } as const;
    const longest = this.#wasConnected ? LONGEST_BACKOFF_MS : FIRST_CONTACT_BACKOFF_MS;
    for (let pause = FIRST_BACKOFF_MS; ; pause = Math.min(2 * pause, longest)) {
      try {
        this.#connection = await traced('os-vif:connect', details, () =>
          Connection.open(this.#name, this.#tls, signal),
        );
        this.#wasConnected = true;
        if (this.#running === 0) this.#connection.keepProcess(false);
        return this.#connection;
      } catch (error) {
        signal.throwIfAborted();
        this.#lastFailure = messageOf(error);
        const isLost = !this.#wasConnected && performance.now() > end;
        if (isLost || !(error instanceof OvsdbConnectionError) || !error.transient) throw error;
        await pauseFor(pause * (0.5 + Math.random() / 2), signal);
      }
    }
  }
}

type Decide = (view: OvsdbView) => readonly OvsdbEdit[];

/** An attempt to connect that all calls without a connection share. */
interface PendingConnection {
  readonly controller: AbortController;
  readonly connected: Promise<Connection>;
  /** The number of waiting calls. At 0 the attempt is aborted. */
  waiting: number;
}
