/** Several writers on one database, and what the server refuses. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OvsdbServerError } from '../../../src/errors/ovs.ts';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import type { OvsdbEdit, OvsdbView } from '../../../src/host-contract/ovsdb.ts';
import { OvsdbServer, ovsIsMissing } from './ovsdb-server.ts';
import { refuse, ScriptedServer } from './scripted-server.ts';

const missing = ovsIsMissing();

describe('several writers', () => {
  let server: OvsdbServer;
  let client: OvsdbClient;
  const undo: (() => Promise<void>)[] = [];

  beforeEach(async (context) => {
    if (missing) return context.skip(missing);
    server = await OvsdbServer.start();
    client = new OvsdbClient({ connection: server.connection, timeout: 20_000 });
  });

  afterEach(async () => {
    await client?.close();
    for (const step of undo.splice(0).reverse()) await step();
    await server?.stop();
  });

  test('a value that another writer sets in between is not overwritten unseen: the decision is made again on it', async () => {
    server.vsctl('add-br', 'br-int', '--', 'add-port', 'br-int', 'tap1', 'tag=1');
    const seen: (number | undefined)[] = [];

    await client.change((view) => {
      const tag = view.port('tap1')?.tag ?? 0;
      seen.push(tag);
      // The event loop stands still here, so the update cannot reach the replica before the transaction is sent.
      if (seen.length === 1) server.vsctl('set', 'port', 'tap1', 'tag=10');
      return [{ edit: 'set-port', name: 'tap1', tag: tag + 1 }];
    });

    expect(seen).toEqual([1, 10]);
    expect(server.vsctl('get', 'port', 'tap1', 'tag')).toBe('11');
  });

  test('a port that got another owner in between is not removed unseen', async () => {
    server.vsctl(
      'add-br',
      'br-int',
      '--',
      'add-port',
      'br-int',
      'tap1',
      '--',
      'set',
      'interface',
      'tap1',
      'external_ids:owner=us',
    );
    let asked = 0;

    const edits = await client.change((view) => {
      if (view.interface('tap1')?.externalIds.owner !== 'us') return [];
      if (++asked === 1) server.vsctl('set', 'interface', 'tap1', 'external_ids:owner=them');
      return [{ edit: 'remove-port', name: 'tap1' }];
    });

    expect(edits).toEqual([]);
    expect(server.vsctl('list-ports', 'br-int')).toBe('tap1');
  });

  test('a name that another writer takes in between is seen: the decision is made again, and there is one such port', async () => {
    server.vsctl('add-br', 'br-int');
    let asked = 0;

    const edits = await client.change((view) => {
      if (view.port('tap1')) return [];
      if (++asked === 1) server.vsctl('add-port', 'br-int', 'tap1', 'tag=7');
      return [{ edit: 'add-port', bridge: 'br-int', name: 'tap1', tag: 1 }];
    });

    expect([edits, asked]).toEqual([[], 1]);
    expect(server.vsctl('get', 'port', 'tap1', 'tag')).toBe('7');
  });

  test('a bridge that goes away in between does not swallow a port: the change fails and says so', async () => {
    server.vsctl('add-br', 'br-int');
    let asked = 0;

    const failing = client.change(() => {
      if (++asked === 1) server.vsctl('del-br', 'br-int');
      return [{ edit: 'add-port', bridge: 'br-int', name: 'tap1' }];
    });

    await expect(failing).rejects.toThrow('there is no bridge br-int');
    expect(asked).toBeGreaterThan(1);
  });

  test('"nothing to do" is said only of the newest rows', async () => {
    server.vsctl('add-br', 'br-int', '--', 'add-port', 'br-int', 'tap1');
    await client.view();
    server.vsctl('del-port', 'tap1');

    const edits = await client.change((view) =>
      view.port('tap1') ? [] : [{ edit: 'add-port', bridge: 'br-int', name: 'tap1' }],
    );

    expect(edits).toHaveLength(1);
    expect(server.vsctl('list-ports', 'br-int')).toBe('tap1');
  });

  test('a view shows what was committed before it was asked for', async () => {
    await client.view();
    server.vsctl('add-br', 'br-int');

    expect((await client.view()).bridge('br-int')).toBeDefined();
  });

  test('a bridge that two clients want at once is made once, and both are content', async () => {
    const other = new OvsdbClient({ connection: server.connection });
    undo.push(() => other.close());
    const wantBridge = (view: OvsdbView): OvsdbEdit[] =>
      view.bridge('br-int') ? [] : [{ edit: 'add-bridge', name: 'br-int' }];
    await Promise.all([client.view(), other.view()]);

    const made = await Promise.all([client.change(wantBridge), other.change(wantBridge)]);

    expect(made.flat()).toHaveLength(1);
    expect(server.vsctl('list-br')).toBe('br-int');
  });

  test('300 changes at once beside a writer that adds and removes: no port is lost, none is doubled', async () => {
    server.vsctl('add-br', 'br-int');
    let isOver = false;
    const noise = (async () => {
      const other = new OvsdbClient({ connection: server.connection });
      for (let i = 0; !isOver; i++) {
        await other.change(() => [{ edit: 'add-port', bridge: 'br-int', name: `noise${i}` }]);
        if (i > 0) await other.change(() => [{ edit: 'remove-port', name: `noise${i - 1}` }]);
      }
      await other.close();
    })();

    const ours = Array.from({ length: 300 }, (_, i) => `tap${i}`);
    await Promise.all(
      ours.map((name) =>
        client.change((view) => (view.port(name) ? [] : [{ edit: 'add-port', bridge: 'br-int', name }])),
      ),
    );
    isOver = true;
    await noise;

    const ports = server
      .vsctl('list-ports', 'br-int')
      .split('\n')
      .filter((name) => name.startsWith('tap'));
    expect(ports.sort()).toEqual([...ours].sort());
    await Promise.all(
      ours.map((name) => client.change((view) => (view.port(name) ? [{ edit: 'remove-port', name }] : []))),
    );
    expect(
      server
        .vsctl('list-ports', 'br-int')
        .split('\n')
        .filter((name) => name.startsWith('tap')),
    ).toEqual([]);
  });

  test('the rows are kept up by the updates of a server without monitor_cond too', async () => {
    const proxy = await ScriptedServer.inFrontOf(server.socket, {
      onClient: (message, socket) => {
        if (message.method !== 'monitor_cond') return true;
        refuse(socket, message, { error: 'unknown method', details: null });
        return false;
      },
    });
    const old = new OvsdbClient({ connection: proxy.connection, timeout: 5_000 });
    undo.push(
      () => proxy.stop(),
      () => old.close(),
    );
    server.vsctl('add-br', 'br-a', '--', 'add-br', 'br-b', '--', 'add-port', 'br-a', 'tap1', 'tag=1');
    expect((await old.view()).port('tap1')).toMatchObject({ bridge: 'br-a', tag: 1 });

    server.vsctl('set', 'port', 'tap1', 'tag=2', '--', 'set', 'interface', 'tap1', 'external_ids:a=b');
    server.vsctl('del-port', 'tap1', '--', 'add-port', 'br-b', 'tap1', '--', 'add-port', 'br-a', 'tap2');

    const view = await old.view();
    expect(view.port('tap1')).toMatchObject({ bridge: 'br-b', tag: undefined });
    expect(view.interface('tap1')?.externalIds).toEqual({});
    expect([...view.ports('br-a')].map(({ name }) => name).sort()).toEqual(['br-a', 'tap2']);
    expect(proxy.methods()).toContain('monitor');
  });

  test('differences of sets and maps are taken over as the server means them', async () => {
    server.vsctl(
      'add-br',
      'br-int',
      '--',
      'add-port',
      'br-int',
      'tap1',
      'trunks=1,2',
      '--',
      'set',
      'interface',
      'tap1',
      'external_ids={a=1,b=2}',
    );
    await client.view();

    server.vsctl('set', 'port', 'tap1', 'trunks=2,3', 'tag=5');
    server.vsctl('set', 'interface', 'tap1', 'external_ids={b=3,c=4}');
    server.vsctl('clear', 'port', 'tap1', 'tag');

    const view = await client.view();
    expect(view.port('tap1')).toMatchObject({ trunks: [3, 2].sort(), tag: undefined });
    expect(view.interface('tap1')?.externalIds).toEqual({ b: '3', c: '4' });
  });

  test('a constraint violation comes with its operation and the words of the server, and nothing is done', async () => {
    server.vsctl('add-br', 'br-int');

    const failing = client.change(() => [{ edit: 'add-port', bridge: 'br-int', name: 'tap1', tag: 4096 }]);

    await expect(failing).rejects.toThrow(OvsdbServerError);
    await expect(failing).rejects.toMatchObject({ error: 'constraint violation', code: 'ERR_OSVIF_OVSDB_SERVER' });
    await expect(failing).rejects.toThrow(/operation \d+ \(insert Port\).*4096/);
    expect(server.vsctl('list-ports', 'br-int')).toBe('');
  });
});

test.skipIf(missing)('a read-only database refuses a change in its own words, and can be read', async () => {
  // A backup that follows another server is read-only, ovsdb(7), "Active-Backup Database Service Model".
  const server = await OvsdbServer.start({ args: ['--sync-from=tcp:127.0.0.1:9'] });
  const client = new OvsdbClient({ connection: server.connection, timeout: 5_000 });

  const failing = client.change(() => [{ edit: 'add-bridge', name: 'br-int' }]);

  await expect(failing).rejects.toThrow(OvsdbServerError);
  await expect(failing).rejects.toThrow(/not allowed: .*read only/);
  expect([...(await client.view()).bridges()]).toEqual([]);
  await client.close();
  await server.stop();
});
