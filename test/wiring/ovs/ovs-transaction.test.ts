/** Elements that share a transaction of Open vSwitch's database: when a plug is done, what is taken back, and in which words it fails. */
import { describe, expect, test } from 'vitest';
import { OvsdbConnectionError, OvsdbEditError, OvsdbServerError, OvsdbTimeoutError } from '../../../src/errors/ovs.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { OvsdbChangeOptions, OvsdbEdit, OvsdbView, OvsSystem } from '../../../src/host-contract/ovsdb.ts';
import { ovsBridge } from '../../../src/wiring/ovs/ovs-bridge.ts';
import { ovsPart } from '../../../src/wiring/ovs/ovs-part.ts';
import { type OvsPortElement, ovsPort } from '../../../src/wiring/ovs/ovs-port.ts';
import { ensureOvs, inspectOvs, removeOvs } from '../../../src/wiring/ovs/transaction.ts';

const BR0: OvsdbEdit = { edit: 'add-bridge', name: 'br0' };
const port = (name = 'tap0', values: Partial<OvsPortElement> = {}) =>
  ovsPart(ovsPort, { kind: 'ovs-port', name, bridge: 'br0', ...values });
const AWAITED = { awaited: true };
const NO_DEVICE = 'could not open network device tap0 (No such device)';

async function given(...before: OvsdbEdit[]) {
  const host = new MemoryHost();
  await host.ovsdb.change(() => before);
  const undos: (() => Promise<void>)[] = [];
  const context = { host, owner: 'vif-1', undoable: (undo: () => Promise<void>) => void undos.push(undo) };
  const ports = async () => [...(await host.ovsdb.view()).ports('br0')].map(({ name }) => name);
  return { host, context, undos, ports };
}

/** Tells whether it has ended, after all that can go on has gone on. */
async function isPending(work: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return (await Promise.race([work.catch(() => undefined), Promise.resolve(pending)])) === pending;
}

describe('a plug is done', () => {
  test('at once where nothing is awaited, though the port can not be opened yet', async () => {
    const { context, ports } = await given(BR0);
    await ensureOvs([port()], context);
    expect(await ports()).toContain('tap0');
  });

  test('when the port is open that is awaited', async () => {
    const { host, context } = await given(BR0);
    await host.links.create({ kind: 'tap', name: 'tap0' });
    const open = host.ovsdb.reconfigure;
    host.ovsdb.reconfigure = () => {};
    const plug = ensureOvs([port('tap0', AWAITED)], context);
    expect(await isPending(plug)).toBe(true);
    open.call(host.ovsdb);
    await plug;
  });

  test('when the device of a new bridge exists, and at once for a bridge that was there', async () => {
    const { host, context } = await given();
    const open = host.ovsdb.reconfigure;
    host.ovsdb.reconfigure = () => {};
    const bridge = ovsPart(ovsBridge, { kind: 'ovs-bridge', name: 'br1', ...AWAITED });
    const plug = ensureOvs([bridge], context);
    expect(await isPending(plug)).toBe(true);
    await ensureOvs([bridge], context);
    open.call(host.ovsdb);
    await plug;
  });

  test('and the device is up, which ovs-vswitchd may have taken down', async () => {
    const { host, context } = await given(BR0);
    await host.links.create({ kind: 'tap', name: 'tap0' });
    await ensureOvs([port('tap0', AWAITED)], context);
    expect(await host.links.get('tap0')).toMatchObject({ up: true });
    host.links.change = () => Promise.reject(new Error('changed again'));
    await ensureOvs([port('tap0', AWAITED), port('p0', { ...AWAITED, type: 'internal' })], context);
  });

  test('for a port that was there before only when its error of old is gone', async () => {
    const { host, context } = await given(BR0);
    await ensureOvs([port()], context);
    const plug = ensureOvs([port('tap0', AWAITED)], context);
    expect(await isPending(plug)).toBe(true);
    await host.links.create({ kind: 'tap', name: 'tap0' });
    host.ovsdb.reconfigure();
    await plug;
  });
});

describe('a plug fails', () => {
  test('in the words of ovs-vswitchd where a new port can not be opened', async () => {
    const { context } = await given(BR0);
    await expect(ensureOvs([port('tap0', AWAITED)], context)).rejects.toThrow(
      `ovs-vswitchd could not open port tap0: ${NO_DEVICE}`,
    );
  });

  test('at the deadline in the words of ovs-vswitchd if it has said any, else by what was waited for', async () => {
    const { host, context } = await given(BR0);
    const late = new OvsdbTimeoutError('memory', 'late');
    let what = '';
    host.ovsdb.waitFor = async (waiting, find) => {
      what = waiting;
      find(await host.ovsdb.view());
      throw late;
    };
    await ensureOvs([port()], context);
    await expect(ensureOvs([port('tap0', AWAITED)], context)).rejects.toMatchObject({
      code: 'ERR_OSVIF_OVS_PORT',
      port: 'tap0',
      error: NO_DEVICE,
      cause: late,
    });
    expect(what).toBe('waiting for ovs-vswitchd to open port tap0');
    await expect(ensureOvs([port('p0', { ...AWAITED, type: 'internal' })], context)).rejects.toBe(late);
    host.ovsdb.waitFor = async (_, find) => {
      find(await host.ovsdb.view());
      throw new Error('cut');
    };
    await expect(ensureOvs([port('p0', { ...AWAITED, type: 'internal' })], context)).rejects.toThrow('cut');
  });

  test.each([
    [
      '',
      ['netdev'],
      'br0 has datapath type "system", but this ovs-vswitchd has only netdev; check that its kernel module',
    ],
    ['system', ['netdev', 'x'], 'has datapath type "system", but this ovs-vswitchd has only netdev, x; check that its'],
    ['netdev', ['system'], /has datapath type "netdev", but this ovs-vswitchd has only system$/],
  ])(
    'where the bridge is of datapath type %j and ovs-vswitchd has %j',
    async (datapathType, datapathTypes, message) => {
      const { host, context } = await given({ ...BR0, edit: 'add-bridge', name: 'br0', datapathType });
      const waitFor = host.ovsdb.waitFor.bind(host.ovsdb);
      const system: OvsSystem = { version: '3.1', interfaceTypes: [], datapathTypes };
      host.ovsdb.waitFor = (what, find, options) => waitFor(what, (view) => find(withSystem(view, system)), options);
      await expect(ensureOvs([port('p0', { ...AWAITED, type: 'internal' })], context)).rejects.toThrow(message);
    },
  );

  test('with the reason of the signal', async () => {
    const { context } = await given(BR0);
    const aborted = { ...context, signal: AbortSignal.abort(new Error('enough')) };
    await expect(ensureOvs([port()], aborted)).rejects.toThrow('enough');
    await expect(removeOvs([port()], aborted)).rejects.toThrow('enough');
    await expect(inspectOvs([port()], aborted)).rejects.toThrow('enough');
    const aborting = new AbortController();
    await ensureOvs([port()], context);
    const plug = ensureOvs([port('tap0', AWAITED)], { ...context, signal: aborting.signal });
    expect(await isPending(plug)).toBe(true);
    aborting.abort(new Error('enough'));
    await expect(plug).rejects.toThrow('enough');
  });
});

describe('what a plug did is taken back', () => {
  /** The database does what `answer` says once a transaction goes out; the options of each one are noted. */
  function answering(
    host: MemoryHost,
    answer: (
      proceed: () => Promise<readonly OvsdbEdit[]>,
      options: OvsdbChangeOptions,
    ) => Promise<readonly OvsdbEdit[]>,
  ) {
    const asked: OvsdbChangeOptions[] = [];
    const { change } = host.ovsdb;
    host.ovsdb.change = (decide, options = {}) => {
      asked.push(options);
      return answer(() => change.call(host.ovsdb, decide, options), options);
    };
    return { asked, restore: () => (host.ovsdb.change = change) };
  }

  test('with all the time that it takes', async () => {
    const { host, context, undos, ports } = await given(BR0);
    await ensureOvs([port()], context);
    expect(undos).toHaveLength(1);
    const { asked } = answering(host, (proceed) => proceed());
    await undos[0]?.();
    expect(await ports()).toEqual(['br0']);
    expect(asked).toEqual([{}]);
  });

  test('where there was nothing to do, not at all', async () => {
    const { context, undos } = await given(BR0);
    await ensureOvs([port()], context);
    await ensureOvs([port()], context);
    expect(undos).toHaveLength(1);
  });

  test('where no answer came, in a second', async () => {
    const { host, context, undos, ports } = await given(BR0);
    const cut = new OvsdbConnectionError('memory', 'cut');
    const { restore } = answering(host, async (proceed) => {
      await proceed();
      throw cut;
    });
    await expect(ensureOvs([port()], context)).rejects.toBe(cut);
    restore();
    expect(await ports()).toContain('tap0');
    const { asked } = answering(host, (proceed) => proceed());
    await undos[0]?.();
    expect(asked).toEqual([{ timeout: 1000 }]);
    expect(await ports()).toEqual(['br0']);
  });

  test('where it was sent twice, both, the second first', async () => {
    const { host, context, undos, ports } = await given(BR0);
    const { restore } = answering(host, async (proceed) => {
      await proceed();
      restore();
      await host.ovsdb.change(() => [{ edit: 'set-interface', name: 'tap0', externalIds: { 'iface-id': null } }]);
      return proceed();
    });
    await ensureOvs([port('tap0', { externalIds: { 'iface-id': 'port-1' } })], context);
    expect(undos).toHaveLength(1);
    const { asked } = answering(host, (proceed) => proceed());
    await undos[0]?.();
    expect(asked).toHaveLength(2);
    expect(await ports()).toEqual(['br0']);
  });

  test('not where the server refused it', async () => {
    const { host, context, undos } = await given(BR0);
    const refusal = new OvsdbServerError('transact', 'constraint violation', '');
    const { asked } = answering(host, async (proceed, { onRefused }) => {
      await proceed();
      onRefused?.();
      throw refusal;
    });
    await expect(ensureOvs([port()], context)).rejects.toBe(refusal);
    for (const undo of undos) await undo();
    expect(asked).toHaveLength(1);
  });

  test('not where it does not fit the database', async () => {
    const { context, undos } = await given();
    await expect(ensureOvs([port()], context)).rejects.toBeInstanceOf(OvsdbEditError);
    expect(undos).toEqual([]);
  });

  test('but not what another has put in its place', async () => {
    const { host, context, undos, ports } = await given(BR0);
    await ensureOvs([port()], context);
    const theirs: OvsdbEdit = { edit: 'add-port', bridge: 'br0', name: 'tap0', externalIds: { 'os-vif': 'vif-2' } };
    await host.ovsdb.change(() => [{ edit: 'remove-port', name: 'tap0' }, theirs]);
    await undos[0]?.();
    expect(await ports()).toContain('tap0');
  });
});

describe('an unplug', () => {
  const theirs = (name: string): OvsdbEdit => ({
    edit: 'add-port',
    bridge: 'br0',
    name,
    externalIds: { 'os-vif': 'vif-2' },
    interface: { type: 'internal' },
  });

  test('removes what is ours and leaves what is not', async () => {
    const { context, ports } = await given(BR0, theirs('a0'));
    await ensureOvs([port('p0'), port('p1')], context);
    await removeOvs([port('p0'), port('a0')], context);
    expect(await ports()).toEqual(['br0', 'a0']);
  });

  test('of what is gone already is fine', async () => {
    const { context } = await given(BR0);
    await removeOvs([port()], context);
    await removeOvs([], context);
  });
});

test('a check tells of each element in order', async () => {
  const { context } = await given();
  const parts = [ovsPart(ovsBridge, { kind: 'ovs-bridge', name: 'br0' }), port()];
  expect(await inspectOvs(parts, context)).toEqual([
    { element: 'ovs-bridge br0', type: 'missing', on: 'br0' },
    { element: 'ovs-port tap0', type: 'missing', on: 'tap0' },
  ]);
  await ensureOvs(parts, context);
  expect((await inspectOvs(parts, context)).map(({ type }) => type)).toEqual(['differs']);
});

function withSystem(view: OvsdbView, system: OvsSystem): OvsdbView {
  const get = (target: OvsdbView, key: string | symbol) => {
    const value: unknown = Reflect.get(target, key, target);
    return typeof value === 'function' ? value.bind(target) : value;
  };
  return new Proxy(view, { get: (target, key) => (key === 'system' ? system : get(target, key)) });
}
