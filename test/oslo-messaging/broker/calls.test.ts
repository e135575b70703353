import { describe, expect, test } from 'vitest';
import { Network, VIFBridge } from '../../../src/entries/index.ts';
import { RemoteError, RpcTimeoutError, UndeliverableError } from '../../../src/entries/oslo-messaging.ts';
import { Latch } from '../latch.ts';
import { newTopic, pair, serverWith, transportFor, until } from './on-broker.ts';
import { RABBITMQ_UNAVAILABLE } from './rabbitmq.ts';

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

describe.skipIf(RABBITMQ_UNAVAILABLE)('over RabbitMQ', () => {
  test.each(['quorum', 'durable', 'transient'] as const)(
    'a call to a server with %s queues returns its result',
    async (queues) => {
      const { client } = await pair({ sum: ({ a, b }) => Number(a) + Number(b) }, { queues });
      expect(await client.call('sum', { a: 1, b: 2 })).toBe(3);
      expect(await client.call('oslo_rpc_server_ping')).toBe('pong');
    },
  );

  test('objects pass at any depth, in arguments and results', async () => {
    const { client } = await pair({ echo: ({ value }) => value });
    const vif = new VIFBridge({ id: ID, vifName: 'tap0', network: new Network({ mtu: 1450 }) });
    const result = await client.call('echo', { value: { list: [vif, 1], map: new Map([['vif', vif]]) } });
    expect(result).toEqual({ list: [expect.any(VIFBridge), 1], map: { vif: expect.any(VIFBridge) } });
    const [first] = (result as { list: unknown[] }).list;
    expect(vif.equals(first)).toBe(true);
  });

  test('a call to a server that never was fails within milliseconds, and did not run', async () => {
    const { client } = await pair({ ping: () => 'pong' });
    await client.call('ping');
    const begin = performance.now();
    const call = client.call('ping', {}, { server: 'nobody' });
    await expect(call).rejects.toThrow(UndeliverableError);
    // Its timeout is 20 s. The measured time is in docs/oslo-messaging.md.
    expect(performance.now() - begin).toBeLessThan(10_000);
    await expect(client.cast('ping', {}, { server: 'nobody' })).rejects.toThrow(UndeliverableError);
  });

  test('a method that fails gives a RemoteError with class, module, message, traceback and data', async () => {
    const { client } = await pair({
      fail: () => {
        const facts = { remoteClass: 'PlugException', module: 'os_vif.exception', kwargs: { vif: ID, err: 'taken' } };
        throw new RemoteError({ ...facts, message: 'the name is taken', data: { step: 'tap tap0' } });
      },
    });
    const error = await client.call('fail').catch((thrown) => thrown);
    if (!(error instanceof RemoteError)) throw error;
    expect(error).toMatchObject({
      remoteClass: 'PlugException',
      module: 'os_vif.exception',
      message: 'the name is taken',
      kwargs: { vif: ID, err: 'taken' },
      data: { step: 'tap tap0' },
    });
    expect(error.traceback.join('')).toContain('calls.test.ts');
  });

  test('a cast reaches one server, and a fanout all servers of the topic', async () => {
    const topic = newTopic();
    const seen: string[] = [];
    const { transport } = await transportFor();
    const note = (name: string) => ({ note: ({ what }: Record<string, unknown>) => void seen.push(`${name} ${what}`) });
    for (const server of ['host1', 'host2']) await serverWith(note(server), { transport, topic, server });
    const { client } = await pair({ ping: () => 'pong' }, { client: { transport, topic } });
    await client.cast('note', { what: 'cast' }, { server: 'host2' });
    await client.fanout('note', { what: 'fanout' });
    await until(() => seen.length === 3, 'three messages');
    expect(seen.sort()).toEqual(['host1 fanout', 'host2 cast', 'host2 fanout']);
  });

  test('a fanout to a topic without servers is no error', async () => {
    const { client } = await pair({ ping: () => 'pong' }, { client: { topic: newTopic() } });
    await expect(client.fanout('note')).resolves.toBeUndefined();
  });

  test('a call to a server whose queue stays times out, and does not run later', async () => {
    let ran = 0;
    const count = () => ++ran;
    const { client, server, topic, transports } = await pair({ count });
    expect(await client.call('count')).toBe(1);
    await server.close();
    await expect(client.call('count', {}, { timeout: 300 })).rejects.toThrow(RpcTimeoutError);
    await serverWith({ count }, { transport: transports.server.transport, topic });
    expect(await client.call('count')).toBe(2);
  });

  test('a server that comes back within the timeout answers', async () => {
    const { client, server, topic, transports } = await pair({ ping: () => 'first' });
    await server.close();
    const call = client.call('ping');
    await serverWith({ ping: () => 'second' }, { transport: transports.server.transport, topic });
    expect(await call).toBe('second');
  });

  test('a monitored call may take longer than its monitor', async () => {
    const latch = new Latch<string>();
    const { client, transports } = await pair({ work: () => latch.promise });
    let beats = 0;
    const { transport } = transports.server;
    const { publish } = transport;
    transport.publish = (publication, signal) => {
      if (Buffer.from(publication.body).includes('\\"ending\\":false') && ++beats === 3) latch.open('done');
      return publish(publication, signal);
    };
    expect(await client.call('work', {}, { monitor: 2_000 })).toBe('done');
    expect(beats).toBeGreaterThanOrEqual(3);
  });

  test('a monitored call ends when the server does not report', async () => {
    const { client, server } = await pair({ ping: () => 'pong' });
    expect(await client.call('ping')).toBe('pong');
    await server.close();
    await expect(client.call('ping', {}, { monitor: 2_000 })).rejects.toThrow('no report of the server in 2000 ms');
  });

  test('a signal ends a call at once', async () => {
    const { client } = await pair({ hang: () => new Promise((resolve) => setTimeout(resolve, 100)) });
    const controller = new AbortController();
    const call = client.call('hang', {}, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});
