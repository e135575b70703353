/** Transports, clients and servers on the broker of the tests. All end with the test. */

import { randomUUID } from 'node:crypto';
import { Connection } from 'rabbitmq-client';
import { inject, onTestFinished } from 'vitest';
import {
  type OsloTransportOptions,
  osloTransport,
  RpcClient,
  type RpcClientOptions,
  type RpcEndpoint,
  RpcServer,
  type RpcServerOptions,
  type RpcTransport,
} from '../../../src/entries/oslo-messaging.ts';
import { isUp } from './rabbitmq.ts';

/** The broker of the tests, as soon as it takes connections. */
export async function broker(): Promise<{ folder: string; amqp: number; amqps: number }> {
  const found = inject('broker');
  if (found === undefined) throw new Error('RabbitMQ is not there');
  await isUp(found.amqp);
  await isUp(found.amqps);
  return found;
}

export function urlFor(port: number, user = 'guest'): string {
  return `amqp://${user}:pw@127.0.0.1:${port}/`;
}

/** A topic that no other test uses. */
export function newTopic(): string {
  return `test-${randomUUID()}`;
}

/** A transport, with the problems that it reports. */
export async function transportFor(
  options: Partial<OsloTransportOptions> = {},
): Promise<{ transport: RpcTransport; problems: Error[] }> {
  const { amqp } = await broker();
  const problems: Error[] = [];
  const onProblem = (problem: Error) => void problems.push(problem);
  const transport = await osloTransport({ hosts: urlFor(amqp), onProblem, ...options });
  onTestFinished(() => transport.close());
  return { transport, problems };
}

/** A server with methods. */
export async function serverWith(
  methods: RpcEndpoint['methods'],
  options: Omit<RpcServerOptions, 'endpoints' | 'server'> & { server?: string },
): Promise<RpcServer> {
  const server = await RpcServer.open({ server: 'host1', endpoints: [{ methods }], ...options });
  onTestFinished(() => server.close());
  return server;
}

/** A client and a server of a new topic, each with a connection of its own. */
export async function pair(
  methods: RpcEndpoint['methods'],
  {
    queues,
    client: clientOptions,
    server: serverOptions,
  }: {
    queues?: OsloTransportOptions['queues'];
    client?: Partial<RpcClientOptions>;
    server?: Partial<RpcServerOptions>;
  } = {},
) {
  const topic = newTopic();
  const kind = { ...(queues !== undefined && { queues }), exchange: `exchange-${topic}` };
  const of = { server: await transportFor(kind), client: await transportFor(kind) };
  const server = await serverWith(methods, { transport: of.server.transport, topic, ...serverOptions });
  const client = new RpcClient({
    transport: of.client.transport,
    topic,
    server: 'host1',
    timeout: 20_000,
    ...clientOptions,
  });
  return { topic, exchange: kind.exchange, server, client, problems: of.server.problems, transports: of };
}

/** A plain connection, for what no service does: to delete queues and to send poison. */
export async function rawConnection(): Promise<Connection> {
  const { amqp } = await broker();
  const connection = new Connection(urlFor(amqp));
  connection.on('error', () => {});
  onTestFinished(() => connection.close());
  return connection;
}

/** Resolves when the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it did not happen in time: ${what}`);
}

/** Calls a method until a call succeeds. */
export async function untilAnswered(client: RpcClient, method: string): Promise<unknown> {
  for (let tries = 0; ; tries++)
    try {
      return await client.call(method, {}, { timeout: 2_000 });
    } catch (error) {
      if (tries > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
}
