/** A transport within the process, for tests of services and for programs without a broker. */

import { RpcProtocolError, TransportClosedError, UndeliverableError } from '../errors/rpc.ts';
import { messageOf } from '../text/message-of.ts';
import { type Delivery, type Destination, nameOf, type RpcTransport } from './transport.ts';

/** A consumer of a queue. */
type Take = (delivery: Delivery) => void;

/**
 * A transport within the process. Clients and servers with the same transport reach each other. A
 * message goes to the consumers of its queue in turn, and is lost if there is none. Messages have
 * no user.
 *
 * @param onProblem gets problems that no call reports, as the option of `osloTransport`. Default:
 *   ignored
 */
export function memoryTransport(onProblem: (problem: Error) => void = () => {}): RpcTransport {
  const queues = new Map<string, Take[]>();
  const closed = new AbortController();
  const close = async (): Promise<void> => closed.abort();
  const requireOpen = (): void => {
    if (closed.signal.aborted) throw new TransportClosedError();
  };
  return {
    publish: async ({ to, body, expiration }, signal) => {
      requireOpen();
      signal?.throwIfAborted();
      const takes = queues.get(keyOf(to)) ?? [];
      if (takes.length === 0 && !('fanout' in to)) throw new UndeliverableError(nameOf(to), 'no server takes it');
      const delivery = { body, redelivered: false, userId: undefined, expiration, acknowledge: () => {} };
      // As over a network, the publisher goes on before a consumer begins.
      for (const take of 'fanout' in to ? takes : nextOf(takes))
        setImmediate(() => {
          try {
            take(delivery);
          } catch (error) {
            onProblem(error instanceof Error ? error : new RpcProtocolError(messageOf(error)));
          }
        });
    },
    subscribe: async (from, take) => {
      requireOpen();
      const key = keyOf(from);
      const takes = queues.get(key) ?? [];
      takes.push(take);
      queues.set(key, takes);
      return {
        ready: async () => nameOf(from),
        close: async () => {
          if (takes.includes(take)) takes.splice(takes.indexOf(take), 1);
        },
      };
    },
    report: onProblem,
    closed: closed.signal,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function keyOf(to: Destination): string {
  return `${Object.keys(to)[0]} ${nameOf(to)}`;
}

/** The consumer whose turn it is, which goes to the end. */
function nextOf(takes: Take[]): Take[] {
  const next = takes.shift();
  if (next === undefined) return [];
  takes.push(next);
  return [next];
}
