import { describe, expect, onTestFinished, test } from 'vitest';
import { InstanceInfo, Network, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '../../src/entries/index.ts';
import {
  memoryTransport,
  NegotiationLossError,
  objectBackportVersions,
  objectClassVersions,
  RemoteError,
  RpcClient,
  type RpcClientOptions,
  RpcTimeoutError,
  type RpcTransport,
  TransportClosedError,
  UndeliverableError,
} from '../../src/entries/oslo-messaging.ts';
import { contentsOf, inMemory } from './in-memory.ts';

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';

/** A client and the messages that it sends to a peer, which answers each with a reply. */
async function withPeer(
  reply: (message: Readonly<Record<string, unknown>>) => object | undefined,
  options: Partial<RpcClientOptions> = {},
) {
  const transport = memoryTransport();
  onTestFinished(() => transport.close());
  const sent: Readonly<Record<string, unknown>>[] = [];
  const take = async ({ body }: { body: Uint8Array }) => {
    const message = contentsOf(body);
    sent.push(message);
    const answer = reply(message);
    if (answer !== undefined) await send(transport, String(message._reply_q), { ...answer, _msg_id: message._msg_id });
  };
  await transport.subscribe({ topic: 'peer', server: 'host1' }, (delivery) => void take(delivery), { prefetch: 1 });
  return { sent, client: new RpcClient({ transport, topic: 'peer', server: 'host1', ...options }) };
}

async function send(transport: RpcTransport, replies: string, reply: object): Promise<void> {
  const text = JSON.stringify({ result: null, failure: null, ending: true, ...reply });
  const body = Buffer.from(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': text }));
  await transport.publish({ to: { replies }, body });
}

test('a message has the fields of oslo.messaging', async () => {
  const { client, sent } = await withPeer(() => ({ result: 7 }), { context: { request_id: 'req-1' } });
  expect(await client.call('plug', { a: 1 }, { version: '1.1', namespace: 'n', monitor: 2_500 })).toBe(7);
  expect(sent).toEqual([
    {
      method: 'plug',
      args: { a: 1 },
      version: '1.1',
      namespace: 'n',
      _context_request_id: 'req-1',
      _msg_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      _reply_q: expect.stringMatching(/^reply_[0-9a-f]{32}$/),
      _timeout: 2,
      _unique_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    },
  ]);
});

describe('a call fails', () => {
  test('with UndeliverableError when there is no server', async () => {
    const { client } = await inMemory({ ping: () => 'pong' });
    await expect(client.call('ping', {}, { server: 'nobody' })).rejects.toThrow(UndeliverableError);
  });

  test('with RpcTimeoutError when no reply comes, and ignores a late one', async () => {
    const { client } = await withPeer(({ method }) => (method === 'ping' ? { result: 'pong' } : undefined));
    const call = client.call('lost', {}, { timeout: 20 });
    await expect(call).rejects.toThrow(RpcTimeoutError);
    await expect(call).rejects.toMatchObject({ method: 'lost', uniqueId: expect.any(String) });
    expect(await client.call('ping')).toBe('pong');
  });

  test('with the reason of its signal, also when it was aborted before', async () => {
    const { client, sent } = await withPeer(() => undefined);
    const reason = new Error('enough');
    await expect(client.call('ping', {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(sent).toEqual([]);
  });

  test('when the transport is closed', async () => {
    const { client, transport } = await inMemory({ hang: () => new Promise(() => {}) });
    const call = client.call('hang');
    setImmediate(() => void transport.close());
    await expect(call).rejects.toThrow(TransportClosedError);
    await expect(client.call('hang')).rejects.toThrow(TransportClosedError);
  });

  test('with a RemoteError that survives a failure of another form', async () => {
    const { client } = await withPeer(() => ({ failure: '["nonsense"]' }));
    await expect(client.call('ping')).rejects.toMatchObject({ code: 'ERR_OSVIF_RPC_REMOTE', remoteClass: 'Exception' });
  });

  test('with an error of remoteErrors, for its module and class alone', async () => {
    class PlugFailure extends Error {}
    const remoteErrors = {
      'os_vif.exception': { PlugException: (error: RemoteError) => new PlugFailure(error.message) },
    };
    const failure = (remoteClass: string, module: string) => () => {
      throw new RemoteError({ remoteClass, module, message: 'taken' });
    };
    const { client } = await inMemory(
      {
        known: failure('PlugException', 'os_vif.exception'),
        otherClass: failure('constructor', 'os_vif.exception'),
        otherModule: failure('PlugException', 'os'),
      },
      { client: { remoteErrors } },
    );
    await expect(client.call('known')).rejects.toThrow(PlugFailure);
    for (const method of ['otherClass', 'otherModule']) await expect(client.call(method)).rejects.toThrow(RemoteError);
  });
});

test('a message that is too large, or that JSON cannot express, is not sent', async () => {
  const { client, sent } = await withPeer(() => ({ result: 1 }));
  await expect(client.call('x', { text: 'x'.repeat(17 * 1024 * 1024) })).rejects.toMatchObject({
    code: 'ERR_OSVIF_RPC_PROTOCOL',
  });
  await expect(client.call('x', { number: 1n })).rejects.toMatchObject({ code: 'ERR_OSVIF_ARGUMENT' });
  expect(sent).toEqual([]);
});

describe('a server that supports older versions', () => {
  const vif = new VIFOpenVSwitch({
    id: ID,
    network: new Network({ mtu: 1450 }),
    portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: ID, createPort: true }),
  });

  /** A server that refuses port profiles of a newer version than the given one. */
  const refusing = (supported: string) => (message: Readonly<Record<string, unknown>>) => {
    const { args } = JSON.parse(JSON.stringify(message));
    const found = args.list[0].vif['versioned_object.data'].port_profile['versioned_object.version'];
    if (found === supported) return { result: found };
    const kwargs = { objname: 'VIFPortProfileOpenVSwitch', objver: found, supported, code: 500 };
    return { failure: JSON.stringify({ class: 'IncompatibleObjectVersion', module: 'x', message: 'no', kwargs }) };
  };
  const args = { list: [{ vif, instance_info: new InstanceInfo({ name: 'guest' }) }] };

  test('gets the object again in its version, and from then on at once', async () => {
    const { client, sent } = await withPeer(refusing('1.3'));
    expect(await client.call('plug', args)).toBe('1.3');
    expect(await client.call('plug', args)).toBe('1.3');
    expect(sent).toHaveLength(3);
  });

  test('gets no object that would lose set fields', async () => {
    const { client, sent } = await withPeer(refusing('1.0'));
    await expect(client.call('plug', args)).rejects.toThrow(NegotiationLossError);
    expect(sent).toHaveLength(1);
  });

  test('gets an object without some fields if the caller agrees', async () => {
    const dropped: string[] = [];
    const onLoss: RpcClientOptions['onLoss'] = (fields) => void dropped.push(...fields.map(({ path }) => path));
    const { client } = await withPeer(refusing('1.0'), { onLoss });
    expect(await client.call('plug', args)).toBe('1.0');
    expect(dropped).toEqual(['port_profile.create_port']);
  });

  test('ends the call when it refuses its own version', async () => {
    const { client, sent } = await withPeer((message) => {
      void message;
      const kwargs = { objname: 'VIFPortProfileOpenVSwitch', objver: '1.4', supported: '1.3' };
      return { failure: JSON.stringify({ class: 'IncompatibleObjectVersion', module: 'x', message: 'no', kwargs }) };
    });
    await expect(client.call('plug', args)).rejects.toThrow(RemoteError);
    expect(sent).toHaveLength(2);
  });
});

describe('a conductor', () => {
  const vif = new VIFOpenVSwitch({ id: ID, portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: ID }) });
  const versions = { VIFOpenVSwitch: '1.0', VIFPortProfileOpenVSwitch: '1.1' };

  test('backports an object for a service that is too old for it', async () => {
    const { client } = await inMemory({ object_backport_versions: objectBackportVersions });
    const result = await client.call('object_backport_versions', { objinst: vif, object_versions: versions });
    expect(result).toMatchObject({ portProfile: { version: '1.1' } });
  });

  test('refuses other arguments', async () => {
    const { client } = await inMemory({ object_backport_versions: objectBackportVersions });
    for (const args of [{ objinst: 7, object_versions: versions }, { objinst: vif }, {}])
      await expect(client.call('object_backport_versions', args)).rejects.toMatchObject({
        remoteClass: 'ArgumentError',
      });
  });

  test('runs class methods of objects, and backports their results', async () => {
    const get = ([id]: readonly unknown[], { withProfile }: Readonly<Record<string, unknown>>) =>
      withProfile && id === ID ? vif : null;
    const { client } = await inMemory({
      object_class_action_versions: objectClassVersions({ VIFOpenVSwitch: { get_by_id: get } }),
    });
    const call = (objmethod: string, objname = 'VIFOpenVSwitch') =>
      client.call('object_class_action_versions', {
        objname,
        objmethod,
        object_versions: versions,
        args: [ID],
        kwargs: { withProfile: true },
      });
    expect(await call('get_by_id')).toMatchObject({ portProfile: { version: '1.1' } });
    await expect(call('constructor')).rejects.toMatchObject({ remoteClass: 'NoSuchMethod' });
    await expect(call('get_by_id', '__proto__')).rejects.toMatchObject({ remoteClass: 'NoSuchMethod' });
  });
});

test.each([
  [{ topic: 'a.#' }, 'topic'],
  [{ topic: '' }, 'topic'],
  [{ topic: 'x', server: '*' }, 'server'],
  [{ topic: 'x', timeout: 0 }, 'timeout'],
  [{ topic: 'x', monitor: 500 }, 'monitor'],
  [{ topic: 'x', version: '1' }, 'version'],
  [{}, 'topic'],
])('the options %o are refused', (options, name) => {
  const given = { transport: memoryTransport(), ...options } as RpcClientOptions;
  expect(() => new RpcClient(given)).toThrow(`the option ${name}`);
});
