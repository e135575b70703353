/** A client and a server within the process. Both end with the test. */

import { onTestFinished } from 'vitest';
import {
  memoryTransport,
  type RpcArguments,
  RpcClient,
  type RpcClientOptions,
  type RpcEndpoint,
  RpcServer,
  type RpcServerOptions,
  type RpcTransport,
} from '../../src/entries/oslo-messaging.ts';

export interface InMemory {
  readonly transport: RpcTransport;
  readonly client: RpcClient;
  readonly server: RpcServer;
  readonly problems: readonly Error[];
}

export async function inMemory(
  endpoint: RpcEndpoint | RpcEndpoint['methods'],
  {
    client: clientOptions,
    server: serverOptions,
  }: { client?: Partial<RpcClientOptions>; server?: Partial<RpcServerOptions> } = {},
): Promise<InMemory> {
  const problems: Error[] = [];
  const transport = memoryTransport((problem) => void problems.push(problem));
  onTestFinished(() => transport.close());
  const endpoints = [isEndpoint(endpoint) ? endpoint : { methods: endpoint }];
  const server = await RpcServer.open({ transport, topic: 'test', server: 'host1', endpoints, ...serverOptions });
  const client = new RpcClient({ transport, topic: 'test', server: 'host1', ...clientOptions });
  return { transport, client, server, problems };
}

function isEndpoint(given: RpcEndpoint | RpcEndpoint['methods']): given is RpcEndpoint {
  return typeof given.methods === 'object';
}

/** A message as a peer sends it, with a reply queue. The result is the next reply. */
export async function rawCall(transport: RpcTransport, message: object): Promise<RpcArguments> {
  const queue = `reply_${Math.random()}`;
  const reply = new Promise<RpcArguments>((resolve) => {
    void transport.subscribe({ replies: queue }, ({ body }) => resolve(contentsOf(body)), { prefetch: 1 });
  });
  await rawCast(transport, { _msg_id: 'id', _reply_q: queue, ...message });
  return reply;
}

async function rawCast(transport: RpcTransport, message: object): Promise<void> {
  const body = Buffer.from(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) }));
  await transport.publish({ to: { topic: 'test', server: 'host1' }, body });
}

export function contentsOf(body: Uint8Array): RpcArguments {
  return JSON.parse(JSON.parse(Buffer.from(body).toString())['oslo.message']);
}
