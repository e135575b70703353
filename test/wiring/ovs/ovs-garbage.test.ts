/** What of Open vSwitch's database is garbage and what is not, on a host in memory. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { OvsdbConnectionError, OvsdbTimeoutError } from '../../../src/errors/ovs.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { SHARED_OWNER } from '../../../src/host-contract/ownership.ts';
import { collectOvsGarbage } from '../../../src/wiring/ovs/collect-ovs-garbage.ts';

const bridge = (name: string, owner?: string): OvsdbEdit => ({
  edit: 'add-bridge',
  name,
  ...(owner !== undefined && { externalIds: { 'os-vif': owner } }),
});
const port = (on: string, name: string, externalIds: Record<string, string>): OvsdbEdit => ({
  edit: 'add-port',
  bridge: on,
  name,
  externalIds,
  interface: { type: 'internal' },
});
const NONE = new Set<string>();

async function given(...before: OvsdbEdit[]) {
  const host = new MemoryHost();
  await host.ovsdb.change(() => before);
  const left = async () => {
    const view = await host.ovsdb.view();
    return [...view.bridges()].flatMap(({ name }) => [name, ...[...view.ports(name)].map((found) => found.name)]);
  };
  return { host, left };
}

test('ports and bridges of VIFs that are no more go, those of others and shared bridges stay', async () => {
  const { host, left } = await given(
    bridge('gone', 'vif-1'),
    bridge('shared', SHARED_OWNER),
    bridge('theirs'),
    port('gone', 'p1', { 'os-vif': 'vif-1' }),
    port('shared', 'p2', { 'os-vif': 'vif-2' }),
    port('shared', 'p3', { 'os-vif': 'vif-3' }),
    port('theirs', 'p4', { 'iface-id': 'vif-2' }),
  );
  const garbage = [
    { kind: 'ovs-port', name: 'p1', owner: 'vif-1' },
    { kind: 'ovs-port', name: 'p2', owner: 'vif-2' },
    { kind: 'ovs-bridge', name: 'gone', owner: 'vif-1' },
  ];
  const before = await left();
  expect(await collectOvsGarbage(host, new Set(['vif-3']), { dryRun: true })).toEqual(garbage);
  expect(await left()).toEqual(before);
  expect(await collectOvsGarbage(host, new Set(['vif-3']))).toEqual(garbage);
  expect(new Set(await left())).toEqual(new Set(['shared', 'p3', 'theirs', 'p4']));
  expect(await collectOvsGarbage(host, new Set(['vif-3']))).toEqual([]);
});

test('a port takes the QoS row along that it was made with, and leaves one that others gave it', async () => {
  const qos = (on: string, externalIds: Record<string, string>): OvsdbEdit => ({
    edit: 'add-qos',
    port: on,
    type: 'linux-noop',
    externalIds,
  });
  const { host } = await given(
    bridge('br0'),
    port('br0', 'p1', { 'os-vif': 'vif-1' }),
    port('br0', 'p2', { 'os-vif': 'vif-1' }),
    port('br0', 'p3', { 'os-vif': 'vif-1' }),
    qos('p1', { id: 'vif-1', _type: 'linux-noop' }),
    qos('p2', { theirs: 'x' }),
  );
  expect(await collectOvsGarbage(host, NONE)).toHaveLength(3);
  const view = await host.ovsdb.view();
  expect([...view.allQos()].map(({ externalIds }) => externalIds)).toEqual([{ theirs: 'x' }]);
});

test('what is asked again after a cut is told though it is gone already', async () => {
  const { host } = await given(bridge('br0'), port('br0', 'p1', { 'os-vif': 'vif-1' }));
  const { change } = host.ovsdb;
  host.ovsdb.change = async (decide, options) => {
    await change.call(host.ovsdb, decide, options);
    return change.call(host.ovsdb, decide, options);
  };
  expect(await collectOvsGarbage(host, NONE)).toEqual([{ kind: 'ovs-port', name: 'p1', owner: 'vif-1' }]);
});

describe('a database that does not answer', () => {
  const failing = (error: Error) => {
    const host = new MemoryHost();
    host.ovsdb.view = () => Promise.reject(error);
    host.ovsdb.change = () => Promise.reject(error);
    return host;
  };
  const connectionError = (cause?: unknown) =>
    new OvsdbConnectionError('unix:/run/openvswitch/db.sock', 'no connection', { cause });

  test('because it is not there has no garbage', async () => {
    const host = failing(connectionError(Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' })));
    expect(await collectOvsGarbage(host, NONE)).toEqual([]);
    expect(await collectOvsGarbage(host, NONE, { dryRun: true })).toEqual([]);
  });

  test.each([
    ['the connection is refused', connectionError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))],
    ['the reason has no code', connectionError(new Error('odd'))],
    ['the reason is no error', connectionError({ code: 'ENOENT' })],
    ['no reason is told', connectionError()],
    [
      'it takes too long',
      new OvsdbTimeoutError('unix:x', 'late', { cause: Object.assign(new Error(), { code: 'ENOENT' }) }),
    ],
  ])('because %s is a failure', async (_, error) => {
    await expect(collectOvsGarbage(failing(error), NONE)).rejects.toBe(error);
    await expect(collectOvsGarbage(failing(error), NONE, { dryRun: true })).rejects.toBe(error);
  });

  test('is given up when the signal says so', async () => {
    const { host, left } = await given(bridge('br0', 'vif-1'));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(collectOvsGarbage(host, NONE, { signal })).rejects.toThrow('enough');
    await expect(collectOvsGarbage(host, NONE, { signal, dryRun: true })).rejects.toThrow('enough');
    expect(await left()).toContain('br0');
  });
});

test('a collection does not wait for a server whose socket does not exist, and other calls do', async () => {
  // A pause before a further attempt would last for ever.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const ovsdb = new OvsdbClient({ connection: 'unix:/nowhere/db.sock' });
  onTestFinished(() => ovsdb.close());
  const host: Host = { ...new MemoryHost(), netns: undefined, ovsdb, close: async () => {} };
  expect(await collectOvsGarbage(host, NONE)).toEqual([]);
  expect(await collectOvsGarbage(host, NONE, { dryRun: true })).toEqual([]);
  const waiting = vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
  const expected = ovsdb.view().catch((error: unknown) => error);
  await waiting;
  await ovsdb.close();
  expect(await expected).toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
});
