/** Exchanges, queues and messages of AMQP 0-9-1. */

/** An exchange. */
export interface Exchange {
  readonly exchange: string;
  readonly type: 'topic' | 'fanout';
  readonly durable: boolean;
  readonly autoDelete: boolean;
}

/** A queue, and the exchange that it is bound to. */
export interface Queue {
  readonly queue: string;
  readonly durable: boolean;
  readonly exclusive?: boolean;
  readonly arguments?: Record<string, unknown>;
  readonly binding?: { readonly from: Exchange; readonly routingKey: string };
}

/** A message for the broker. */
export interface Outgoing {
  /** Undefined: the default exchange, which sends to the queue with the name of the routing key. */
  readonly exchange: Exchange | undefined;
  readonly routingKey: string;
  /** Whether the publisher wants to know that no queue takes the message. */
  readonly mandatory: boolean;
  readonly durable: boolean;
  /** ms. */
  readonly expiration: number | undefined;
  readonly userId: string | undefined;
  readonly body: Uint8Array;
}
