/** Servers that attack their client: with depth, with size, and by not reading. */
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { OsVifError } from '../../../src/errors/base.ts';
import { OvsdbConnectionError, OvsdbProtocolError, OvsdbServerError } from '../../../src/errors/ovs.ts';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import { greet, type Message, refuse, reply, SCHEMA, ScriptedServer } from './scripted-server.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function serve(script: Parameters<typeof ScriptedServer.start>[0], timeout = 20_000) {
  const server = await ScriptedServer.start(script);
  const client = new OvsdbClient({ connection: server.connection, timeout });
  undo.push(
    () => server.stop(),
    () => client.close(),
  );
  return { server, client };
}

/** The error that a call fails with. */
async function failureOf(call: Promise<unknown>): Promise<OsVifError> {
  const error = await call.then(
    () => 'no failure',
    (reason: unknown) => reason,
  );
  if (error instanceof OsVifError) return error;
  throw new Error(`expected an OsVifError, found ${String(error)}`);
}

const LEVELS = 500_000;
const deep = `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`;
const deepObject = `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`;

/** Writes a reply whose result is JSON text: JSON.stringify cannot write these values. */
function replyText(socket: Socket, { id }: Message, result: string, error = 'null'): void {
  socket.write(`{"id":${JSON.stringify(id)},"result":${result},"error":${error}}`);
}

const bridge = (column: string, value: string) => `{"Bridge":{"b-1":{"initial":{"name":"b","${column}":${value}}}}}`;

describe('a deeply nested value', () => {
  test.each([
    ['an atom', bridge('datapath_type', deep)],
    ['an atom that is an object', bridge('datapath_type', deepObject)],
    ['an element of a set', bridge('ports', `["set",[${deep}]]`)],
    ['a UUID', bridge('ports', `["uuid",${deep}]`)],
    ['a map', bridge('external_ids', deep)],
    ['a pair of a map', bridge('external_ids', `["map",[${deepObject}]]`)],
    ['a key of a map', bridge('external_ids', `["map",[[${deep},"v"]]]`)],
    ['a value of a map', bridge('external_ids', `["map",[["k",${deep}]]]`)],
    ['a row', `{"Bridge":{"b-1":{"initial":${deep}}}}`],
    ['the update of a row', `{"Bridge":{"b-1":${deep}}}`],
    ['the updates', deep],
  ])('in the first rows fails the call with a protocol error: %s', async (_, result) => {
    const { client } = await serve((message, socket) => {
      if (message.method === 'monitor_cond') replyText(socket, message, result);
      else greet(message, socket);
    });

    expect(await failureOf(client.view())).toBeInstanceOf(OvsdbProtocolError);
  });

  test.each([
    ['insert', `{"Bridge":{"b-1":{"insert":{"name":${deep}}}}}`],
    ['modify', `{"Open_vSwitch":{"o-1":{"modify":{"bridges":${deep}}}}}`],
  ])('in an update closes the connection, and the error names the protocol: %s', async (_, updates) => {
    const root = { Open_vSwitch: { 'o-1': { initial: { ovs_version: '3.1' } } } };
    const { client } = await serve((message, socket) => {
      if (message.method === 'monitor_cond') reply(socket, message, root);
      else if (message.method !== 'transact') greet(message, socket);
      else socket.write(`{"method":"update2","params":["os-vif",${updates}],"id":null}`);
    });

    const error = await failureOf(client.transact([]));

    expect(error).toBeInstanceOf(OvsdbConnectionError);
    expect(error.cause).toBeInstanceOf(OvsdbProtocolError);
    expect(error.message).toContain('is no OVSDB');
  });

  test.each([
    ['the error of a reply', (socket: Socket, message: Message) => replyText(socket, message, 'null', deep)],
    [
      'the word of an error',
      (socket: Socket, message: Message) => replyText(socket, message, 'null', `{"error":${deepObject}}`),
    ],
    [
      'the error of an operation',
      (socket: Socket, message: Message) => replyText(socket, message, `[{"error":${deep},"details":${deep}}]`),
    ],
  ])('in an error is cut: %s', async (_, answer) => {
    const { client } = await serve((message, socket) => {
      if (!greet(message, socket)) answer(socket, message);
    });

    const error = await failureOf(client.transact([]));

    expect(error).toBeInstanceOf(OvsdbServerError);
    expect(error.message.length).toBeLessThan(200);
  });

  test.each([
    ['params', `{"method":"echo","params":${'['.repeat(30_000)}${']'.repeat(30_000)},"id":1}`],
    ['id', `{"method":"echo","params":[],"id":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ])('in the %s of an echo closes the connection', async (_, echo) => {
    const { client } = await serve((message, socket) => {
      if (!greet(message, socket)) socket.write(echo);
    });

    const error = await failureOf(client.transact([]));

    expect(error).toBeInstanceOf(OvsdbConnectionError);
    expect(error.cause).toBeInstanceOf(OvsdbProtocolError);
    expect(error.message).toContain('nested too deeply');
  });
});

describe('size', () => {
  test('an echo of 1 MB is refused, and the error tells its size and the limit', async () => {
    const { client, server } = await serve((message, socket) => {
      if (!greet(message, socket))
        socket.write(JSON.stringify({ method: 'echo', params: ['x'.repeat(1_000_000)], id: 'echo' }));
    });

    const error = await failureOf(client.transact([]));

    expect(error.message).toMatch(/an echo request of 10000\d\d characters, the limit is 65536/);
    expect(server.connections).toBe(1);
  });

  test('a message of more than 64 MiB is refused before its end', async () => {
    const { client } = await serve((message, socket) => {
      if (greet(message, socket)) return;
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const more = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.write('{"id":');
      socket.on('drain', more);
      more();
    });

    const error = await failureOf(client.transact([]));

    expect(error.message).toContain(`a message is longer than ${64 * 1024 * 1024} bytes`);
  });

  const long = 'x'.repeat(4_000_000);

  test.each<[string, (message: Message, socket: Socket) => void]>([
    ['an error that is a string', (message, socket) => refuse(socket, message, long)],
    ['an error object', (message, socket) => refuse(socket, message, { error: long, details: long })],
    ['the error of an operation', (message, socket) => reply(socket, message, [{ error: long, details: long }])],
    ['an error that is an array', (message, socket) => refuse(socket, message, [long, long])],
    ['no JSON', (_, socket) => socket.write(`{"id":${long}}`)],
    [
      'the UUID of a row',
      (_, socket) =>
        socket.write(
          JSON.stringify({ method: 'update2', params: ['os-vif', { Port: { [long]: { modify: {} } } }], id: null }),
        ),
    ],
    [
      'the value of a column',
      (_, socket) =>
        socket.write(
          JSON.stringify({
            method: 'update2',
            params: ['os-vif', { Port: { p: { insert: { name: { [long]: long } } } } }],
            id: null,
          }),
        ),
    ],
  ])('a message for people has at most 16 kB, with 4 MB in %s', async (_, answer) => {
    const { client } = await serve((message, socket) => {
      if (!greet(message, socket)) answer(message, socket);
    });

    const error = await failureOf(client.transact([{ op: 'delete', table: 'Port', where: [] }]));

    expect(error.message.length).toBeLessThan(16_000);
    if (error instanceof OvsdbServerError) expect(error.error.length + error.details.length).toBeLessThan(16_000);
  });
});

describe('a server that does not read', () => {
  /** Sends this much at most; the client must be gone before. */
  const PLENTY = 200 * 1024 * 1024;

  test('and floods its client with echo requests is disconnected, and the error says so', async () => {
    const { client, server } = await serve((message, socket) => {
      if (greet(message, socket)) return;
      socket.pause();
      const echo = JSON.stringify({ method: 'echo', params: ['x'.repeat(50_000)], id: 'echo' });
      let sent = 0;
      const more = () => {
        while (!socket.destroyed && sent < PLENTY) {
          sent += echo.length;
          if (!socket.write(echo)) return;
        }
      };
      socket.on('drain', more);
      more();
    });

    const error = await failureOf(client.transact([]));

    expect(error).toBeInstanceOf(OvsdbConnectionError);
    expect(error.message).toMatch(/the server does not read: 1[67]\d{6} bytes wait for it, the limit is 16777216/);
    expect(server.connections).toBe(1);
  });

  test('is disconnected when the requests of its client are not read', async () => {
    const { client } = await serve((message, socket) => {
      if (!greet(message, socket)) socket.pause();
    });
    await client.view();
    const where = [['name', '==', 'x'.repeat(1_000_000)]] as const;

    const calls = Array.from({ length: 30 }, () =>
      failureOf(client.transact([{ op: 'delete', table: 'Port', where }])),
    );

    for (const error of await Promise.all(calls)) expect(error.message).toContain('the server does not read');
  });
});

test.each([
  ['many numbers in a set', 'Port', 'trunks', ['set', [1, 4096]]],
  ['a fraction in a set', 'Port', 'trunks', 1.5],
  ['a number as a key', 'Port', 'external_ids', ['map', [[7, 'x']]]],
  ['two values in a column of one', 'Interface', 'ofport', ['set', [1, 2]]],
])('numbers that a Set could take long for are refused: %s', async (_, table, column, value) => {
  const { client } = await serve((message, socket) => {
    const rows = { [table]: { 'row-1': { initial: { name: 'p', [column]: value } } } };
    if (message.method === 'monitor_cond') reply(socket, message, rows);
    else greet(message, socket);
  });

  await expect(client.view()).rejects.toThrow(OvsdbProtocolError);
});

test('a server that sends a schema nested deeply is refused for what its schema lacks', async () => {
  const { client } = await serve((message, socket) => {
    if (message.method === 'get_schema') replyText(socket, message, `{"tables":${deep}}`);
    else greet(message, socket);
  });

  await expect(client.view()).rejects.toThrow(OvsdbProtocolError);
  expect(SCHEMA.tables).toHaveProperty('Port');
});
