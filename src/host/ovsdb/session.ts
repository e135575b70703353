/**
 * JSON-RPC 1.0 over one socket (RFC 7047 4): requests, replies, notifications, and
 * echo requests as keep-alive.
 */
import type { Socket } from 'node:net';
import { OvsdbConnectionError, OvsdbProtocolError } from '../../errors/ovs.ts';
import { isRecord } from '../../text/is-record.ts';
import { socketError } from './endpoint.ts';
import { JsonSplitter } from './json-splitter.ts';
import type { Json } from './protocol.ts';
import { serverError } from './server-error.ts';

/** The functions that a session calls. */
export interface SessionHandlers {
  onNotification(method: string, params: readonly unknown[]): void;
  /** Called once, after all running requests failed with the same error. */
  onClose(error: OvsdbConnectionError): void;
}

/** The largest number of characters of an echo request. ovsdb-server sends 37. */
const MAX_ECHO_LENGTH = 64 * 1024;
/** The largest depth of arrays and objects in an echo request. ovsdb-server sends 1. */
const MAX_ECHO_LEVELS = 100;

/** The largest number of bytes that the server has not read yet. A further message closes the connection. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** Milliseconds without data until an echo request is sent, and again until the connection is closed. */
const PROBE_INTERVAL_MS = 5_000;

interface Pending {
  readonly method: string;
  onResult(result: unknown): void;
  resolve(result: unknown): void;
  reject(error: unknown): void;
  /** Releases the listener of the request. */
  settled(): void;
}

/** A JSON-RPC session over one socket. */
export class Session {
  readonly #connection: string;
  readonly #socket: Socket;
  readonly #handlers: SessionHandlers;
  readonly #splitter = new JsonSplitter();
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed: OvsdbConnectionError | undefined;
  readonly #probeInterval: number;
  readonly #probe: NodeJS.Timeout;
  #probed = false;

  constructor(connection: string, socket: Socket, handlers: SessionHandlers, probeInterval = PROBE_INTERVAL_MS) {
    this.#connection = connection;
    this.#socket = socket;
    this.#handlers = handlers;
    this.#probeInterval = probeInterval;
    // Not setInterval(): after the event loop was blocked, the answer in the socket must be read
    // before the next check.
    this.#probe = setTimeout(() => this.#onSilence(), probeInterval).unref();
    socket
      .on('data', (chunk: Buffer) => this.#onData(chunk))
      .on('error', (cause) => this.#end(socketError(connection, 'the connection broke', cause)))
      .on('end', () =>
        this.#close(
          this.#splitter.isInsideMessage
            ? 'the server closed the connection in the middle of a message'
            : 'the server closed the connection',
        ),
      )
      .on('close', () => this.#close('the connection was closed'));
  }

  /**
   * Sends a request and resolves to its result.
   *
   * If `signal` is aborted, the request is cancelled (RFC 7047 4.1.4), and a later reply is ignored.
   *
   * @param onResult called with the result before the next message, which may be in the
   *   same packet, is processed
   * @throws OvsdbServerError if the server replies with an error
   * @throws OvsdbConnectionError if the connection breaks first; it is then unknown whether the
   *   server received the request
   */
  request(
    method: string,
    params: readonly Json[],
    signal?: AbortSignal,
    onResult: (result: unknown) => void = () => {},
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      const id = this.#nextId++;
      const onAbort = () => {
        this.#pending.delete(id);
        if (method === 'transact') this.#send({ method: 'cancel', params: [id], id: null });
        reject(signal?.reason);
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const settled = () => signal?.removeEventListener('abort', onAbort);
      this.#pending.set(id, { method, onResult, resolve, reject, settled });
      this.#send({ method, params, id });
    });
  }

  /** Sets whether the open connection keeps the process alive. By default, it does. */
  keepProcess(isKept: boolean): void {
    if (isKept) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Closes the session. Running requests fail with `reason`. */
  close(reason: string): void {
    this.#close(reason);
  }

  /** Sends a message. Closes the connection if the server has too many unread bytes. */
  #send(message: object): void {
    if (this.#closed) return;
    const waiting = this.#socket.writableLength;
    if (waiting > MAX_UNREAD_BYTES) {
      const reason = `the server does not read: ${waiting} bytes wait for it, the limit is ${MAX_UNREAD_BYTES}`;
      this.#close(reason, new OvsdbProtocolError(reason));
      return;
    }
    this.#socket.write(JSON.stringify(message));
  }

  #onData(chunk: Buffer): void {
    this.#probed = false;
    this.#probe.refresh();
    try {
      for (const text of this.#splitter.push(chunk)) {
        this.#onMessage(parse(text), text.length);
        if (this.#closed) return;
      }
    } catch (cause) {
      this.#close(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  /** @param length the length of the text of the message */
  #onMessage(message: Record<string, unknown>, length: number): void {
    const { id, method, params } = message;
    if (typeof method === 'string') {
      if (method === 'echo') this.#answerEcho(id, params, length);
      else this.#handlers.onNotification(method, Array.isArray(params) ? params : []);
      return;
    }
    if (typeof id !== 'number') return;
    const pending = this.#pending.get(id);
    // The reply to a cancelled request or to the keep-alive has no entry.
    if (!pending) return;
    this.#pending.delete(id);
    pending.settled();
    if (message.error !== null && message.error !== undefined) {
      pending.reject(serverError(pending.method, message.error));
      return;
    }
    try {
      pending.onResult(message.result);
      pending.resolve(message.result);
    } catch (error) {
      pending.reject(error);
    }
  }

  #answerEcho(id: unknown, params: unknown, length: number): void {
    if (length > MAX_ECHO_LENGTH)
      throw new OvsdbProtocolError(
        `the server sent an echo request of ${length} characters, the limit is ${MAX_ECHO_LENGTH}`,
      );
    // Up to Node 24, JSON.stringify overflows the stack for values that JSON.parse can read.
    if (isDeeperThan(MAX_ECHO_LEVELS, [id, params]))
      throw new OvsdbProtocolError(
        `the server sent an echo request that is nested too deeply: more than ${MAX_ECHO_LEVELS} levels`,
      );
    this.#send({ id, result: params, error: null });
  }

  #onSilence(): void {
    if (this.#probed) {
      this.#close(`the server sent nothing for ${2 * this.#probeInterval} ms`);
      return;
    }
    this.#probed = true;
    this.#send({ method: 'echo', params: [], id: 'probe' });
    this.#probe.refresh();
  }

  #close(reason: string, cause?: unknown): void {
    const transient = !(cause instanceof OvsdbProtocolError);
    this.#end(new OvsdbConnectionError(this.#connection, reason, { cause, transient }));
  }

  #end(error: OvsdbConnectionError): void {
    if (this.#closed) return;
    this.#closed = error;
    clearTimeout(this.#probe);
    this.#socket.destroy();
    for (const pending of this.#pending.values()) {
      pending.settled();
      pending.reject(error);
    }
    this.#pending.clear();
    this.#handlers.onClose(error);
  }
}

/**
 * Whether arrays and objects in the value are nested deeper than `levels`.
 * Not recursive: it checks level by level.
 */
function isDeeperThan(levels: number, value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= levels && level.length > 0; depth++)
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  return level.length > 0;
}

function parse(text: string): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (cause) {
    throw new OvsdbProtocolError(`the server sent invalid JSON: ${text.slice(0, 80)}`, { cause });
  }
  if (!isRecord(message))
    throw new OvsdbProtocolError(`the server sent an invalid JSON-RPC message: ${text.slice(0, 80)}`);
  return message;
}
