/** The interface between the RPC layer and a message broker. */

/** Where a message goes, or which messages a subscriber gets. */
export type Destination =
  /** One of the servers of a topic. */
  | { readonly topic: string }
  /** One server of a topic. */
  | { readonly topic: string; readonly server: string }
  /** All servers of a topic. */
  | { readonly fanout: string }
  /** A queue for replies. */
  | { readonly replies: string };

/** A message on its way to the broker. */
export interface Publication {
  readonly to: Destination;
  /** JSON in UTF-8. */
  readonly body: Uint8Array;
  /** The message expires after this time in the queue, in ms. Default: never. */
  readonly expiration?: number;
}

/** A message from the broker. */
export interface Delivery {
  readonly body: Uint8Array;
  /** The broker has delivered the message before, perhaps to another server. */
  readonly redelivered: boolean;
  /**
   * The user who sent the message, as the broker has verified it. Undefined if the sender did not
   * tell.
   */
  readonly userId: string | undefined;
  /** The milliseconds after which the sender no longer waits. Undefined: no limit. */
  readonly expiration: number | undefined;
  /**
   * Removes the message from the queue.
   *
   * @throws BrokerError if the channel is closed: then the broker delivers the message again
   */
  acknowledge(): void;
}

/** The messages of a destination. */
export interface Subscription {
  /** Resolves with the name of the queue as soon as the broker delivers its messages. */
  ready(signal?: AbortSignal): Promise<string>;
  /** Ends the deliveries. Messages that are not acknowledged go back to the queue. */
  close(): Promise<void>;
}

/** Options of a subscription. */
export interface SubscribeOptions {
  /** How many messages the broker delivers before the first acknowledgement. */
  readonly prefetch: number;
}

/**
 * A connection to a message broker, for {@link RpcClient} and {@link RpcServer}. `osloTransport`
 * makes one for RabbitMQ, and `memoryTransport` one within the process.
 */
export interface RpcTransport extends AsyncDisposable {
  /**
   * Publishes a message, and resolves when the broker has it.
   *
   * @param signal ends the wait for the connection, and then for the confirmation of the broker
   * @throws UndeliverableError if the message was not delivered for sure
   * @throws BrokerError if the connection was lost before the broker confirmed the message
   */
  publish(publication: Publication, signal?: AbortSignal): Promise<void>;
  /**
   * Subscribes to a destination, and again after each loss of the connection or the queue.
   *
   * @throws BrokerError if the broker refuses the queue or the exchange
   */
  subscribe(
    from: Destination,
    take: (delivery: Delivery) => void,
    options: SubscribeOptions,
    signal?: AbortSignal,
  ): Promise<Subscription>;
  /** Tells the owner of the transport about a problem that no call reports. */
  report(problem: Error): void;
  /** Aborted when the transport is closed. */
  readonly closed: AbortSignal;
  /** Closes the connection. Calls under way fail. */
  close(): Promise<void>;
}

/** The name of a destination for messages: `os-vif.compute-1`. */
export function nameOf(to: Destination): string {
  if ('fanout' in to) return `all servers of ${to.fanout}`;
  if ('replies' in to) return to.replies;
  return 'server' in to ? `${to.topic}.${to.server}` : to.topic;
}
