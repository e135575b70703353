/** A server that dies and comes back, with its old file or with a new one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OvsdbConnectionError, OvsdbTimeoutError } from '../../../src/errors/ovs.ts';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import type { OvsdbEdit, OvsdbView } from '../../../src/host-contract/ovsdb.ts';
import { OvsdbServer, ovsIsMissing } from './ovsdb-server.ts';
import { ScriptedServer } from './scripted-server.ts';

const missing = ovsIsMissing();

/** A desired state: a bridge with a port whose interface has an owner. */
function wantTap(view: OvsdbView): OvsdbEdit[] {
  const edits: OvsdbEdit[] = [];
  if (!view.bridge('br-int')) edits.push({ edit: 'add-bridge', name: 'br-int' });
  if (!view.port('tap1'))
    edits.push({ edit: 'add-port', bridge: 'br-int', name: 'tap1', interface: { externalIds: { owner: 'us' } } });
  return edits;
}

describe('a server that is killed and started again', () => {
  let server: OvsdbServer;
  let client: OvsdbClient;
  const undo: (() => Promise<void>)[] = [];

  beforeEach(async (context) => {
    if (missing) return context.skip(missing);
    server = await OvsdbServer.start();
    client = new OvsdbClient({ connection: server.connection, timeout: 10_000 });
  });

  afterEach(async () => {
    await client?.close();
    for (const step of undo.splice(0).reverse()) await step();
    await server?.stop();
  });

  async function inFront(hooks: Parameters<typeof ScriptedServer.inFrontOf>[1]): Promise<OvsdbClient> {
    const proxy = await ScriptedServer.inFrontOf(server.socket, hooks);
    const proxied = new OvsdbClient({ connection: proxy.connection, timeout: 10_000 });
    undo.push(
      () => proxy.stop(),
      () => proxied.close(),
    );
    return proxied;
  }

  test('with its old file shows what others did in the meantime', async () => {
    await client.change(wantTap);
    await server.kill();
    await server.start();
    server.vsctl('add-port', 'br-int', 'other');

    const view = await client.view();

    expect([...view.ports('br-int')].map(({ name }) => name).sort()).toEqual(['br-int', 'other', 'tap1']);
    expect(await client.change(wantTap)).toEqual([]);
  });

  test('ends a wait for changes, because changes may have been lost', async () => {
    await client.change(wantTap);
    const { cursor } = await client.changes();
    const waiting = client.changes(cursor);
    await server.kill();
    await server.start();
    const changes = await waiting;
    expect(changes).toMatchObject({ names: [], complete: false });
    const next = client.changes(changes.cursor);
    server.vsctl('add-port', 'br-int', 'other');
    expect(await next).toMatchObject({ names: expect.arrayContaining(['other']), complete: true });
  });

  test('with a new file shows nothing of the old one, and takes the same change again', async () => {
    await client.change(wantTap);
    await server.kill();
    server.createDatabase();
    await server.start();

    expect((await client.view()).bridge('br-int')).toBeUndefined();
    expect(await client.change(wantTap)).toHaveLength(2);
    expect(server.vsctl('list-ports', 'br-int')).toBe('tap1');
  });

  test.each(['the old file', 'a new file'])(
    'in the middle of a change, and comes back with %s: the change is done once',
    async (file) => {
      await client.view();
      server.signal('SIGSTOP');
      const change = client.change(wantTap);
      await sleep(50);
      await server.kill();
      if (file === 'a new file') server.createDatabase();
      await server.start();

      expect(await change).toHaveLength(2);
      expect(server.vsctl('list-ports', 'br-int')).toBe('tap1');
      expect(
        server.vsctl('--format=csv', '--no-headings', '--columns=name', 'list', 'Interface').split('\n').sort(),
      ).toEqual(['br-int', 'tap1']);
    },
  );

  test('while a wait is in progress: the wait goes on with the new rows', async () => {
    const seen = client.waitFor('a tap', (view) => view.port('tap1'));
    await client.view();
    await server.kill();
    await server.start();
    server.vsctl('add-br', 'br-int', '--', 'add-port', 'br-int', 'tap1');

    expect(await seen).toMatchObject({ bridge: 'br-int' });
  });

  test('for good: a call fails at its deadline with the reason', async () => {
    await client.view();
    await server.kill();

    const failing = client.view({ timeout: 300 });

    await expect(failing).rejects.toThrow(OvsdbTimeoutError);
    await expect(failing).rejects.toThrow(/ECONNREFUSED.* did not end within 300 ms/);
  });

  test('a change whose connection breaks before the server has it is sent again', async () => {
    let isCut = false;
    const proxied = await inFront({
      onClient: ({ method }, socket) => {
        if (method !== 'transact' || isCut) return true;
        isCut = true;
        socket.destroy();
        return false;
      },
    });

    expect(await proxied.change(wantTap)).toHaveLength(2);
    expect(isCut).toBe(true);
    expect(server.vsctl('list-ports', 'br-int')).toBe('tap1');
  });

  test('a change whose connection breaks after it was done and before the reply is found done, and told as done', async () => {
    let transacts = 0;
    const proxied = await inFront({
      onClient: ({ method }) => {
        if (method === 'transact') transacts++;
        return true;
      },
      onServer: ({ result }, socket) => {
        if (transacts !== 1 || !Array.isArray(result) || result.length === 0) return true;
        socket.destroy();
        return false;
      },
    });

    expect(await proxied.change(wantTap)).toHaveLength(2);
    expect(transacts).toBe(1);
    expect(server.vsctl('list-ports', 'br-int')).toBe('tap1');
  });

  test('a bare transaction in flight fails and is not sent again', async () => {
    await client.view();
    server.signal('SIGSTOP');
    const transaction = client.transact([{ op: 'insert', table: 'QoS', row: { type: 'linux-noop' } }]);
    const failed = expect(transaction).rejects.toThrow(OvsdbConnectionError);
    await sleep(50);
    await server.kill();
    await server.start();

    await failed;
    expect([...(await client.view()).allQos()]).toEqual([]);
  });
});

describe('a server that was never there', () => {
  test('fails calls after the time that a restart takes, although no deadline ends them', async () => {
    const client = new OvsdbClient({ connection: 'unix:/nonexistent/db.sock', timeout: 0 });

    const failing = client.view();

    await expect(failing).rejects.toThrow(OvsdbConnectionError);
    await expect(failing).rejects.toThrow('unix:/nonexistent/db.sock: cannot connect: connect ENOENT');
    // A later call makes one attempt, so its deadline does not end it.
    await expect(client.view({ timeout: 500 })).rejects.toThrow(OvsdbConnectionError);
  });

  test.skipIf(missing)('is reached when it comes up a moment later', async () => {
    const server = await OvsdbServer.start();
    await server.kill();
    const client = new OvsdbClient({ connection: server.connection, timeout: 10_000 });
    const view = client.view();
    await sleep(200);
    await server.start();

    expect([...(await view).bridges()]).toEqual([]);
    await client.close();
    await server.stop();
  });
});
