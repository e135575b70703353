/** The edits that take others back, whatever became of the rows in the meantime. */
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { undoOf } from '../../../src/wiring/ovs/undo.ts';

const BR0: OvsdbEdit = { edit: 'add-bridge', name: 'br0' };
const port = (name = 'p0', bridge = 'br0'): OvsdbEdit => ({
  edit: 'add-port',
  bridge,
  name,
  interface: { type: 'internal' },
});
const gone = (name = 'p0'): OvsdbEdit => ({ edit: 'remove-port', name });
const qos: OvsdbEdit = { edit: 'add-qos', port: 'p0', type: 'linux-noop' };

/** What is asked to take `edits` back that were made of `before`, when others then made theirs. */
async function undone(before: OvsdbEdit[], edits: OvsdbEdit[], theirs: OvsdbEdit[] = []): Promise<unknown[]> {
  const { ovsdb } = new MemoryHost();
  await ovsdb.change(() => before);
  const undo = undoOf(edits, await ovsdb.view());
  await ovsdb.change(() => edits);
  await ovsdb.change(() => theirs);
  return undo(await ovsdb.view());
}

describe('what was added', () => {
  test('is removed, the last first', async () => {
    expect(await undone([], [BR0, port(), port('p1')])).toEqual([
      gone('p1'),
      gone(),
      { edit: 'remove-bridge', name: 'br0' },
    ]);
  });

  test('and is gone already is left', async () => {
    expect(await undone([BR0], [port()], [gone()])).toEqual([]);
    expect(await undone([], [BR0, port()], [gone(), { edit: 'remove-bridge', name: 'br0' }])).toEqual([]);
  });

  test('and is in use by others stays', async () => {
    expect(await undone([], [BR0, port()], [port('theirs')])).toEqual([gone()]);
  });

  test('and was never made, as the transaction failed, is not removed', async () => {
    const { ovsdb } = new MemoryHost();
    const undo = undoOf([BR0, port(), qos], await ovsdb.view());
    expect(undo(await ovsdb.view())).toEqual([]);
  });

  test('as a QoS row goes with the port that it hangs on', async () => {
    expect(await undone([BR0], [port(), qos])).toEqual([
      { edit: 'remove-qos', uuid: expect.stringMatching(/./) },
      gone(),
    ]);
    expect(await undone([BR0, port()], [qos], [gone()])).toEqual([]);
    expect(await undone([BR0], [port()])).toEqual([gone()]);
  });
});

describe('what was removed', () => {
  const full: OvsdbEdit = {
    edit: 'add-port',
    bridge: 'br0',
    name: 'p0',
    tag: 7,
    vlanMode: 'access',
    trunks: [],
    externalIds: { a: 'b' },
    interface: { type: 'internal', options: { key: '1' }, externalIds: { c: 'd' }, mtuRequest: 1400 },
  };

  test('is added with all that it had', async () => {
    expect(await undone([BR0, full], [gone()])).toEqual([full]);
  });

  test('is left where others added it again, or its bridge is gone', async () => {
    expect(await undone([BR0, full], [gone()], [port()])).toEqual([]);
    expect(await undone([BR0, full], [gone()], [{ edit: 'remove-bridge', name: 'br0' }])).toEqual([]);
  });

  test('and added anew elsewhere goes back to where it was', async () => {
    const br1: OvsdbEdit = { edit: 'add-bridge', name: 'br1' };
    expect(await undone([BR0, br1, full], [gone(), port('p0', 'br1')])).toEqual([gone(), full]);
  });

  test('and was not there is nothing to bring back', async () => {
    const { ovsdb } = new MemoryHost();
    await ovsdb.change(() => [BR0]);
    expect(undoOf([gone()], await ovsdb.view())(await ovsdb.view())).toEqual([]);
  });

  test('as a bridge is added with its type, before the ports that it had', async () => {
    const own: OvsdbEdit = { edit: 'add-bridge', name: 'br0', datapathType: 'netdev', externalIds: { a: 'b' } };
    expect(await undone([own, full], [gone(), { edit: 'remove-bridge', name: 'br0' }])).toEqual([own, full]);
  });

  test('with a QoS row gets a row of the same kind, or the same row if it is still there', async () => {
    const { ovsdb } = new MemoryHost();
    const qos: OvsdbEdit = { edit: 'add-qos', port: 'p0', type: 'linux-htb', externalIds: { id: 'q' } };
    await ovsdb.change(() => [BR0, full, qos]);
    const uuid = (await ovsdb.view()).port('p0')?.qos ?? '';
    const edits: OvsdbEdit[] = [gone(), { edit: 'remove-qos', uuid }];
    const undo = undoOf(edits, await ovsdb.view());
    await ovsdb.change(() => [gone()]);
    expect(undo(await ovsdb.view())).toEqual([{ ...full, qos: uuid }]);
    await ovsdb.change(() => [{ edit: 'remove-qos', uuid }]);
    expect(undo(await ovsdb.view())).toEqual([full, qos]);
  });
});

describe('what was changed', () => {
  const set: OvsdbEdit = { edit: 'set-port', name: 'p0', externalIds: { a: 'new', more: 'x' } };
  const ids: OvsdbEdit = {
    ...port(),
    edit: 'add-port',
    bridge: 'br0',
    name: 'p0',
    externalIds: { a: 'old', b: 'theirs' },
  };

  test('of a port gets the values back that it had, and loses those that it had not', async () => {
    expect(await undone([BR0, ids], [set])).toEqual([
      { edit: 'set-port', name: 'p0', externalIds: { a: 'old', more: null } },
    ]);
    expect(await undone([BR0, ids], [set], [gone()])).toEqual([]);
    expect(await undone([BR0], [port(), set])).toEqual([
      { edit: 'set-port', name: 'p0', externalIds: { a: null, more: null } },
      gone(),
    ]);
  });

  test('of an interface too, and nothing else of it', async () => {
    const before: OvsdbEdit = {
      edit: 'add-port',
      bridge: 'br0',
      name: 'p0',
      interface: { type: 'tap', options: { key: '1' }, mtuRequest: 1400 },
    };
    const changed = async (values: object) => undone([BR0, before], [{ edit: 'set-interface', name: 'p0', ...values }]);
    const back = (values: object) => [{ edit: 'set-interface', name: 'p0', ...values }];
    expect(await changed({ type: 'internal' })).toEqual(back({ type: 'tap' }));
    expect(await changed({ mtuRequest: 9000 })).toEqual(back({ mtuRequest: 1400 }));
    expect(await changed({ options: { key: '2', other: 'x' } })).toEqual(back({ options: { key: '1', other: null } }));
    expect(await changed({ externalIds: { c: 'd' } })).toEqual(back({ externalIds: { c: null } }));
    expect(await undone([BR0, before], [{ edit: 'set-interface', name: 'p0', type: 'internal' }], [gone()])).toEqual(
      [],
    );
  });

  test('of an interface that came in the same transaction goes with it', async () => {
    expect(
      await undone([BR0], [port(), { edit: 'set-interface', name: 'p0', mtuRequest: 9000, externalIds: { c: 'd' } }]),
    ).toEqual([{ edit: 'set-interface', name: 'p0', mtuRequest: null, externalIds: { c: null } }, gone()]);
  });
});
