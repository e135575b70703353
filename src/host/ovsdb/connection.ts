/** One connection with its replica: opened, filled, kept up, until it breaks. Never used again after that. */
import type { Socket } from 'node:net';
import { type OvsdbConnectionError, OvsdbProtocolError, OvsdbServerError } from '../../errors/ovs.ts';
import type { OvsdbView } from '../../host-contract/ovsdb.ts';
import { isRecord } from '../../text/is-record.ts';
import type { Deadline } from './deadline.ts';
import { type OvsdbTlsOptions, openSocket } from './endpoint.ts';
import type { Operation } from './protocol.ts';
import { Replica } from './replica.ts';
import { serverError } from './server-error.ts';
import { Session } from './session.ts';
import { DATABASE, knownColumns, monitorRequests } from './tables.ts';

/** The `<json-value>` that names our monitor; one per connection. */
const MONITOR_ID = 'os-vif';

export class Connection {
  readonly #session: Session;
  #replica = new Replica(new Map());
  #error: OvsdbConnectionError | undefined;
  /** What waits for an update; told of each, and when the connection breaks. */
  readonly #watchers = new Set<() => void>();

  /** Connects and asks for the schema and the rows; resolves when the replica is complete. */
  static async open(connection: string, tls: OvsdbTlsOptions | undefined, signal: AbortSignal): Promise<Connection> {
    const opened = new Connection(connection, await openSocket(connection, tls, signal));
    try {
      await opened.#fill(signal);
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  private constructor(connection: string, socket: Socket) {
    this.#session = new Session(connection, socket, {
      onNotification: (method, params) => this.#onNotification(method, params),
      onClose: (error) => this.#onClose(error),
    });
  }

  get replica(): Replica {
    return this.#replica;
  }

  /** Why the connection is no more, undefined while it stands. */
  get error(): OvsdbConnectionError | undefined {
    return this.#error;
  }

  /** The first result of `find` after an update that is not undefined; undefined when the connection breaks first. */
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
   * Runs a transaction and resolves to the results of its operations (RFC 7047 4.1.3). The replica shows them by then:
   * ovsdb-server sends the update before the reply (ovsdb-server(7) 4.1.3).
   *
   * @throws OvsdbServerError when an operation or the commit fails; nothing was done then
   */
  async transact(operations: readonly Operation[], signal: AbortSignal): Promise<readonly unknown[]> {
    const results = await this.#session.request('transact', [DATABASE, ...operations], signal);
    if (!Array.isArray(results)) throw new OvsdbProtocolError('the reply to a transact has no array of results');
    for (const [index, result] of results.entries()) {
      if (isRecord(result) && 'error' in result) throw transactionError(operations, index, result);
    }
    return results;
  }

  /** Resolves when all that was committed before is in the replica: the server sends updates before it reads a request. */
  async sync(signal: AbortSignal): Promise<void> {
    await this.#session.request('echo', [], signal);
  }

  close(): void {
    this.#session.close('closed by us');
  }

  async #fill(signal: AbortSignal): Promise<void> {
    const known = knownColumns(await this.#session.request('get_schema', [DATABASE], signal));
    this.#replica = new Replica(known);
    const monitor = [DATABASE, MONITOR_ID, monitorRequests(known)];
    try {
      await this.#session.request('monitor_cond', monitor, signal, (rows) => this.#replica.applyUpdates2(rows));
    } catch (error) {
      // New in Open vSwitch 2.6; other servers of RFC 7047 may not have it.
      if (!(error instanceof OvsdbServerError) || error.error !== 'unknown method') throw error;
      await this.#session.request('monitor', monitor, signal, (rows) => this.#replica.applyUpdates(rows));
    }
  }

  #onNotification(method: string, [id, updates]: readonly unknown[]): void {
    if (id !== MONITOR_ID) return;
    if (method === 'update2') this.#replica.applyUpdates2(updates);
    else if (method === 'update') this.#replica.applyUpdates(updates);
    else if (method === 'monitor_canceled') this.#session.close('the server has removed the database');
    this.#pulse();
  }

  #onClose(error: OvsdbConnectionError): void {
    this.#error = error;
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
  // One result more than operations: the commit itself failed, on a constraint or a reference (RFC 7047 4.1.3).
  const what = operation ? `operation ${index} (${operation.op} ${operation.table})` : 'commit';
  return serverError(what, result, operation && index);
}
