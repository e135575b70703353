/** A call that a server received: it runs the method, and sends reports and the reply. */

import { RpcProtocolError } from '../errors/rpc.ts';
import { isRecord } from '../text/is-record.ts';
import type { Endpoints, RpcMethod } from './endpoints.ts';
import { textOf, withObjects } from './entities.ts';
import { decode, encode } from './envelope.ts';
import { failureText, userNotAllowed } from './failure.ts';
import { newId } from './new-id.ts';
import type { RpcArguments } from './rpc-client.ts';
import type { Delivery, RpcTransport } from './transport.ts';
import { delayBefore, pause } from './until-aborted.ts';

/** The outcome of a call. */
export interface Outcome {
  /** The JSON text of an object with `result` and `failure`. */
  readonly text: string;
  /** Whether the call was refused before its method ran. */
  readonly isRefused: boolean;
}

export class ReceivedCall {
  /** The id of the message. Undefined if it has none. */
  readonly uniqueId: string | undefined;
  readonly #transport: RpcTransport;
  readonly #delivery: Delivery;
  readonly #closing: AbortSignal;
  readonly #message: Readonly<Record<string, unknown>>;
  readonly #method: string;
  readonly #messageId: string | undefined;
  readonly #replyQueue: string;

  /** @throws RpcProtocolError if the message is no call */
  constructor(transport: RpcTransport, delivery: Delivery, closing: AbortSignal) {
    this.#transport = transport;
    this.#delivery = delivery;
    this.#closing = closing;
    this.#message = decode(delivery.body);
    const { method, _unique_id: uniqueId, _msg_id: messageId, _reply_q: replyQueue } = this.#message;
    if (typeof method !== 'string') throw new RpcProtocolError('a message names no method; it was dropped');
    this.#method = method;
    this.uniqueId = typeof uniqueId === 'string' && uniqueId.length <= LONGEST_ID ? uniqueId : undefined;
    this.#messageId = typeof messageId === 'string' ? messageId : undefined;
    this.#replyQueue = typeof replyQueue === 'string' ? replyQueue : '';
  }

  /** Runs the method. The promise does not reject. */
  async run(endpoints: Endpoints, allowUsers: readonly string[] | undefined): Promise<Outcome> {
    const stop = this.#startReports();
    try {
      return await this.#outcome(endpoints, allowUsers);
    } finally {
      stop();
    }
  }

  async #outcome(endpoints: Endpoints, allowUsers: readonly string[] | undefined): Promise<Outcome> {
    let method: RpcMethod;
    let args: RpcArguments;
    const { version, namespace } = this.#message;
    const call = {
      method: this.#method,
      version: version === undefined ? '1.0' : String(version),
      namespace: typeof namespace === 'string' ? namespace : undefined,
      context: contextIn(this.#message),
      userId: this.#delivery.userId,
      redelivered: this.#delivery.redelivered,
    };
    try {
      if (allowUsers !== undefined && (call.userId === undefined || !allowUsers.includes(call.userId)))
        throw userNotAllowed(call.userId);
      method = endpoints.methodFor(call.method, call.version, call.namespace);
      args = argumentsIn(this.#message);
    } catch (error) {
      return { text: this.#failed(error), isRefused: true };
    }
    try {
      const result = await method(args, call);
      return { text: textOf(call.method, { result: result ?? null, failure: null }), isRefused: false };
    } catch (error) {
      return { text: this.#failed(error), isRefused: false };
    }
  }

  #failed(error: unknown): string {
    // Nobody else learns of the failure of a cast.
    if (this.#messageId === undefined) this.#transport.report(asError(error));
    return JSON.stringify({ result: null, failure: failureText(error) });
  }

  /**
   * Tells the caller at intervals that the method still runs. The function in the result ends the
   * reports.
   */
  #startReports(): () => void {
    const { _timeout: seconds } = this.#message;
    // oslo.messaging ignores less than two seconds.
    if (this.#messageId === undefined || typeof seconds !== 'number' || seconds < 2) return () => {};
    const report = this.#bodyOf(JSON.stringify({ result: null, failure: null }), false);
    const milliseconds = Math.min(seconds * 500, LONGEST_INTERVAL);
    const timer = setInterval(() => {
      // A lost report is not repeated: the next one follows.
      void this.#send(report).catch(() => {});
    }, milliseconds);
    return () => clearInterval(timer);
  }

  /**
   * Sends the reply to a call, and reports a reply that was not delivered. While its queue is
   * missing, the reply is sent again for up to a minute: the caller may have lost its connection,
   * and makes the queue again. A cast has no reply.
   */
  async reply(outcome: string): Promise<void> {
    if (this.#messageId === undefined) return;
    const body = this.#bodyOf(outcome, true);
    const end = performance.now() + LONGEST_RETRY;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#send(body);
        return;
      } catch (error) {
        if (this.#closing.aborted || performance.now() > end) {
          this.#transport.report(asError(error));
          return;
        }
      }
      await pause(delayBefore(attempt), this.#closing);
    }
  }

  /** A reply. In place of a result that is too large, the caller gets an error. */
  #bodyOf(outcome: string, ending: boolean): Uint8Array {
    const fields = `,${JSON.stringify({ ending, _msg_id: this.#messageId, _unique_id: newId() }).slice(1)}`;
    try {
      return encode(outcome.slice(0, -1) + fields);
    } catch (error) {
      return encode(this.#failed(error).slice(0, -1) + fields);
    }
  }

  #send(body: Uint8Array): Promise<void> {
    return this.#transport.publish({ to: { replies: this.#replyQueue }, body }, AbortSignal.timeout(LONGEST_SEND));
  }
}

/** An id is 32 characters. A longer one would take memory. */
const LONGEST_ID = 256;
/** The longest interval of reports, in ms. */
const LONGEST_INTERVAL = 2 ** 31 - 1;
/** oslo.messaging: `kombu_missing_consumer_retry_timeout`, in ms. */
const LONGEST_RETRY = 60_000;
/** The longest wait for the broker to confirm a reply, in ms. */
const LONGEST_SEND = 10_000;

function contextIn(message: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const prefix = '_context_';
  return Object.fromEntries(
    Object.entries(message).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

/** @throws what a versioned object is refused with */
function argumentsIn({ args = {} }: Readonly<Record<string, unknown>>): RpcArguments {
  const read = withObjects(args ?? {});
  if (!isRecord(read)) throw new RpcProtocolError('the arguments of a call are no object');
  return read;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new RpcProtocolError(String(error));
}
