/**
 * The only file that loads rabbitmq-client: a connection to RabbitMQ that connects again by itself.
 */

import type { Channel, Connection, ConnectionOptions } from 'rabbitmq-client';
import { MissingRabbitmqClientError, TransportClosedError, UndeliverableError } from '../../errors/rpc.ts';
import { newId } from '../new-id.ts';
import type { Delivery, Subscription } from '../transport.ts';
import { LONGEST, LONGEST_CLOSE, SHORTEST, untilAborted, within } from '../until-aborted.ts';
import type { Exchange, Outgoing, Queue } from './amqp.ts';
import { Consumer } from './consumer.ts';
import { isNotTaken, isRefusal, problemOf } from './problems.ts';

/** Options of the connection. */
export interface BrokerOptions extends ConnectionOptions {
  /** The address for messages, without the password. */
  readonly address: string;
  readonly onProblem: (problem: Error) => void;
}

export class Broker {
  readonly closed = new AbortController();
  readonly #connection: Connection;
  readonly #options: BrokerOptions;
  /**
   * The channels for messages, by exchange: an error of one exchange must not concern the others.
   */
  readonly #channels = new Map<string, { opening: Promise<Channel>; channel?: Channel }>();

  /** The ids of messages that no queue takes. */
  readonly #returned = new Set<string>();

  private constructor(connection: Connection, options: BrokerOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /**
   * Connects, and tries again until it succeeds, the broker refuses, or the signal is aborted.
   *
   * @throws BrokerError if the broker refuses the user, the virtual host or the certificate
   */
  static async connect(options: BrokerOptions, signal: AbortSignal | undefined): Promise<Broker> {
    signal?.throwIfAborted();
    const { Connection: RabbitConnection } = await rabbitmqClient();
    const { address, onProblem, ...connecting } = options;
    const times = { retryLow: SHORTEST, retryHigh: LONGEST, acquireTimeout: LONGEST_TIMER, noDelay: true };
    const connection = new RabbitConnection({ ...connecting, ...times });
    const broker = new Broker(connection, options);
    let isConnected = false;
    const connected = new Promise<void>((resolve, reject) => {
      connection.on('connection', () => {
        isConnected = true;
        resolve();
      });
      connection.on('error', (error) => {
        const problem = problemOf(`the connection to ${address}`, error);
        if (!isConnected && isRefusal(problem)) reject(problem);
        else if (!broker.closed.signal.aborted) onProblem(problem);
      });
    });
    try {
      await untilAborted(connected, signal);
    } catch (error) {
      broker.closed.abort();
      connection.unsafeDestroy();
      throw error;
    }
    return broker;
  }

  /**
   * Publishes a message, and resolves when the broker has it.
   *
   * @param to the destination for error messages
   * @throws UndeliverableError, BrokerError
   */
  async publish(message: Outgoing, to: string, signal?: AbortSignal): Promise<void> {
    const { exchange, body, expiration, routingKey, mandatory, durable, userId } = message;
    const messageId = newId();
    const channel = await this.#channelTo(exchange, to, signal);
    const envelope = {
      exchange: exchange?.exchange ?? '',
      routingKey,
      messageId,
      mandatory,
      durable,
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      ...(expiration !== undefined && { expiration: String(Math.max(1, Math.ceil(expiration))) }),
      ...(userId !== undefined && { userId }),
    };
    try {
      // A text would be sent as text/plain, which Python refuses.
      await untilAborted(channel.basicPublish(envelope, Buffer.from(body)), signal);
      // rabbitmq-client tells of a returned message in a later turn of the event loop than of its confirmation.
      if (mandatory) await new Promise((resolve) => setImmediate(resolve));
      if (this.#returned.has(messageId)) throw new UndeliverableError(to, NO_QUEUE);
    } catch (error) {
      if (error instanceof UndeliverableError) throw error;
      const problem = problemOf(`a message to ${to}`, error);
      if (isNotTaken(problem)) throw new UndeliverableError(to, problem.message, { cause: error });
      throw problem;
    } finally {
      this.#returned.delete(messageId);
    }
  }

  async #channelTo(exchange: Exchange | undefined, to: string, signal: AbortSignal | undefined): Promise<Channel> {
    try {
      signal?.throwIfAborted();
      return await untilAborted(this.#channelFor(exchange), signal);
    } catch (error) {
      if (this.closed.signal.aborted) throw new TransportClosedError();
      const reason = signal?.aborted
        ? `no connection to ${this.#options.address}`
        : problemOf('the channel', error).message;
      throw new UndeliverableError(to, reason, { cause: error });
    }
  }

  #channelFor(exchange: Exchange | undefined): Promise<Channel> {
    const key = exchange?.exchange ?? '';
    const known = this.#channels.get(key);
    if (known !== undefined && known.channel?.active !== false) return known.opening;
    const entry: { opening: Promise<Channel>; channel?: Channel } = { opening: this.#openChannel(exchange) };
    this.#channels.set(key, entry);
    entry.opening.then(
      (channel) => {
        entry.channel = channel;
      },
      () => {
        if (this.#channels.get(key) === entry) this.#channels.delete(key);
      },
    );
    return entry.opening;
  }

  async #openChannel(exchange: Exchange | undefined): Promise<Channel> {
    if (this.closed.signal.aborted) throw new TransportClosedError();
    if (exchange !== undefined) await this.#makeExchange(exchange);
    const channel = await this.#connection.acquire();
    channel.on('basic.return', ({ messageId }) => messageId !== undefined && this.#returned.add(messageId));
    await channel.confirmSelect();
    return channel;
  }

  /**
   * Makes an exchange that does not exist. Only that needs the permission to configure the
   * exchange.
   */
  async #makeExchange(exchange: Exchange): Promise<void> {
    const { exchange: name } = exchange;
    // A refused declaration closes the channel.
    const isThere = await this.#onChannel((channel) => channel.exchangeDeclare({ ...exchange, passive: true })).then(
      () => true,
      (error) => {
        if (problemOf(name, error).reply !== 'NOT_FOUND') throw error;
        return false;
      },
    );
    if (!isThere) await this.#onChannel((channel) => channel.exchangeDeclare({ ...exchange }));
  }

  async #onChannel<T>(use: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await this.#connection.acquire();
    try {
      return await use(channel);
    } finally {
      await channel.close();
    }
  }

  /**
   * Consumes a queue until the consumer is closed, and makes the queue and the consumer again when
   * they are lost.
   *
   * @throws BrokerError if the broker refuses the queue or the exchange
   */
  consume(
    queueFor: (isLocked: boolean) => Queue,
    prefetch: number,
    take: (delivery: Delivery) => void,
    signal?: AbortSignal,
  ): Promise<Subscription> {
    const start = (queue: Queue) => this.#start(queue);
    const { onProblem } = this.#options;
    return Consumer.start({ queueFor, prefetch, take, start, onProblem, closed: this.closed.signal }, signal);
  }

  /** Opens a channel for a consumer, and makes its queue. */
  async #start({ binding, ...queue }: Queue): Promise<Channel> {
    if (binding !== undefined) await this.#makeExchange(binding.from);
    const channel = await this.#connection.acquire({ emitErrorsFromChannel: true });
    // The channel tells its end by the event `close` too.
    channel.on('error', () => {});
    try {
      const { queue: name } = await channel.queueDeclare(queue);
      if (binding !== undefined) {
        const { from, routingKey } = binding;
        await channel.queueBind({ queue: name, exchange: from.exchange, routingKey });
      }
      return channel;
    } catch (error) {
      await channel.close();
      throw error;
    }
  }

  /** Closes the channels and the connection. */
  async close(): Promise<void> {
    if (this.closed.signal.aborted) return;
    this.closed.abort();
    // A channel that is not open yet may never be: it waits for the connection.
    const channels = [...this.#channels.values()].flatMap(({ channel }) => channel ?? []);
    const closing = Promise.all(channels.map((channel) => channel.close())).then(() => this.#connection.close());
    await within(LONGEST_CLOSE, closing);
    this.#connection.unsafeDestroy();
  }
}

/** Why the broker returned a message. */
const NO_QUEUE = 'no queue takes it: no server of this name has run, or its queue was deleted';

/** A wait without a limit of its own, in ms: the longest time of a timer. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Loads the optional peer. */
async function rabbitmqClient() {
  try {
    return await import('rabbitmq-client');
  } catch (error) {
    throw new MissingRabbitmqClientError({ cause: error });
  }
}
