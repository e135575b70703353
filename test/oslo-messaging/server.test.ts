import { describe, expect, test } from 'vitest';
import { memoryTransport, RemoteError, RpcServer, TransportClosedError } from '../../src/entries/oslo-messaging.ts';
import { inMemory, rawCall } from './in-memory.ts';
import { Latch } from './latch.ts';

const failureOf = ({ failure }: Readonly<Record<string, unknown>>) => JSON.parse(String(failure));

/** Some time passes. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('the choice of a method', () => {
  test.each([
    ['1.0', 'pong'],
    ['1.2', 'pong'],
    ['1.3', 'UnsupportedVersion'],
    ['2.0', 'UnsupportedVersion'],
    ['0.9', 'UnsupportedVersion'],
  ])('a server of version 1.2 answers a call of version %s with %s', async (version, expected) => {
    const { client } = await inMemory({ version: '1.2', methods: { ping: () => 'pong' } });
    const answer = await client.call('ping', {}, { version }).catch((error: RemoteError) => error.remoteClass);
    expect(answer).toBe(expected);
  });

  test('a method of a namespace needs the namespace', async () => {
    const { client } = await inMemory({ namespace: 'admin', methods: { reset: () => 'done' } });
    expect(await client.call('reset', {}, { namespace: 'admin' })).toBe('done');
    await expect(client.call('reset')).rejects.toMatchObject({ remoteClass: 'NoSuchMethod' });
  });

  test.each(['__proto__', 'constructor', 'toString', '_hidden', 'missing', 'x'.repeat(1000)])(
    'the method %s does not exist',
    async (method) => {
      const { client } = await inMemory({ ping: () => 'pong', _hidden: () => 'secret' });
      await expect(client.call(method)).rejects.toMatchObject({ remoteClass: 'NoSuchMethod' });
      expect(await client.call('ping')).toBe('pong');
    },
  );

  test('methods of a class are refused when the server is opened', async () => {
    class Service {
      ping(): string {
        return 'pong';
      }
    }
    const methods: object = new Service();
    const options = { transport: memoryTransport(), topic: 'test', server: 'host1' };
    await expect(RpcServer.open({ ...options, endpoints: [{ methods: { ...methods } }] })).rejects.toThrow(
      'expected an endpoint with methods as own properties',
    );
  });
});

describe('a message that is no call is dropped, and the server goes on:', () => {
  test.each([
    ['no JSON', 'nonsense'],
    ['an array', '[]'],
    ['another envelope', '{"oslo.version":"3.0","oslo.message":"{}"}'],
    ['an envelope without a version', '{"oslo.message":"{}"}'],
    ['no JSON within the envelope', '{"oslo.version":"2.0","oslo.message":"nope"}'],
    ['a number within the envelope', '{"oslo.version":"2.0","oslo.message":"7"}'],
    ['no method', '{"oslo.version":"2.0","oslo.message":"{}"}'],
    ['17 MiB', 'x'.repeat(17 * 1024 * 1024)],
  ])('%s', async (_, text) => {
    const { client, transport, problems } = await inMemory({ ping: () => 'pong' });
    await transport.publish({ to: { topic: 'test', server: 'host1' }, body: Buffer.from(text) });
    expect(await client.call('ping')).toBe('pong');
    expect(problems).toMatchObject([{ code: 'ERR_OSVIF_RPC_PROTOCOL' }]);
  });

  test('the report of a dropped message does not contain the message', async () => {
    const { client, transport, problems } = await inMemory({ ping: () => 'pong' });
    const body = Buffer.from('{"oslo.version":"2.0","oslo.message":"{ token: secret"}');
    await transport.publish({ to: { topic: 'test', server: 'host1' }, body });
    await client.call('ping');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).not.toContain('secret');
  });
});

describe('arguments of another form are answered with an error:', () => {
  test.each([
    ['an array', []],
    ['a number', 7],
    ['values that are nested too deep', { deep: JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) }],
    ['an object of an unknown class', { vif: { 'versioned_object.name': 'VIFUnknown' } }],
  ])('%s', async (_, args) => {
    const { transport, client } = await inMemory({ ping: () => 'pong' });
    const failure = failureOf(await rawCall(transport, { method: 'ping', args }));
    expect(failure.class).toMatch(/Error$/);
    expect(await client.call('ping')).toBe('pong');
  });

  test('a property __proto__ stays a property', async () => {
    const { transport } = await inMemory({ admin: (args) => [Object.keys(args), 'isAdmin' in args] });
    const args = JSON.parse('{"__proto__": {"isAdmin": true}}');
    const { result } = await rawCall(transport, { method: 'admin', args });
    expect(result).toEqual([['__proto__'], false]);
  });
});

describe('a message that comes twice', () => {
  test('runs once, and both get the first result', async () => {
    let ran = 0;
    const { client } = await inMemory({ count: () => ++ran });
    const calls = [1, 2].map(() => client.call('count', {}, { uniqueId: 'same' }));
    expect(await Promise.all(calls)).toEqual([1, 1]);
    expect(await client.call('count', {}, { uniqueId: 'same' })).toBe(1);
    expect(await client.call('count')).toBe(2);
  });

  test('runs again when it was refused at first', async () => {
    const { client } = await inMemory({ ping: () => 'pong' });
    await expect(client.call('ping', {}, { version: '9.0', uniqueId: 'same' })).rejects.toThrow(RemoteError);
    expect(await client.call('ping', {}, { uniqueId: 'same' })).toBe('pong');
  });

  test('runs again after 1,024 other messages', async () => {
    let ran = 0;
    const { client } = await inMemory({ count: () => ++ran });
    expect(await client.call('count', {}, { uniqueId: 'same' })).toBe(1);
    await Promise.all(Array.from({ length: 1_024 }, () => client.call('count')));
    expect(await client.call('count', {}, { uniqueId: 'same' })).toBe(1_026);
  });

  test('gets no result of more than 16 MiB that other results have displaced', async () => {
    const { client } = await inMemory({ large: () => 'x'.repeat(12 * 1024 * 1024) });
    await client.call('large', {}, { uniqueId: 'first' });
    await client.call('large', {}, { uniqueId: 'second' });
    await expect(client.call('large', {}, { uniqueId: 'first', timeout: 50 })).rejects.toThrow('no reply');
    expect(await client.call('large', {}, { uniqueId: 'second' })).toHaveLength(12 * 1024 * 1024);
  });
});

describe('the server', () => {
  test('runs no more than its number of calls at the same time', async () => {
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await aMoment();
      running--;
    };
    const { client } = await inMemory({ work }, { server: { concurrency: 3 } });
    await Promise.all(Array.from({ length: 10 }, () => client.call('work')));
    expect(most).toBe(3);
  });

  test('does not run a message that waited longer than its sender', async () => {
    let ran = 0;
    const latch = new Latch<string>();
    const { client } = await inMemory(
      { wait: () => latch.promise, count: () => ++ran },
      { server: { concurrency: 1 } },
    );
    const first = client.call('wait');
    await expect(client.call('count', {}, { timeout: 30 })).rejects.toThrow('no reply');
    await aMoment();
    latch.open('done');
    expect(await first).toBe('done');
    expect(await client.call('count')).toBe(1);
  });

  test('finishes the calls under way when it is closed, and takes no more', async () => {
    const begun = new Latch();
    const latch = new Latch<string>();
    const wait = () => {
      begun.open();
      return latch.promise;
    };
    const { client, server } = await inMemory({ wait });
    const call = client.call('wait');
    await begun.promise;
    const closing = server.close();
    await expect(client.call('wait')).rejects.toMatchObject({ code: 'ERR_OSVIF_RPC_UNDELIVERABLE' });
    latch.open('done');
    expect(await call).toBe('done');
    await closing;
  });

  test('takes only messages of allowed users', async () => {
    const { client } = await inMemory({ ping: () => 'pong' }, { server: { allowUsers: ['controller'] } });
    await expect(client.call('ping')).rejects.toMatchObject({ remoteClass: 'UserNotAllowed' });
  });

  test('reports the failure of a cast', async () => {
    const fail = () => {
      throw new Error('the disk is full');
    };
    const { client, server, problems } = await inMemory({ fail, ping: () => 'pong' });
    await client.cast('fail');
    await client.call('ping');
    await server.close();
    expect(problems).toMatchObject([{ message: 'the disk is full' }]);
  });

  test('answers with an error in place of a result that JSON cannot express or that is too large', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const { client } = await inMemory({ circle: () => circle, large: () => 'x'.repeat(17 * 1024 * 1024) });
    await expect(client.call('circle')).rejects.toMatchObject({ remoteClass: 'ArgumentError' });
    await expect(client.call('large')).rejects.toMatchObject({ remoteClass: 'RpcProtocolError' });
  });

  test('cannot be opened on a closed transport', async () => {
    const transport = memoryTransport();
    await transport.close();
    const endpoints = [{ methods: { ping: () => 'pong' } }];
    await expect(RpcServer.open({ transport, topic: 'test', server: 'host1', endpoints })).rejects.toThrow(
      TransportClosedError,
    );
  });
});
