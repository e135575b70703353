/** JSON-RPC 1.0 over one socket, both ways (RFC 7047 4): requests, their replies, notifications, and echo as keep-alive. */
import type { Socket } from 'node:net';
import { OvsdbConnectionError, OvsdbProtocolError } from '../../errors/ovs.ts';
import { isRecord } from '../../text/is-record.ts';
import { socketError } from './endpoint.ts';
import { JsonSplitter } from './json-splitter.ts';
import type { Json } from './protocol.ts';
import { serverError } from './server-error.ts';

export interface SessionHandlers {
  onNotification(method: string, params: readonly unknown[]): void;
  /** Called once, after every request in flight has failed with the same error. */
  onClose(error: OvsdbConnectionError): void;
}

/** Characters of the longest echo request that is answered. ovsdb-server sends one of 37. */
const MAX_ECHO_LENGTH = 64 * 1024;
/** Levels of arrays and objects in an echo request that is answered. ovsdb-server sends one. */
const MAX_ECHO_LEVELS = 100;

/** Bytes that may wait to be read by the server before the next message is written. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** Milliseconds of silence after which the server is asked for a sign of life, and then as many again until it is given up. */
const PROBE_INTERVAL_MS = 5_000;

interface Pending {
  readonly method: string;
  onResult(result: unknown): void;
  resolve(result: unknown): void;
  reject(error: unknown): void;
  /** Frees what the request holds. */
  settled(): void;
}

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
    // Not an interval: after the event loop was blocked, the answer that waits in the socket must be read before the next verdict.
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
   * When `signal` fires the request is cancelled (RFC 7047 4.1.4) and its reply, if one comes, is dropped.
   *
   * @param onResult called with the result before the next message of the server is read: it may be in the same packet
   * @throws OvsdbServerError when the server answers with an error
   * @throws OvsdbConnectionError when the connection breaks first; whether the server got the request is not known then
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

  /** Ends the session; requests in flight fail with `reason`. */
  close(reason: string): void {
    this.#close(reason);
  }

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

  /** @param length of the message's text */
  #onMessage(message: Record<string, unknown>, length: number): void {
    const { id, method, params } = message;
    if (typeof method === 'string') {
      if (method === 'echo') this.#answerEcho(id, params, length);
      else this.#handlers.onNotification(method, Array.isArray(params) ? params : []);
      return;
    }
    if (typeof id !== 'number') return;
    const pending = this.#pending.get(id);
    // Unknown: the reply to a request that was given up, or to our own probe.
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
    // JSON.stringify of Node 24 and older overflows the stack where JSON.parse does not.
    if (isDeeperThan(MAX_ECHO_LEVELS, [id, params]))
      throw new OvsdbProtocolError(
        `the server sent an echo request that is nested too deeply: more than ${MAX_ECHO_LEVELS} levels`,
      );
    this.#send({ id, result: params, error: null });
  }

  #onSilence(): void {
    if (this.#probed) {
      this.#close(`no sign of life from the server for ${2 * this.#probeInterval} ms`);
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

/** Whether arrays and objects in the value are nested deeper. It looks at one level after the other. */
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
    throw new OvsdbProtocolError(`the server sent what is no JSON: ${text.slice(0, 80)}`, { cause });
  }
  if (!isRecord(message))
    throw new OvsdbProtocolError(`the server sent what is no JSON-RPC message: ${text.slice(0, 80)}`);
  return message;
}
