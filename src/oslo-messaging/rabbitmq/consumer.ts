/** A consumer of a queue that is made again when its channel or its queue is lost. */

import type { AsyncMessage, Channel } from 'rabbitmq-client';
import { TransportClosedError } from '../../errors/rpc.ts';
import type { Delivery, Subscription } from '../transport.ts';
import { Deferred, delayBefore, LONGEST_CLOSE, pause, untilAborted, within } from '../until-aborted.ts';
import type { Queue } from './amqp.ts';
import { isRefusal, problemOf } from './problems.ts';

/** Options of a consumer. */
export interface Consuming {
  /**
   * The queue. `isLocked`: the queue of this name belongs to a connection that the broker believes
   * to be alive.
   */
  readonly queueFor: (isLocked: boolean) => Queue;
  readonly prefetch: number;
  readonly take: (delivery: Delivery) => void;
  /** Opens a channel, and makes the queue and its binding. */
  readonly start: (queue: Queue) => Promise<Channel>;
  readonly onProblem: (problem: Error) => void;
  /** Aborted when the connection is closed for good. */
  readonly closed: AbortSignal;
}

export class Consumer implements Subscription {
  readonly #consuming: Consuming;
  readonly #stop = new AbortController();
  /**
   * Resolves with the name of the queue when the consumer runs. It is replaced when the consumer is
   * lost.
   */
  #running = new Deferred<string>();
  #channel: Channel | undefined;
  #isLocked = false;

  /**
   * @param onFirst gets the outcome of the first attempt that does not need the connection to come
   *   back
   */
  private constructor(consuming: Consuming, onFirst: (refusal: Error | undefined) => void) {
    this.#consuming = consuming;
    consuming.closed.addEventListener('abort', () => void this.close(), { signal: this.#stop.signal });
    void this.#run(onFirst);
  }

  /** Starts a consumer. @throws BrokerError if the broker refuses the queue or the exchange */
  static async start(consuming: Consuming, signal: AbortSignal | undefined): Promise<Consumer> {
    const first = new Deferred<void>();
    const consumer = new Consumer(consuming, (refusal) =>
      refusal === undefined ? first.resolve() : first.reject(refusal),
    );
    try {
      await untilAborted(first.promise, signal);
      return consumer;
    } catch (error) {
      await consumer.close();
      throw error;
    }
  }

  ready(signal?: AbortSignal): Promise<string> {
    return untilAborted(this.#running.promise, signal);
  }

  async #run(onFirst: (refusal: Error | undefined) => void): Promise<void> {
    let reported = '';
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      try {
        const { lost } = await this.#startOnce();
        onFirst(undefined);
        [attempt, reported] = [0, ''];
        await lost;
        this.#running = new Deferred();
      } catch (error) {
        const problem = problemOf(`the queue ${this.#consuming.queueFor(false).queue}`, error);
        this.#isLocked = problem.reply === 'RESOURCE_LOCKED';
        if (isRefusal(problem)) onFirst(problem);
        // The same problem in each attempt is reported once.
        if (!this.#stop.signal.aborted && problem.message !== reported) this.#consuming.onProblem(problem);
        reported = problem.message;
      }
      await pause(delayBefore(attempt), this.#stop.signal);
    }
    onFirst(new TransportClosedError());
    this.#running.reject(new TransportClosedError());
  }

  /**
   * Starts to consume. `lost` resolves when the channel or the queue is lost, or the consumer is
   * stopped.
   */
  async #startOnce(): Promise<{ readonly lost: Promise<void> }> {
    const { queueFor, start, take, prefetch } = this.#consuming;
    const queue = queueFor(this.#isLocked);
    this.#isLocked = false;
    const channel = await start(queue);
    this.#channel = channel;
    const lost = new Promise<void>((resolve) => {
      channel.once('close', resolve);
      channel.once('basic.cancel', () => void channel.close().then(resolve));
    });
    try {
      this.#stop.signal.throwIfAborted();
      await channel.basicQos({ prefetchCount: prefetch });
      await channel.basicConsume({ queue: queue.queue }, (message) => take(deliveryOf(channel, message)));
    } catch (error) {
      await channel.close();
      throw error;
    }
    this.#running.resolve(queue.queue);
    return { lost };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    // The end of the channel ends the consumer. Messages on the way are not acknowledged, so the broker delivers them
    // again. A broker that has just started keeps the channel of a quorum queue until the queue has a leader.
    if (this.#channel !== undefined) await within(LONGEST_CLOSE, this.#channel.close());
  }
}

function deliveryOf(channel: Channel, message: AsyncMessage): Delivery {
  const { body, redelivered, userId, expiration, deliveryTag } = message;
  return {
    // Without a content encoding, rabbitmq-client has parsed the body already.
    body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    redelivered,
    userId,
    expiration: expiration !== undefined && /^\d{1,15}$/.test(expiration) ? Number(expiration) : undefined,
    acknowledge: () => {
      if (!channel.active) throw problemOf('an acknowledgement', new Error('the channel is closed'));
      channel.basicAck({ deliveryTag });
    },
  };
}
