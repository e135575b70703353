/** What the `ovsdb` port promises, held by a real ovsdb-server and by the model in memory alike. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HostClosedError } from '../../../src/errors/host.ts';
import { OvsdbEditError, OvsdbServerError, OvsdbTimeoutError } from '../../../src/errors/ovs.ts';
import { MemoryOvsdb } from '../../../src/host/memory/memory-ovsdb.ts';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import type { Ovsdb, OvsdbEdit, OvsdbView } from '../../../src/host-contract/ovsdb.ts';
import { OvsdbServer, ovsIsMissing } from './ovsdb-server.ts';

const addBridge: OvsdbEdit = { edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' };
const addTap: OvsdbEdit = {
  edit: 'add-port',
  bridge: 'br-int',
  name: 'tap1',
  tag: 4095,
  vlanMode: 'trunk',
  trunks: [4095],
  interface: { externalIds: { 'iface-id': 'one', 'iface-status': 'active' }, mtuRequest: 1450 },
};

function namesOf(rows: Iterable<{ name: string }>): string[] {
  return [...rows].map(({ name }) => name).sort();
}

const missing = ovsIsMissing();

describe.each(['ovsdb-server', 'memory'])('the ovsdb port on %s', (kind) => {
  let server: OvsdbServer | undefined;
  let ovsdb: Ovsdb;

  beforeEach(async (context) => {
    if (kind === 'memory') {
      ovsdb = new MemoryOvsdb();
      return;
    }
    if (missing) return context.skip(missing);
    server = await OvsdbServer.start();
    ovsdb = new OvsdbClient({ connection: server.connection, timeout: 10_000 });
  });

  afterEach(async () => {
    await ovsdb?.close();
    await server?.stop();
    server = undefined;
  });

  test('a bridge comes with its local port, an internal interface of the same name', async () => {
    await ovsdb.change(() => [addBridge]);

    const view = await ovsdb.view();
    expect(view.bridge('br-int')).toMatchObject({ name: 'br-int', datapathType: 'netdev' });
    expect(view.port('br-int')).toMatchObject({ bridge: 'br-int', interfaces: ['br-int'] });
    expect(view.interface('br-int')).toMatchObject({ type: 'internal' });
  });

  test('rows that were read before have the values of later changes', async () => {
    await ovsdb.change(() => [addBridge, addTap]);
    const before = await ovsdb.view();
    expect([before.port('tap1')?.externalIds, before.interface('tap1')?.mtuRequest]).toEqual([{}, 1450]);

    await ovsdb.change(() => [
      { edit: 'set-port', name: 'tap1', externalIds: { 'os-vif': 'one' } },
      { edit: 'set-interface', name: 'tap1', mtuRequest: 1400 },
    ]);

    const after = await ovsdb.view();
    expect([after.port('tap1')?.externalIds, after.interface('tap1')?.mtuRequest]).toEqual([{ 'os-vif': 'one' }, 1400]);
    await ovsdb.change(() => [{ edit: 'remove-port', name: 'tap1' }]);
    const last = await ovsdb.view();
    expect([last.port('tap1'), last.interface('tap1')]).toEqual([undefined, undefined]);
  });

  test('a change resolves to the edits that it made, and the view shows them', async () => {
    const edits = await ovsdb.change(() => [addBridge, addTap]);

    expect(edits).toEqual([addBridge, addTap]);
    const view = await ovsdb.view();
    expect(view.port('tap1')).toMatchObject({
      bridge: 'br-int',
      tag: 4095,
      vlanMode: 'trunk',
      trunks: [4095],
      interfaces: ['tap1'],
    });
    expect(view.interface('tap1')).toMatchObject({
      type: '',
      mtuRequest: 1450,
      externalIds: { 'iface-id': 'one', 'iface-status': 'active' },
    });
    expect(namesOf(view.ports('br-int'))).toEqual(['br-int', 'tap1']);
  });

  test('a change with nothing to do resolves to no edits', async () => {
    expect(await ovsdb.change(() => [])).toEqual([]);
  });

  test('values that an edit leaves out stay, and so do keys that it does not name', async () => {
    await ovsdb.change(() => [addBridge, addTap]);

    await ovsdb.change(() => [
      { edit: 'set-port', name: 'tap1', tag: 7 },
      { edit: 'set-interface', name: 'tap1', externalIds: { 'iface-id': 'two' }, options: { peer: 'x' } },
    ]);

    const view = await ovsdb.view();
    expect(view.port('tap1')).toMatchObject({ tag: 7, vlanMode: 'trunk', trunks: [4095] });
    expect(view.interface('tap1')).toMatchObject({
      mtuRequest: 1450,
      options: { peer: 'x' },
      externalIds: { 'iface-id': 'two', 'iface-status': 'active' },
    });
  });

  test('a null takes a key, or a requested MTU, away', async () => {
    await ovsdb.change(() => [addBridge, addTap]);

    await ovsdb.change(() => [
      { edit: 'set-port', name: 'tap1', externalIds: { mark: 'ours', never: null } },
      { edit: 'set-interface', name: 'tap1', mtuRequest: null, externalIds: { 'iface-id': null, never: null } },
    ]);

    const view = await ovsdb.view();
    expect(view.port('tap1')?.externalIds).toEqual({ mark: 'ours' });
    expect(view.interface('tap1')).toMatchObject({ mtuRequest: undefined, externalIds: { 'iface-status': 'active' } });
    expect(view.interface('tap1')?.externalIds).not.toHaveProperty('iface-id');
  });

  test('edits may refer to what earlier edits of the same change add', async () => {
    await ovsdb.change(() => [
      addBridge,
      addTap,
      { edit: 'add-qos', port: 'tap1', type: 'linux-noop', externalIds: { id: 'q' } },
      { edit: 'set-port', name: 'tap1', tag: 5 },
      { edit: 'set-interface', name: 'tap1', type: 'internal' },
    ]);

    const view = await ovsdb.view();
    const port = view.port('tap1');
    expect(port?.tag).toBe(5);
    expect(view.interface('tap1')?.type).toBe('internal');
    expect(view.qos(port?.qos ?? '')).toMatchObject({ type: 'linux-noop', externalIds: { id: 'q' } });
  });

  test('a port moves to another bridge in one change', async () => {
    await ovsdb.change(() => [addBridge, { edit: 'add-bridge', name: 'br-b' }, addTap]);

    await ovsdb.change(() => [
      { edit: 'remove-port', name: 'tap1' },
      { edit: 'add-port', bridge: 'br-b', name: 'tap1' },
    ]);

    const view = await ovsdb.view();
    expect(view.port('tap1')).toMatchObject({ bridge: 'br-b', tag: undefined });
    expect(namesOf(view.ports('br-int'))).toEqual(['br-int']);
  });

  test('a port goes with its interface, and its QoS row in the same change', async () => {
    await ovsdb.change(() => [addBridge, addTap, { edit: 'add-qos', port: 'tap1', type: 'linux-noop' }]);

    await ovsdb.change((view) => [
      { edit: 'remove-port', name: 'tap1' },
      { edit: 'remove-qos', uuid: view.port('tap1')?.qos ?? '' },
    ]);

    const view = await ovsdb.view();
    expect(view.port('tap1')).toBeUndefined();
    expect(view.interface('tap1')).toBeUndefined();
    expect([...view.allQos()]).toEqual([]);
  });

  test('a bridge goes with all of its ports', async () => {
    await ovsdb.change(() => [addBridge, addTap, { edit: 'add-bridge', name: 'br-b' }]);

    await ovsdb.change(() => [{ edit: 'remove-bridge', name: 'br-int' }]);

    const view = await ovsdb.view();
    expect(namesOf(view.bridges())).toEqual(['br-b']);
    expect(namesOf(view.interfaces())).toEqual(['br-b']);
  });

  test.each<[string, OvsdbEdit[], string]>([
    ['add-bridge with a name that is taken', [addBridge], 'add-bridge br-int: there is a bridge of that name'],
    [
      'add-bridge with the name of a port',
      [{ edit: 'add-bridge', name: 'tap1' }],
      'add-bridge tap1: there is a port of that name',
    ],
    ['add-port with a name that is taken', [addTap], 'add-port tap1: there is a port of that name'],
    [
      'add-port on no bridge',
      [{ edit: 'add-port', bridge: 'br-x', name: 'tap2' }],
      'add-port tap2: there is no bridge br-x',
    ],
    [
      'set-port of no port',
      [{ edit: 'set-port', name: 'tap2', tag: 1 }],
      'set-port tap2: there is no port of that name',
    ],
    [
      'set-interface of none',
      [{ edit: 'set-interface', name: 'tap2' }],
      'set-interface tap2: there is no interface of that name',
    ],
    [
      'add-qos on no port',
      [{ edit: 'add-qos', port: 'tap2', type: 'linux-noop' }],
      'add-qos tap2: there is no port of that name',
    ],
    [
      'remove-port of no port',
      [{ edit: 'remove-port', name: 'tap2' }],
      'remove-port tap2: there is no port of that name',
    ],
    ['remove-bridge of no bridge', [{ edit: 'remove-bridge', name: 'br-x' }], 'remove-bridge: there is no bridge br-x'],
  ])('%s is refused, with all edits beside it', async (_, edits, message) => {
    await ovsdb.change(() => [addBridge, addTap]);

    const refused = ovsdb.change(() => [{ edit: 'add-port', bridge: 'br-int', name: 'beside' }, ...edits]);

    await expect(refused).rejects.toThrow(OvsdbEditError);
    await expect(refused).rejects.toThrow(message);
    expect((await ovsdb.view()).port('beside')).toBeUndefined();
  });

  test('a QoS row that a port uses is not removed, and nothing beside it is done', async () => {
    await ovsdb.change(() => [addBridge, addTap, { edit: 'add-qos', port: 'tap1', type: 'linux-noop' }]);

    const refused = ovsdb.change((view) => [
      { edit: 'set-port', name: 'tap1', tag: 9 },
      { edit: 'remove-qos', uuid: view.port('tap1')?.qos ?? '' },
    ]);

    await expect(refused).rejects.toThrow(OvsdbServerError);
    await expect(refused).rejects.toMatchObject({ error: 'referential integrity violation', operation: undefined });
    expect((await ovsdb.view()).port('tap1')?.tag).toBe(4095);
  });

  test('waitFor resolves when an update makes its condition true', async () => {
    const seen = ovsdb.waitFor('a tap', (view) => view.port('tap1'));

    await ovsdb.change(() => [addBridge]);
    await ovsdb.change(() => [addTap]);

    expect(await seen).toMatchObject({ name: 'tap1', bridge: 'br-int' });
  });

  test('waitFor resolves to null, to false and to 0 as to any other find', async () => {
    for (const found of [null, false, 0])
      expect(await ovsdb.waitFor('it', () => found, { timeout: 1_000 })).toBe(found);
  });

  test('waitFor fails at its deadline and says what it waited for', async () => {
    const waiting = ovsdb.waitFor('a tap that never comes', (view) => view.port('tap1'), { timeout: 50 });

    await expect(waiting).rejects.toThrow(OvsdbTimeoutError);
    await expect(waiting).rejects.toThrow('a tap that never comes did not end within 50 ms');
  });

  test('waitFor passes on what its condition throws', async () => {
    const waiting = ovsdb.waitFor('a tap', (view: OvsdbView) => {
      if (view.bridge('br-int')) throw new RangeError('no more');
      return undefined;
    });

    await Promise.all([expect(waiting).rejects.toThrow(RangeError), ovsdb.change(() => [addBridge])]);
  });

  test('calls end with the reason of their signal', async () => {
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const waiting = ovsdb.waitFor('a tap', (view) => view.port('tap1'), { signal: controller.signal });
    controller.abort(reason);

    await expect(waiting).rejects.toBe(reason);
    await expect(ovsdb.view({ signal: controller.signal })).rejects.toBe(reason);
    await expect(ovsdb.change(() => [addBridge], { signal: controller.signal })).rejects.toBe(reason);
    expect((await ovsdb.view()).bridge('br-int')).toBeUndefined();
  });

  test.each<[string, OvsdbEdit[], string[]]>([
    ['a new port', [addTap], ['tap1']],
    ['a changed port', [{ edit: 'set-port', name: 'tap0', tag: 7 }], ['tap0']],
    ['a changed interface', [{ edit: 'set-interface', name: 'tap0', options: { a: 'b' } }], ['tap0']],
    ['a removed port', [{ edit: 'remove-port', name: 'tap0' }], ['tap0']],
    ['a changed bridge', [{ edit: 'set-bridge', name: 'br-int', externalIds: { a: 'b' } }], ['br-int']],
    ['a bridge that is removed with its port', [{ edit: 'remove-bridge', name: 'br-int' }], ['br-int', 'tap0']],
    ['a port with QoS', [{ edit: 'add-qos', port: 'tap0', type: 'linux-noop' }], ['tap0']],
  ])('%s is told by name', async (_, edits, names) => {
    await ovsdb.change(() => [addBridge, { edit: 'add-port', bridge: 'br-int', name: 'tap0' }]);
    const { cursor } = await ovsdb.changes();
    await ovsdb.change(() => edits);
    const changes = await ovsdb.changes(cursor);
    expect(changes.complete).toBe(true);
    expect(changes.names).toEqual(expect.arrayContaining(names));
  });

  test('a new port does not tell of its bridge, which has thousands of ports', async () => {
    await ovsdb.change(() => [addBridge]);
    const { cursor } = await ovsdb.changes();
    await ovsdb.change(() => [addTap]);
    expect((await ovsdb.changes(cursor)).names).not.toContain('br-int');
  });

  test('a row tells the UUIDs in its iface-id and os-vif', async () => {
    const vif = '2f4a6c8e-0b1d-4e3f-8a5b-6c7d8e9fa0b1';
    await ovsdb.change(() => [addBridge]);
    const { cursor } = await ovsdb.changes();
    const externalIds = { 'iface-id': vif.toUpperCase() };
    await ovsdb.change(() => [{ edit: 'add-port', bridge: 'br-int', name: 'tap1', interface: { externalIds } }]);
    const added = await ovsdb.changes(cursor);
    expect(added.names).toContain(vif);
    await ovsdb.change(() => [{ edit: 'set-interface', name: 'tap1', externalIds: { 'iface-id': null } }]);
    expect((await ovsdb.changes(added.cursor)).names).toContain(vif);
  });

  test('after close every call fails, and so do waits in progress', async () => {
    const { cursor } = await ovsdb.changes();
    const changes = ovsdb.changes(cursor);
    const refused = expect(changes).rejects.toThrow(HostClosedError);
    const waiting = ovsdb.waitFor('a tap', (view) => view.port('tap1'));
    await ovsdb.view();
    await Promise.all([expect(waiting).rejects.toThrow(HostClosedError), ovsdb.close()]);
    await refused;

    await expect(ovsdb.view()).rejects.toThrow(HostClosedError);
    await expect(ovsdb.change(() => [addBridge])).rejects.toThrow(HostClosedError);
  });
});
