import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  BrokerError,
  osloTransport,
  RpcClient,
  RpcServer,
  TransportClosedError,
  UndeliverableError,
} from '../../../src/entries/oslo-messaging.ts';
import { Latch } from '../latch.ts';
import {
  broker,
  newTopic,
  pair,
  rawConnection,
  serverWith,
  transportFor,
  until,
  untilAnswered,
  urlFor,
} from './on-broker.ts';
import { certificates, RABBITMQ_UNAVAILABLE } from './rabbitmq.ts';

/** A port through which connections can be cut and refused. */
async function proxyTo(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const other = connect(port, '127.0.0.1');
    for (const end of [socket, other]) {
      sockets.add(end);
      end.on('error', () => {});
      end.on('close', () => void sockets.delete(end));
    }
    socket.pipe(other).pipe(socket);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  onTestFinished(() => {
    cut();
    server.close();
  });
  return { port: typeof address === 'object' && address !== null ? address.port : 0, cut, server };
}

describe.skipIf(RABBITMQ_UNAVAILABLE)('on RabbitMQ', () => {
  test('the queue of a server is made again after somebody deleted it', async () => {
    const { client, topic } = await pair({ ping: () => 'pong' });
    expect(await client.call('ping')).toBe('pong');
    await (await rawConnection()).queueDelete({ queue: `${topic}.host1` });
    expect(await untilAnswered(client, 'ping')).toBe('pong');
  });

  test('a lost connection comes back: calls under way get their replies, and later calls succeed', async () => {
    const { amqp } = await broker();
    const proxy = await proxyTo(amqp);
    const begun = new Latch();
    const latch = new Latch<string>();
    const wait = () => {
      begun.open();
      return latch.promise;
    };
    const { topic, exchange } = await pair({ wait, ping: () => 'pong' });
    const { transport, problems } = await transportFor({ hosts: urlFor(proxy.port), exchange });
    const client = new RpcClient({ transport, topic, server: 'host1' });
    const call = client.call('wait');
    await begun.promise;
    proxy.cut();
    await until(() => problems.length > 0, 'the loss of the connection');
    latch.open('done');
    expect(await call).toBe('done');
    expect(await client.call('ping')).toBe('pong');
    expect(problems[0]).toBeInstanceOf(BrokerError);
  });

  test('a call without a connection fails at its deadline, and did not run', async () => {
    const { amqp } = await broker();
    const proxy = await proxyTo(amqp);
    const { topic, exchange } = await pair({ ping: () => 'pong' });
    const { transport, problems } = await transportFor({ hosts: urlFor(proxy.port), exchange });
    const client = new RpcClient({ transport, topic, server: 'host1' });
    expect(await client.call('ping')).toBe('pong');
    proxy.server.close();
    proxy.cut();
    await until(() => problems.length > 0, 'the loss of the connection');
    await expect(client.call('ping', {}, { timeout: 500 })).rejects.toThrow(UndeliverableError);
    await expect(client.cast('ping', {}, { timeout: 500 })).rejects.toThrow(UndeliverableError);
  });

  test('a transport closes without delay while its connection is lost', async () => {
    const { amqp } = await broker();
    const proxy = await proxyTo(amqp);
    const { transport, problems } = await transportFor({ hosts: urlFor(proxy.port) });
    await serverWith({ ping: () => 'pong' }, { transport, topic: newTopic() });
    proxy.server.close();
    proxy.cut();
    await until(() => problems.length > 0, 'the loss of the connection');
    await transport.close();
    await expect(new RpcClient({ transport, topic: 'x' }).call('ping')).rejects.toThrow(TransportClosedError);
  });

  test('the settings of queues that differ from those of others are refused', async () => {
    const { topic, exchange } = await pair({ ping: () => 'pong' }, { queues: 'durable' });
    const { transport } = await transportFor({ queues: 'quorum', exchange });
    const endpoints = [{ methods: { ping: () => 'pong' } }];
    const opened = RpcServer.open({ transport, topic, server: 'host1', endpoints });
    await expect(opened).rejects.toMatchObject({ code: 'ERR_OSVIF_BROKER', reply: 'PRECONDITION_FAILED' });
  });

  test('a wrong password and an unknown virtual host are refused at once, without the password in the message', async () => {
    const { amqp } = await broker();
    const wrong = osloTransport({ hosts: `amqp://guest:secret@127.0.0.1:${amqp}/` });
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_OSVIF_BROKER', reply: 'ACCESS_REFUSED' });
    await expect(wrong).rejects.not.toThrow('secret');
    await expect(osloTransport({ hosts: `${urlFor(amqp)}nowhere` })).rejects.toThrow(BrokerError);
  });

  test('a signal ends the wait for a broker that is not there', async () => {
    const hosts = 'amqp://guest:pw@127.0.0.1:1/';
    const problems: Error[] = [];
    const controller = new AbortController();
    const onProblem = (problem: Error) => {
      problems.push(problem);
      controller.abort(new Error('enough'));
    };
    await expect(osloTransport({ hosts, onProblem, signal: controller.signal })).rejects.toThrow('enough');
    expect(problems).toMatchObject([{ reply: 'ECONNREFUSED' }]);
  });

  test('amqps needs the right CA and a client certificate', async () => {
    const { amqps, folder } = await broker();
    const pem = certificates(folder);
    const hosts = `amqps://guest:pw@localhost:${amqps}/`;
    const own = { cert: pem('client.pem'), key: pem('client.key') };
    const { transport } = await transportFor({ hosts, tls: { ca: pem('ca.pem'), ...own } });
    const topic = newTopic();
    await serverWith({ ping: () => 'pong' }, { transport, topic });
    expect(await new RpcClient({ transport, topic, server: 'host1' }).call('ping')).toBe('pong');
    await expect(osloTransport({ hosts, tls: { ca: pem('other.pem'), ...own } })).rejects.toThrow(BrokerError);
    await expect(osloTransport({ hosts, tls: { ca: pem('ca.pem') } })).rejects.toThrow(BrokerError);
  });

  test('poison is dropped, and the server goes on', async () => {
    const { client, topic, exchange, problems } = await pair({ ping: () => 'pong' });
    const publisher = (await rawConnection()).createPublisher({ confirm: true });
    onTestFinished(() => publisher.close());
    const bodies = ['no json', '[]', '{"oslo.version":"3.0","oslo.message":"{}"}', 'x'.repeat(5_000_000)];
    const contentType = 'application/json';
    for (const body of bodies)
      await publisher.send({ exchange, routingKey: `${topic}.host1`, contentType }, Buffer.from(body));
    expect(await client.call('ping')).toBe('pong');
    await until(() => problems.length === bodies.length, 'the report of each message');
  });
});

describe.skipIf(RABBITMQ_UNAVAILABLE)('permissions of the broker', () => {
  /** The queues of the servers, made by an administrator: a host may not bind queues to the exchange. */
  async function secured() {
    const { amqp } = await broker();
    const at = (user: string) => transportFor({ hosts: urlFor(amqp, user) });
    const administrator = (await at('controller')).transport;
    const seen: (string | undefined)[] = [];
    const ran = (_: unknown, { userId }: { userId: string | undefined }) => void seen.push(userId);
    const admin = await rawConnection();
    await admin.exchangeDeclare({ exchange: 'openstack', type: 'topic', durable: true });
    const of = { topic: 'secure', shared: false, fanout: false };
    return { at, administrator, seen, ran, of };
  }

  test('a server with the rights of its host answers the controller', async () => {
    const { at, administrator, seen, ran, of } = await secured();
    await serverWith({ ran }, { ...of, transport: (await at('host1')).transport, server: 'host1' });
    const client = new RpcClient({ transport: administrator, topic: 'secure', server: 'host1' });
    expect(await client.call('ran')).toBe(null);
    expect(seen).toEqual(['controller']);
  });

  test('a host can neither take the queue of another host nor send to a topic', async () => {
    const { at, ran, of } = await secured();
    const { transport } = await at('host1');
    const other = RpcServer.open({ ...of, transport, server: 'host2', endpoints: [{ methods: { ran } }] });
    await expect(other).rejects.toMatchObject({ reply: 'ACCESS_REFUSED' });
    const client = new RpcClient({ transport, topic: 'secure', server: 'host1' });
    await expect(client.cast('ran')).rejects.toThrow(UndeliverableError);
  });

  test('a message past the exchange into the queue of another host has its sender, who is not allowed', async () => {
    const { at, seen, ran, of } = await secured();
    const options = { ...of, transport: (await at('host2')).transport, server: 'host2' };
    await serverWith({ ran }, { ...options, allowUsers: ['controller'] });
    const thief = (await at('host1')).transport;
    const message = { method: 'ran', args: {}, version: '1.0' };
    const body = Buffer.from(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) }));
    await thief.publish({ to: { replies: 'secure.host2' }, body });
    // The next message is taken after this one.
    const { transport } = await at('controller');
    await new RpcClient({ transport, topic: 'secure', server: 'host2' }).call('ran');
    expect(seen).toEqual(['controller']);
  });
});
