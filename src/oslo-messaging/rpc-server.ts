/** The server of remote procedure calls. */

import { ArgumentError, type OptionKinds, requireOptions } from '../errors/argument.ts';
import { RpcProtocolError, TransportClosedError } from '../errors/rpc.ts';
import { arrayOf, BOOLEAN, integerFrom, OBJECT, TEXT } from '../errors/value-kinds.ts';
import { messageOf } from '../text/message-of.ts';
import { Endpoints, type RpcEndpoint } from './endpoints.ts';
import { nameKind, TRANSPORT } from './names.ts';
import { ReceivedCall } from './received-call.ts';
import { RecentCalls } from './recent-calls.ts';
import { Slots } from './slots.ts';
import type { Delivery, Destination, RpcTransport, Subscription } from './transport.ts';

/** Options of {@link RpcServer.open}. */
export interface RpcServerOptions {
  readonly transport: RpcTransport;
  readonly topic: string;
  /**
   * The name of this server, such as the name of its machine. Two servers of a topic must not share
   * a name.
   */
  readonly server: string;
  readonly endpoints: readonly RpcEndpoint[];
  /** How many calls run at the same time. Further messages wait in the queue. Default: 64. */
  readonly concurrency?: number;
  /** Whether the server takes messages for any one server of the topic. Default: true. */
  readonly shared?: boolean;
  /** Whether the server takes messages for all servers of the topic. Default: true. */
  readonly fanout?: boolean;
  /**
   * The users of the broker who may call. The broker verifies the user of a message, if the sender
   * tells it: clients of this library do, those of Python do not. Default: everybody, also without
   * a user.
   */
  readonly allowUsers?: readonly string[];
}

/**
 * Runs the methods of its endpoints for clients. A message is acknowledged before its method runs,
 * so it runs at most once for each server. A message that comes twice runs once, and the second
 * gets the result of the first.
 */
export class RpcServer implements AsyncDisposable {
  readonly #options: RpcServerOptions;
  readonly #endpoints: Endpoints;
  readonly #slots: Slots;
  readonly #recent = new RecentCalls();
  readonly #closing = new AbortController();
  readonly #replies = new Set<Promise<void>>();
  #subscriptions: readonly Subscription[] = [];
  #closed: Promise<void> | undefined;

  private constructor(options: RpcServerOptions, endpoints: Endpoints, concurrency: number) {
    this.#options = options;
    this.#endpoints = endpoints;
    this.#slots = new Slots(concurrency);
  }

  /**
   * Starts a server, and resolves when it takes messages.
   *
   * @throws ArgumentError
   * @throws BrokerError if the broker refuses a queue or an exchange
   */
  static async open(options: RpcServerOptions): Promise<RpcServer> {
    requireOptions('RpcServer.open', options, SERVER_OPTIONS);
    for (const name of ['transport', 'topic', 'server', 'endpoints'] as const)
      if (options[name] === undefined) throw new ArgumentError('RpcServer.open', `the option ${name} is missing`);
    const { transport, concurrency = DEFAULT_CONCURRENCY } = options;
    if (transport.closed.aborted) throw new TransportClosedError();
    const server = new RpcServer(options, new Endpoints(options.endpoints), concurrency);
    try {
      await server.#subscribe(concurrency);
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  async #subscribe(prefetch: number): Promise<void> {
    const { transport, topic, server, shared = true, fanout = true } = this.#options;
    const sources: Destination[] = [
      { topic, server },
      ...(shared ? [{ topic }] : []),
      ...(fanout ? [{ fanout: topic }] : []),
    ];
    const take = (delivery: Delivery) => void this.#take(delivery);
    for (const from of sources) {
      const subscription = await transport.subscribe(from, take, { prefetch }, this.#closing.signal);
      this.#subscriptions = [...this.#subscriptions, subscription];
    }
  }

  /** Takes no more messages, waits for the methods under way and for their replies. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
    await this.#slots.idle();
    await Promise.all(this.#replies);
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #take(delivery: Delivery): Promise<void> {
    const received = performance.now();
    await this.#slots.take();
    let call: ReceivedCall | undefined;
    let outcome: string | undefined;
    try {
      if (this.#closing.signal.aborted) return;
      // A message that cannot be acknowledged is delivered again, perhaps to another server.
      delivery.acknowledge();
      const waited = performance.now() - received;
      // The sender of an expired message has given up, and may have sent it again.
      if (delivery.expiration !== undefined && waited > delivery.expiration) return;
      call = new ReceivedCall(this.#options.transport, delivery, this.#closing.signal);
      outcome = await this.#run(call);
    } catch (error) {
      this.#options.transport.report(error instanceof Error ? error : new RpcProtocolError(messageOf(error)));
    } finally {
      // A reply that waits for its queue takes no slot, or clients that went away would stop the server.
      if (call !== undefined && outcome !== undefined) this.#reply(call, outcome);
      this.#slots.release();
    }
  }

  /** The JSON text of the result. Undefined for a repeated message whose result is forgotten. */
  async #run(call: ReceivedCall): Promise<string | undefined> {
    const { uniqueId } = call;
    if (uniqueId !== undefined && this.#recent.has(uniqueId)) return this.#recent.outcomeOf(uniqueId);
    const running = call.run(this.#endpoints, this.#options.allowUsers);
    const outcome = running.then(({ text }) => text);
    if (uniqueId === undefined) return outcome;
    this.#recent.add(uniqueId, outcome);
    const { isRefused } = await running;
    // The method did not run. The sender may send the message again with another version of an object.
    if (isRefused) this.#recent.forget(uniqueId);
    return outcome;
  }

  #reply(call: ReceivedCall, outcome: string): void {
    const reply = call.reply(outcome).finally(() => this.#replies.delete(reply));
    this.#replies.add(reply);
  }
}

/** oslo.messaging: `executor_thread_pool_size`. */
const DEFAULT_CONCURRENCY = 64;

const SERVER_OPTIONS: OptionKinds<RpcServerOptions> = {
  transport: TRANSPORT,
  topic: nameKind('topic'),
  server: nameKind('server'),
  endpoints: arrayOf(OBJECT, 'endpoints'),
  concurrency: integerFrom(1),
  shared: BOOLEAN,
  fanout: BOOLEAN,
  allowUsers: arrayOf(TEXT, 'names of users'),
};
