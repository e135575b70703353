/** The reply queue of a transport, and the calls that wait for their replies. */

import { TransportClosedError } from '../errors/rpc.ts';
import { decode } from './envelope.ts';
import { errorOfFailure } from './failure.ts';
import { newId } from './new-id.ts';
import type { Delivery, RpcTransport, Subscription } from './transport.ts';

/** A call that waits for its reply. */
export interface WaitingCall {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  /** The server tells that the method still runs. */
  alive(): void;
}

/** The replies to all calls over a transport. The queue is made with the first call. */
export class Replies {
  readonly #transport: RpcTransport;
  readonly #waiting = new Map<string, WaitingCall>();
  #subscription: Promise<Subscription> | undefined;

  private constructor(transport: RpcTransport) {
    this.#transport = transport;
    transport.closed.addEventListener('abort', () => {
      for (const call of this.#waiting.values()) call.reject(new TransportClosedError());
    });
  }

  /** The replies of the transport. */
  static of(transport: RpcTransport): Replies {
    const known = all.get(transport);
    if (known !== undefined) return known;
    const replies = new Replies(transport);
    all.set(transport, replies);
    return replies;
  }

  /** The name of the reply queue, as soon as it exists. */
  async queue(signal: AbortSignal): Promise<string> {
    this.#subscription ??= this.#subscribe();
    const subscription = await this.#subscription;
    return subscription.ready(signal);
  }

  async #subscribe(): Promise<Subscription> {
    try {
      const take = (delivery: Delivery) => this.#take(delivery);
      return await this.#transport.subscribe({ replies: `reply_${newId()}` }, take, { prefetch: PREFETCH });
    } catch (error) {
      this.#subscription = undefined;
      throw error;
    }
  }

  /** Adds a call that waits. The function in the result removes it. */
  add(id: string, call: WaitingCall): () => void {
    this.#waiting.set(id, call);
    return () => void this.#waiting.delete(id);
  }

  #take(delivery: Delivery): void {
    try {
      delivery.acknowledge();
      const { _msg_id: id, result, failure, ending } = decode(delivery.body);
      // A reply without a call is too late: its caller has given up.
      const call = typeof id === 'string' ? this.#waiting.get(id) : undefined;
      if (ending === false) call?.alive();
      else if (failure) call?.reject(errorOfFailure(failure));
      else call?.resolve(result ?? null);
    } catch (error) {
      this.#transport.report(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

const all = new WeakMap<RpcTransport, Replies>();

/** Replies are acknowledged at once, so this only limits what is on the way. */
const PREFETCH = 256;
