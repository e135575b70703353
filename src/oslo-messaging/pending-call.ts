/** One message of a client, from its publication to its reply. */

import { RpcTimeoutError, TransportClosedError, UndeliverableError } from '../errors/rpc.ts';
import { encode } from './envelope.ts';
import { newId } from './new-id.ts';
import { Replies } from './replies.ts';
import { type Destination, nameOf, type Publication, type RpcTransport } from './transport.ts';

/** A message without a reply. */
interface Sending {
  readonly to: Destination;
  readonly method: string;
  readonly uniqueId: string;
  /** ms. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** A message with a reply. */
interface Calling extends Sending {
  /** The JSON text of the message, without its last brace. */
  readonly text: string;
  /** ms. */
  readonly monitor: number | undefined;
}

/** Sends a message, and waits until the broker has it. */
export async function send(transport: RpcTransport, sending: Sending, publication: Publication): Promise<void> {
  const { to, method, uniqueId, timeout, signal } = sending;
  if (transport.closed.aborted) throw new TransportClosedError();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeout);
  const end = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
  try {
    await transport.publish(publication, end);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (transport.closed.aborted) throw new TransportClosedError();
    if (error instanceof UndeliverableError) throw error;
    const reason = 'the broker did not confirm the message';
    throw new RpcTimeoutError(nameOf(to), method, uniqueId, reason, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Sends a message, and waits for its reply. */
export function callOnce(transport: RpcTransport, calling: Calling): Promise<unknown> {
  return new PendingCall(transport, calling).outcome;
}

class PendingCall {
  readonly outcome: Promise<unknown>;
  readonly #transport: RpcTransport;
  readonly #calling: Calling;
  /** Aborted when the call is settled, and before that by its deadline. */
  readonly #end = new AbortController();
  readonly #deadline: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;
  #isSettled = false;
  #isSent = false;
  #resolve = (_: unknown): void => {};
  #reject = (_: unknown): void => {};
  #forget = (): void => {};
  /** Why the broker may have lost the message. */
  #loss: unknown;

  constructor(transport: RpcTransport, calling: Calling) {
    this.#transport = transport;
    this.#calling = calling;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#deadline = setTimeout(() => this.#expire(), calling.timeout);
    calling.signal?.addEventListener('abort', this.#onAbort);
    void this.#run().catch((error) => this.#fail(error));
  }

  async #run(): Promise<void> {
    const { to, text, uniqueId, timeout, monitor, signal } = this.#calling;
    signal?.throwIfAborted();
    if (this.#transport.closed.aborted) throw new TransportClosedError();
    const replies = Replies.of(this.#transport);
    const queue = await replies.queue(this.#end.signal);
    if (this.#isSettled) return;
    const id = newId();
    this.#forget = replies.add(id, {
      resolve: (result) => this.#settle(() => this.#resolve(result)),
      reject: (error) => this.#fail(error),
      alive: () => this.#listen(),
    });
    // Seconds. oslo.messaging takes whole seconds, of which it needs two or more.
    const seconds = monitor === undefined ? null : Math.floor(monitor / 1000);
    const fields = { _msg_id: id, _reply_q: queue, _timeout: seconds, _unique_id: uniqueId };
    const body = encode(`${text},${JSON.stringify(fields).slice(1)}`);
    this.#listen();
    this.#isSent = true;
    try {
      await this.#transport.publish({ to, body, expiration: timeout }, this.#end.signal);
    } catch (error) {
      if (error instanceof UndeliverableError) throw error;
      // The message may have arrived, so the call still waits for its reply.
      this.#loss = error;
    }
  }

  #expire(): void {
    const { to, timeout } = this.#calling;
    const time = `${Math.round(timeout)} ms`;
    if (this.#isSent) this.#fail(this.#timeoutError(`no reply in ${time}`));
    else this.#fail(new UndeliverableError(nameOf(to), `no connection to the broker in ${time}`));
  }

  /** Waits for the next report of the server, if the call has a monitor. */
  #listen(): void {
    const { monitor } = this.#calling;
    clearTimeout(this.#silence);
    if (monitor === undefined || this.#isSettled) return;
    const end = () => this.#fail(this.#timeoutError(`no report of the server in ${monitor} ms`));
    this.#silence = setTimeout(end, monitor);
  }

  readonly #onAbort = (): void => this.#fail(this.#calling.signal?.reason);

  #fail(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  #settle(tell: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#silence);
    this.#calling.signal?.removeEventListener('abort', this.#onAbort);
    this.#forget();
    tell();
    this.#end.abort();
  }

  #timeoutError(reason: string): RpcTimeoutError {
    const { to, method, uniqueId } = this.#calling;
    const cause = this.#loss;
    return new RpcTimeoutError(nameOf(to), method, uniqueId, reason, cause === undefined ? {} : { cause });
  }
}
