/**
 * How exchanges and queues are declared. The programs of a deployment must agree.
 * oslo_messaging._drivers.impl_rabbit: `Consumer`, `declare_topic_consumer`,
 * `declare_fanout_consumer`.
 */

import { newId } from '../new-id.ts';
import type { Destination } from '../transport.ts';
import type { Exchange, Queue } from './amqp.ts';

/**
 * The queues of servers:
 *
 * - `quorum`: replicated in a cluster. oslo.messaging: `rabbit_quorum_queue`.
 * - `durable`: kept when the broker restarts. oslo.messaging: `amqp_durable_queues`.
 * - `transient`: gone when the broker restarts. The default of oslo.messaging. RabbitMQ 4.3 refuses
 *   them by default.
 */
export type QueueKind = 'quorum' | 'durable' | 'transient';

/** The exchange for messages to a topic. */
export function topicExchange(exchange: string, kind: QueueKind): Exchange {
  return { exchange, type: 'topic', durable: kind !== 'transient', autoDelete: false };
}

/** The exchange for messages to all servers of a topic. oslo.messaging 14: never durable. */
export function fanoutExchange(topic: string): Exchange {
  return { exchange: `${topic}_fanout`, type: 'fanout', durable: false, autoDelete: true };
}

/**
 * Returns a function that gives the queue of a destination. Only its own consumer uses a fanout
 * queue or a reply queue, so these are exclusive: every version of RabbitMQ takes them, and they
 * leave nothing behind.
 */
export function queueFor(from: Destination, exchange: string, kind: QueueKind): (isLocked: boolean) => Queue {
  if ('topic' in from) {
    const queue = 'server' in from ? `${from.topic}.${from.server}` : from.topic;
    const binding = { from: topicExchange(exchange, kind), routingKey: queue };
    const durable = kind !== 'transient';
    if (kind !== 'quorum') return () => ({ queue, durable, binding });
    return () => ({ queue, durable, arguments: { 'x-queue-type': 'quorum' }, binding });
  }
  const name = () => ('fanout' in from ? `${from.fanout}_fanout_${newId()}` : `reply_${newId()}`);
  let queue = 'replies' in from ? from.replies : name();
  return (isLocked) => {
    if (isLocked) queue = name();
    const own = { queue, durable: false, exclusive: true };
    return 'fanout' in from ? { ...own, binding: { from: fanoutExchange(from.fanout), routingKey: from.fanout } } : own;
  };
}
