/** Servers that do what a well-behaved ovsdb-server does not. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  OvsdbConnectionError,
  OvsdbProtocolError,
  OvsdbServerError,
  OvsdbTimeoutError,
} from '../../../src/errors/ovs.ts';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { greet, type Message, refuse, reply, SCHEMA, ScriptedServer } from './scripted-server.ts';

const addBridge: OvsdbEdit = { edit: 'add-bridge', name: 'br-int' };

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function serve(script: Parameters<typeof ScriptedServer.start>[0], timeout = 5_000) {
  const server = await ScriptedServer.start(script);
  const client = new OvsdbClient({ connection: server.connection, timeout });
  undo.push(
    () => server.stop(),
    () => client.close(),
  );
  return { server, client };
}

describe('a server that accepts and never answers', () => {
  test.each<[string, (client: OvsdbClient) => Promise<unknown>]>([
    ['view', (client) => client.view({ timeout: 200 })],
    ['change', (client) => client.change(() => [addBridge], { timeout: 200 })],
    ['waitFor', (client) => client.waitFor('a bridge', (view) => view.bridge('br-int'), { timeout: 200 })],
    ['transact', (client) => client.transact([], { timeout: 200 })],
  ])('%s fails at its deadline', async (_, call) => {
    const { client, server } = await serve(() => {});
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const ended = vi.fn();

    const failing = call(client);
    failing.catch(ended);

    while (server.received.length === 0) await setImmediate();
    vi.advanceTimersByTime(199);
    for (let i = 0; i < 20; i++) await setImmediate();
    expect(ended).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    await expect(failing).rejects.toThrow(OvsdbTimeoutError);
    await expect(failing).rejects.toThrow(/the server has not answered.* did not end within 200 ms/);
  });

  test('a call ends with the reason of its signal', async () => {
    const { client } = await serve(() => {});
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    setTimeout(() => controller.abort(reason), 50);

    await expect(client.view({ signal: controller.signal })).rejects.toBe(reason);
  });

  test('a call whose signal is a deadline says what took so long', async () => {
    const { client } = await serve(() => {});

    const failing = client.view({ signal: AbortSignal.timeout(50) });

    await expect(failing).rejects.toThrow(OvsdbTimeoutError);
    await expect(failing).rejects.toThrow('the server has not answered) did not end before the deadline');
  });

  test('a transaction that gets no answer is cancelled at its deadline', async () => {
    const { client, server } = await serve(greet);

    await expect(client.change(() => [addBridge], { timeout: 200 })).rejects.toThrow(OvsdbTimeoutError);

    await expect.poll(() => server.methods()).toContain('cancel');
    const transact = server.received.find(({ method }) => method === 'transact');
    expect(server.received.find(({ method }) => method === 'cancel')?.params).toEqual([transact?.id]);
  });

  test('a call that was given up does not spoil the next one', async () => {
    let isAwake = false;
    const { client } = await serve((message, socket) => isAwake && greet(message, socket));
    await expect(client.view({ timeout: 100 })).rejects.toThrow(OvsdbTimeoutError);

    isAwake = true;

    expect([...(await client.view()).bridges()]).toEqual([]);
  });
});

describe('a connection that is cut', () => {
  test('in the middle of the first rows is made again, and the rows are complete', async () => {
    const rows = { Bridge: { 'b-1': { initial: { name: 'br-int', datapath_type: 'netdev' } } } };
    const { client, server } = await serve((message, socket, self) => {
      if (message.method !== 'monitor_cond') return greet(message, socket);
      if (self.connections > 1) return reply(socket, message, rows);
      socket.end(JSON.stringify({ id: message.id, result: rows, error: null }).slice(0, 60));
    });

    expect((await client.view()).bridge('br-int')).toMatchObject({ datapathType: 'netdev' });
    expect(server.connections).toBe(2);
  });

  test('in the middle of a reply fails a bare transaction, which is not sent again', async () => {
    const { client, server } = await serve((message, socket) => {
      if (!greet(message, socket)) socket.end('{"id":');
    });

    const failing = client.transact([{ op: 'insert', table: 'QoS', row: { type: 'linux-noop' } }]);

    await expect(failing).rejects.toThrow(OvsdbConnectionError);
    await expect(failing).rejects.toThrow('closed the connection in the middle of a message');
    await sleep(200);
    expect(server.methods().filter((method) => method === 'transact')).toHaveLength(1);
  });

  test('again and again is made anew with longer and longer pauses, until the deadline', async () => {
    const { client, server } = await serve((_, socket) => socket.destroy());

    await expect(client.view({ timeout: 1_000 })).rejects.toThrow(/closed.*did not end within 1000 ms/);

    expect(server.connections).toBeGreaterThan(2);
    expect(server.connections).toBeLessThan(20);
  });
});

describe('what a server says', () => {
  test('an echo of the server is answered with what it sent', async () => {
    const { client, server } = await serve((message, socket) => {
      greet(message, socket);
      if (message.method === 'monitor_cond')
        socket.write('{"method":"echo","params":["are","you","there"],"id":"echo"}');
    });

    await client.view();

    await expect
      .poll(() => server.received)
      .toContainEqual({ id: 'echo', result: ['are', 'you', 'there'], error: null });
  });

  test('a permission error comes with its operation and its words, and is not tried again', async () => {
    const { client, server } = await serve((message, socket) => {
      if (greet(message, socket)) return;
      const details = 'RBAC rules for client "c" role "r" prohibit row insertion into table "Bridge".';
      const results = (message.params ?? [])
        .slice(1)
        .map((operation) => (isInsertOf('Bridge', operation) ? { error: 'permission error', details } : {}));
      reply(socket, message, results.slice(0, results.findIndex((result) => 'error' in result) + 1));
    });

    const failing = client.change(() => [addBridge]);

    await expect(failing).rejects.toThrow(OvsdbServerError);
    await expect(failing).rejects.toThrow(
      /operation \d+ \(insert Bridge\): the OVSDB server says: permission error: RBAC rules/,
    );
    expect(server.methods().filter((method) => method === 'transact')).toHaveLength(1);
  });

  test.each([
    ['a string', 'unknown database', 'get_schema: the OVSDB server says: unknown database'],
    [
      'an object',
      { error: 'unknown database', details: 'no such' },
      'get_schema: the OVSDB server says: unknown database: no such',
    ],
  ])('an error that is %s is passed on at once', async (_, error, message) => {
    const { client, server } = await serve((request, socket) => refuse(socket, request, error));

    await expect(client.view()).rejects.toThrow(message);
    expect(server.connections).toBe(1);
  });

  test.each([
    ['no JSON', '{"id":1,}', 'invalid JSON'],
    ['no message', '[1,2]', 'invalid JSON-RPC message'],
    ['no braces', 'HTTP/1.1 400 Bad Request', 'no JSON message starts with'],
  ])('%s ends the call at once', async (_, bytes, message) => {
    const { client, server } = await serve((_message, socket) => socket.write(bytes));

    const failing = client.view();

    await expect(failing).rejects.toThrow(OvsdbConnectionError);
    await expect(failing).rejects.toThrow(message);
    expect(server.connections).toBe(1);
  });

  test('a schema that is not that of an Open vSwitch is refused by name of what is missing', async () => {
    const { Bridge, ...tables } = SCHEMA.tables;
    const { client } = await serve((message, socket) => reply(socket, message, { ...SCHEMA, tables }));

    const failing = client.view();

    await expect(failing).rejects.toThrow(OvsdbProtocolError);
    await expect(failing).rejects.toThrow('the table Bridge has no column name');
    expect(Bridge).toBeDefined();
  });

  test('a server without mtu_request is used without it', async () => {
    const { mtu_request: _, ...columns } = SCHEMA.tables.Interface?.columns ?? {};
    const old = { ...SCHEMA, tables: { ...SCHEMA.tables, Interface: { columns } } };
    const { client, server } = await serve((message, socket) => {
      if (message.method === 'get_schema') reply(socket, message, old);
      else greet(message, socket);
    });

    const view = await client.view();

    expect(view.has('Interface', 'mtu_request')).toBe(false);
    expect(view.has('Interface', 'mtu')).toBe(true);
    const monitor = server.received.find(({ method }) => method === 'monitor_cond');
    expect(JSON.stringify(monitor?.params)).not.toContain('mtu_request');
  });
});

function isInsertOf(table: string, operation: unknown): boolean {
  const { op, table: of } = operation as Message & { op?: string; table?: string };
  return op === 'insert' && of === table;
}
