/**
 * One connection to ovsdb-server, with a replica of the rows.
 * After the connection breaks, it is not used again.
 */
import type { Socket } from 'node:net';
import { type OvsdbConnectionError, OvsdbProtocolError, OvsdbServerError } from '../../errors/ovs.ts';
import { ChangeJournal } from '../../host-contract/changes/journal.ts';
import { publishEvent, traced } from '../../host-contract/diagnostics/traced.ts';
import type { OvsdbView } from '../../host-contract/ovsdb.ts';
import { isRecord } from '../../text/is-record.ts';
import type { Deadline } from './deadline.ts';
import { type OvsdbTlsOptions, openSocket } from './endpoint.ts';
import type { Operation } from './protocol.ts';
import { Replica } from './replica.ts';
import { serverError } from './server-error.ts';
import { Session } from './session.ts';
import { DATABASE, knownColumns, monitorRequests } from './tables.ts';

/** The `<json-value>` of the monitor. Each connection has one monitor. */
const MONITOR_ID = 'os-vif';

/** A connection to ovsdb-server with a replica. */
export class Connection {
  readonly #address: string;
  readonly #session: Session;
  /** The changes since this connection. An end of the connection ends it. */
  readonly journal = new ChangeJournal();
  #replica = new Replica(new Map(), () => {});
  #error: OvsdbConnectionError | undefined;
  #isComplete = false;
  #isClosing = false;
  /** Functions that are called after each update, and when the connection breaks. */
  readonly #watchers = new Set<() => void>();

  /** Connects, and requests the schema and the rows. Resolves when the replica is complete. */
  static async open(connection: string, tls: OvsdbTlsOptions | undefined, signal: AbortSignal): Promise<Connection> {
    const opened = new Connection(connection, await openSocket(connection, tls, signal));
    try {
      await opened.#fill(signal);
      opened.#isComplete = true;
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  private constructor(connection: string, socket: Socket) {
    this.#address = connection;
    this.#session = new Session(connection, socket, {
      onNotification: (method, params) => this.#onNotification(method, params),
      onClose: (error) => this.#onClose(error),
    });
  }

  get replica(): Replica {
    return this.#replica;
  }

  /** The reason why the connection ended. Undefined while it is open. */
  get error(): OvsdbConnectionError | undefined {
    return this.#error;
  }

  /**
   * Calls `find` after each update until its result is defined.
   * Resolves to undefined if the connection breaks first.
   */
  async findLater<T>(find: (view: OvsdbView) => T | undefined, deadline: Deadline): Promise<T | undefined> {
    let watcher = (): void => {};
    const later = new Promise<T | undefined>((resolve, reject) => {
      watcher = () => {
        try {
          const result = this.#error ? undefined : find(this.#replica);
          if (result !== undefined || this.#error) resolve(result);
        } catch (error) {
          reject(error);
        }
      };
    });
    this.#watchers.add(watcher);
    try {
      return await deadline.race(later);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /**
   * Runs a transaction and resolves to the results of its operations (RFC 7047 4.1.3). The replica then
   * contains the changes, because ovsdb-server sends the update before the reply (ovsdb-server(7) 4.1.3).
   *
   * @throws OvsdbServerError if an operation or the commit fails; the transaction then has no effect
   */
  transact(operations: readonly Operation[], signal: AbortSignal): Promise<readonly unknown[]> {
    const details = { operations: operations.length };
    return traced('os-vif:transaction', details, () => this.#transact(operations, signal));
  }

  async #transact(operations: readonly Operation[], signal: AbortSignal): Promise<readonly unknown[]> {
    const results = await this.#session.request('transact', [DATABASE, ...operations], signal);
    if (!Array.isArray(results)) throw new OvsdbProtocolError('the reply to a transact has no array of results');
    for (const [index, result] of results.entries()) {
      if (isRecord(result) && 'error' in result) throw transactionError(operations, index, result);
    }
    return results;
  }

  /**
   * Resolves when the replica contains all earlier commits.
   * The server sends updates before it answers a later request.
   */
  async sync(signal: AbortSignal): Promise<void> {
    await this.#session.request('echo', [], signal);
  }

  /** Sets whether the open connection keeps the process alive. By default, it does. */
  keepProcess(isKept: boolean): void {
    this.#session.keepProcess(isKept);
  }

  close(): void {
    this.#isClosing = true;
    this.#session.close('the client closed the connection');
  }

  async #fill(signal: AbortSignal): Promise<void> {
    const known = knownColumns(await this.#session.request('get_schema', [DATABASE], signal));
    this.#replica = new Replica(known, (name) => this.journal.add(name));
    const monitor = [DATABASE, MONITOR_ID, monitorRequests(known)];
    try {
      await this.#session.request('monitor_cond', monitor, signal, (rows) => this.#replica.applyUpdates2(rows));
    } catch (error) {
      // monitor_cond is new in Open vSwitch 2.6. Other servers of RFC 7047 may lack it.
      if (!(error instanceof OvsdbServerError) || error.error !== 'unknown method') throw error;
      await this.#session.request('monitor', monitor, signal, (rows) => this.#replica.applyUpdates(rows));
    }
  }

  #onNotification(method: string, [id, updates]: readonly unknown[]): void {
    if (id !== MONITOR_ID) return;
    if (method === 'update2') this.#replica.applyUpdates2(updates);
    else if (method === 'update') this.#replica.applyUpdates(updates);
    else if (method === 'monitor_canceled') this.#session.close('the server removed the database');
    this.#pulse();
  }

  #onClose(error: OvsdbConnectionError): void {
    this.#error = error;
    this.journal.end(error);
    const details = { service: 'ovsdb', address: this.#address } as const;
    if (this.#isComplete) publishEvent('os-vif:disconnect', details, this.#isClosing ? undefined : error);
    this.#pulse();
  }

  #pulse(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

function transactionError(
  operations: readonly Operation[],
  index: number,
  result: Record<string, unknown>,
): OvsdbServerError {
  const operation = operations[index];
  // A result after the last operation is the error of the commit: a constraint or a
  // reference (RFC 7047 4.1.3).
  const what = operation ? `operation ${index} (${operation.op} ${operation.table})` : 'commit';
  return serverError(what, result, operation && index);
}
