import { describe, expect, test } from 'vitest';
import {
  HostInfo,
  Network,
  VIFBridge,
  VIFGeneric,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
} from '../../../src/entries/index.ts';
import {
  objectBackportVersions,
  RemoteError,
  RpcClient,
  type RpcEndpoint,
} from '../../../src/entries/oslo-messaging.ts';
import { newTopic, serverWith, transportFor } from './on-broker.ts';
import { PYTHON_UNAVAILABLE, pythonClient, pythonServer } from './python.ts';

const ID = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const network = new Network({ id: 'b82c1929-051e-481d-8110-4669916c7915', mtu: 1450 });
const bridge = new VIFBridge({ id: ID, vifName: 'tap0', bridgeName: 'br0', network, plugin: 'linux_bridge' });
const LONG = 90_000;

/** A place on the bus that no other test uses, and a transport there. */
async function onBus(queues: 'transient' | 'quorum', server: string) {
  const topic = newTopic();
  const exchange = `exchange-${topic}`;
  const { transport } = await transportFor({ queues, exchange });
  const flags = queues === 'quorum' ? ['quorum'] : [];
  return { transport, place: { exchange, topic, server }, flags };
}

/** A client of this library, and a server of Python. */
async function toPython(queues: 'transient' | 'quorum', ...more: readonly string[]) {
  const { transport, place, flags } = await onBus(queues, 'python');
  await pythonServer(place, ...flags, ...more);
  const client = new RpcClient({ transport, topic: place.topic, server: 'python', timeout: 20_000 });
  return { transport, place, client };
}

/** A client of Python, and a server of this library. */
async function fromPython(queues: 'transient' | 'quorum', methods: RpcEndpoint['methods']) {
  const { transport, place, flags } = await onBus(queues, 'node');
  await serverWith(methods, { transport, topic: place.topic, server: 'node' });
  return pythonClient(place, ...flags);
}

describe.skipIf(PYTHON_UNAVAILABLE)('a server of Python', () => {
  test.each(['transient', 'quorum'] as const)(
    'returns objects that are equal to those that it got, at any depth, over %s queues',
    async (queues) => {
      const { client } = await toPython(queues);
      const value = { list: [bridge, { vif: bridge }], text: 'é', none: null, number: 1.5 };
      const result = await client.call('echo', { value });
      const same = expect.any(VIFBridge);
      expect(result).toEqual({ list: [same, { vif: same }], text: 'é', none: null, number: 1.5 });
      const [first, second] = (result as { list: [unknown, { vif: unknown }] }).list;
      expect([bridge.equals(first), bridge.equals(second.vif)]).toEqual([true, true]);
    },
    LONG,
  );

  test(
    'gets the context, and its version and its methods are checked',
    async () => {
      const { client } = await toPython('transient');
      const context = { request_id: 'req-1', user: { id: 7 } };
      expect(await client.call('context_of', {}, { context })).toMatchObject(context);
      expect(await client.call('echo', { value: 1 }, { version: '1.1' })).toBe(1);
      const refused = (remoteClass: string) => ({ code: 'ERR_OSVIF_RPC_REMOTE', remoteClass });
      await expect(client.call('echo', {}, { version: '1.2' })).rejects.toMatchObject(refused('UnsupportedVersion'));
      await expect(client.call('nothing')).rejects.toMatchObject(refused('NoSuchMethod'));
    },
    LONG,
  );

  test(
    'fails with an exception that the client gets with its facts, and makes an error of if it wants to',
    async () => {
      const { client, transport, place } = await toPython('transient');
      const error = await client.call('fail', { vif: bridge }).catch((thrown: unknown) => thrown);
      if (!(error instanceof RemoteError)) throw error;
      const { remoteClass, module, message, kwargs, traceback } = error;
      expect({ remoteClass, module, kwargs }).toEqual({
        remoteClass: 'PlugException',
        module: 'os_vif.exception',
        kwargs: expect.objectContaining({ vif: ID, err: 'no such bridge' }),
      });
      expect(message).toContain('no such bridge');
      expect(traceback.join('')).toContain('in fail');
      class PlugFailure extends Error {}
      const remoteErrors = { 'os_vif.exception': { PlugException: () => new PlugFailure() } };
      const other = new RpcClient({ transport, topic: place.topic, server: 'python', remoteErrors });
      await expect(other.call('fail', { vif: bridge })).rejects.toThrow(PlugFailure);
    },
    LONG,
  );

  test(
    'reports to a monitored call while the method runs',
    async () => {
      const { client } = await toPython('transient');
      expect(await client.call('slow', { seconds: 5 }, { monitor: 3_000 })).toBe('done');
    },
    LONG,
  );

  test(
    'that does not support the version of an object gets the newest that it supports',
    async () => {
      const { client } = await toPython('transient');
      const portProfile = new VIFPortProfileOpenVSwitch({ interfaceId: ID, datapathType: 'netdev', createPort: true });
      const vif = new VIFOpenVSwitch({ id: ID, network, portProfile });
      for (let i = 0; i < 2; i++)
        expect(await client.call('profile_of', { vif })).toEqual([
          'VIFOpenVSwitch',
          '1.3',
          ['create_port', 'datapath_type', 'interface_id'],
        ]);
    },
    LONG,
  );

  test(
    'asks a conductor of this library to backport an object',
    async () => {
      const { client, transport, place } = await toPython('transient', 'conductor');
      await serverWith(
        { object_backport_versions: objectBackportVersions },
        { transport, topic: place.topic, server: 'conductor', shared: false },
      );
      const portProfile = new VIFPortProfileOpenVSwitch({ interfaceId: ID, datapathType: 'netdev' });
      const vif = new VIFOpenVSwitch({ id: ID, network, portProfile });
      expect(await client.call('profile_of', { vif })).toEqual([
        'VIFOpenVSwitch',
        expect.stringMatching(/^1\.[1-3]$/),
        ['datapath_type', 'interface_id'],
      ]);
    },
    LONG,
  );
});

describe.skipIf(PYTHON_UNAVAILABLE)('a client of Python', () => {
  test.each(['transient', 'quorum'] as const)(
    'calls a server of this library with objects over %s queues, and gets objects',
    async (queues) => {
      const got: unknown[] = [];
      const call = await fromPython(queues, {
        echo: ({ value }) => {
          got.push(value);
          return value;
        },
        info: () => [new HostInfo({ pluginInfo: [] }), null],
      });
      expect(await call({ method: 'oslo_rpc_server_ping', args: {} })).toMatchObject({ result: 'pong' });
      const vif = new VIFGeneric({ id: ID, vifName: 'tap0', network });
      expect(await call({ method: 'echo', args: { value: vif } })).toMatchObject({ classes: 'VIFGeneric' });
      expect(vif.equals(got[0])).toBe(true);
      expect(await call({ method: 'info', args: {} })).toMatchObject({ classes: ['HostInfo', 'NoneType'] });
    },
    LONG,
  );

  test(
    'gets exceptions of its allowed modules, and RemoteError for others',
    async () => {
      const call = await fromPython('transient', {
        plug: () => {
          const kwargs = { vif: ID, err: 'taken' };
          const message = 'Failed to plug VIF: taken';
          throw new RemoteError({
            remoteClass: 'PlugException',
            module: 'os_vif.exception',
            message,
            args: [],
            kwargs,
          });
        },
        crash: () => {
          throw new TypeError('oops');
        },
      });
      const plug = await call({ method: 'plug', args: {} });
      expect(plug.bases).toContain('os_vif.exception.PlugException');
      expect(plug.error).toContain('taken');
      const crash = await call({ method: 'crash', args: {} });
      expect(crash.bases).toContain('oslo_messaging.rpc.client.RemoteError');
      expect(crash.error).toContain('TypeError oops');
      const missing = await call({ method: 'missing', args: {} });
      expect(missing.error).toContain('NoSuchMethod');
      const newer = await call({ method: 'plug', args: {}, prepare: { version: '2.0' } });
      expect(newer.error).toContain('UnsupportedVersion');
    },
    LONG,
  );

  test(
    'with an object of an unknown version gets IncompatibleObjectVersion with the supported version',
    async () => {
      const { transport, place } = await onBus('transient', 'node');
      await serverWith({ echo: ({ value }) => value }, { transport, topic: place.topic, server: 'node' });
      const client = new RpcClient({ transport, topic: place.topic, server: 'node' });
      const primitive = { ...bridge.toPrimitive(), 'versioned_object.version': '1.99' };
      await expect(client.call('echo', { value: primitive })).rejects.toMatchObject({
        remoteClass: 'IncompatibleObjectVersion',
        module: 'oslo_versionedobjects.exception',
        kwargs: { objname: 'VIFBridge', objver: '1.99', supported: VIFBridge.version },
      });
    },
    LONG,
  );

  test(
    'gets reports of a monitored call, and its casts and fanouts arrive',
    async () => {
      const seen: unknown[] = [];
      const call = await fromPython('transient', {
        slow: () => new Promise((resolve) => setTimeout(resolve, 5_000, 'done')),
        note: ({ what }, { context }) => void seen.push([what, context.request_id]),
        seen: () => seen,
      });
      const monitored = { timeout: 20, call_monitor_timeout: 3 };
      expect(await call({ method: 'slow', args: {}, prepare: monitored })).toMatchObject({ result: 'done' });
      const context = { request_id: 'req-1' };
      await call({ verb: 'cast', method: 'note', args: { what: 'cast' }, context });
      await call({ verb: 'cast', method: 'note', args: { what: 'fanout' }, context, prepare: { fanout: true } });
      const all = [
        ['cast', 'req-1'],
        ['fanout', 'req-1'],
      ];
      for (let i = 0; i < 200 && seen.length < 2; i++) await call({ method: 'oslo_rpc_server_ping', args: {} });
      expect([...seen].sort()).toEqual(all);
    },
    LONG,
  );
});
