/** Elements of Open vSwitch's database: what is edited, what is left to others, and what a check says. */
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
import type { OvsPortElement } from '../../../src/wiring/ovs/ovs-port.ts';
import { remove } from '../../../src/wiring/remove.ts';
import type { Element } from '../../../src/wiring/wiring.ts';

const PORT: Element = {
  kind: 'ovs-port',
  name: 'p0',
  bridge: 'br0',
  type: 'internal',
  options: { key: '2' },
  externalIds: { 'iface-id': 'i' },
  mtuRequest: 1400,
};

async function given(...before: OvsdbEdit[]) {
  const host = new MemoryHost();
  await host.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br0' }, ...before]);
  const edited: OvsdbEdit[] = [];
  const { change } = host.ovsdb;
  host.ovsdb.change = (decide, options) =>
    change.call(
      host.ovsdb,
      (view) => {
        const edits = decide(view);
        edited.push(...edits);
        return edits;
      },
      options,
    );
  const context = (owner: string) => ({ host, owner });
  return {
    host,
    edited,
    plug: (elements: Element[], owner = 'vif-1') => apply(elements, context(owner)),
    unplug: (elements: Element[], owner = 'vif-1') => remove(elements, context(owner)),
    check: (elements: Element[], owner = 'vif-1') => check(elements, context(owner)),
  };
}

function existing(values: Partial<Extract<OvsdbEdit, { edit: 'add-port' }>> = {}): OvsdbEdit {
  return { edit: 'add-port', bridge: 'br0', name: 'p0', interface: { type: 'internal' }, ...values };
}

describe('a port', () => {
  test('that is right already costs no edit, and of one that is not only what differs is named', async () => {
    const { plug, check, edited } = await given();
    await plug([PORT]);
    expect(await check([PORT])).toEqual([]);
    edited.length = 0;
    await plug([PORT]);
    expect(edited).toEqual([]);
    const other: Element = {
      ...PORT,
      options: { key: '3', more: 'x' },
      externalIds: { 'iface-id': 'i' },
      mtuRequest: 1300,
    };
    expect(await check([other])).toEqual([
      { element: 'ovs-port p0', type: 'differs', on: 'p0', property: 'mtuRequest', want: 1300, have: 1400 },
      { element: 'ovs-port p0', type: 'differs', on: 'p0', property: 'options.key', want: '3', have: '2' },
      { element: 'ovs-port p0', type: 'differs', on: 'p0', property: 'options.more', want: 'x', have: undefined },
    ]);
    await plug([other]);
    expect(edited.map(({ edit }) => edit)).toEqual(['set-interface']);
  });

  test('that a hypervisor added with the iface-id of the VIF is used, and keeps what others wrote on it', async () => {
    const { host, plug, unplug, edited } = await given(
      existing({
        externalIds: { theirs: 'x' },
        interface: { type: 'internal', externalIds: { theirs: 'y', 'iface-id': 'i' } },
      }),
    );
    await plug([PORT]);
    expect(edited.map(({ edit }) => edit)).toEqual(['set-interface']);
    const view = await host.ovsdb.view();
    expect(view.port('p0')?.externalIds).toEqual({ theirs: 'x' });
    expect(view.interface('p0')).toMatchObject({
      type: 'internal',
      options: { key: '2' },
      externalIds: { theirs: 'y', 'iface-id': 'i' },
      mtuRequest: 1400,
    });
    await unplug([PORT]);
    await unplug([PORT]);
    expect((await host.ovsdb.view()).port('p0')).toBeUndefined();
  });

  test.each<[what: string, before: OvsdbEdit, reason: string]>([
    ['another VIF by our mark', existing({ externalIds: { 'os-vif': 'vif-2' } }), 'port p0 was made for VIF vif-2'],
    [
      'another VIF by its iface-id',
      existing({ interface: { type: 'internal', externalIds: { 'iface-id': 'j' } } }),
      'port p0 belongs to another VIF (iface-id "j"); remove it with `ovs-vsctl del-port p0` if that VIF no longer exists',
    ],
    [
      'nobody',
      existing(),
      'port p0 exists and was not made for this VIF; remove it with `ovs-vsctl del-port p0` if it is not in use',
    ],
  ])('of %s is neither taken nor removed', async (_, before, reason) => {
    const { host, plug, unplug, check } = await given(before);
    expect(await check([PORT])).toEqual([{ element: 'ovs-port p0', type: 'conflict', on: 'p0', reason }]);
    await expect(plug([PORT])).rejects.toThrow(`ovs-port p0: ${reason}`);
    await unplug([PORT]);
    expect((await host.ovsdb.view()).port('p0')?.bridge).toBe('br0');
  });

  test('on another bridge is moved, and a check names both', async () => {
    const { host, plug, check } = await given(
      { edit: 'add-bridge', name: 'br1' },
      existing({ bridge: 'br1', externalIds: { 'os-vif': 'vif-1' } }),
    );
    const bare: Element = { kind: 'ovs-port', name: 'p0', bridge: 'br0', type: 'internal' };
    expect(await check([bare])).toEqual([
      { element: 'ovs-port p0', type: 'differs', on: 'p0', property: 'bridge', want: 'br0', have: 'br1' },
    ]);
    await plug([bare]);
    expect((await host.ovsdb.view()).port('p0')?.bridge).toBe('br0');
  });

  test('whose device is not there yet has the words of ovs-vswitchd in a check', async () => {
    const { host, plug, check } = await given();
    const device: Element = { kind: 'ovs-port', name: 'tap0', bridge: 'br0' };
    expect(await check([device])).toMatchObject([{ type: 'missing', on: 'tap0' }]);
    await plug([device]);
    expect(await check([device])).toMatchObject([
      {
        type: 'differs',
        on: 'tap0',
        property: 'error',
        want: undefined,
        have: expect.stringMatching(/No such device/),
      },
    ]);
    await host.links.create({ kind: 'tap', name: 'tap0' });
    host.ovsdb.reconfigure();
    expect(await check([device])).toEqual([]);
  });

  test('that is awaited fails the plug with the words of ovs-vswitchd, and is set up where it was taken down', async () => {
    const { host, plug } = await given();
    const awaited: Element = { kind: 'ovs-port', name: 'tap0', bridge: 'br0', awaited: true };
    await expect(plug([awaited])).rejects.toThrow(/tap0.*No such device/);
    expect((await host.ovsdb.view()).port('tap0')).toBeUndefined();
    await host.links.create({ kind: 'tap', name: 'tap0' });
    await plug([awaited]);
    expect(await host.links.get('tap0')).toMatchObject({ up: true });
  });

  test('of a database from before mtu_request is made without it', async () => {
    const { host, plug, check } = await given();
    const view = await host.ovsdb.view();
    const prototype = Object.getPrototypeOf(view);
    const { has } = prototype;
    prototype.has = (table: string, column: string) => table !== 'Interface' || column !== 'mtu_request';
    try {
      await plug([PORT]);
      expect(await check([PORT])).toEqual([]);
    } finally {
      prototype.has = has;
    }
    expect((await host.ovsdb.view()).interface('p0')?.mtuRequest).toBeUndefined();
  });
});

describe('a QoS row', () => {
  const qos: Element = { kind: 'ovs-qos', name: 'p0', type: 'linux-noop', id: 'q' };
  const rows = async (host: MemoryHost) =>
    [...(await host.ovsdb.view()).allQos()].map(({ type, externalIds }) => ({ type, externalIds }));

  test('comes with its port and goes with it, and those of other ports stay', async () => {
    const { host, plug, unplug, check } = await given(
      existing({ name: 'p1' }),
      { edit: 'add-qos', port: 'p1', type: 'linux-noop', externalIds: { id: 'other', _type: 'linux-noop' } },
      existing({ name: 'p2' }),
      { edit: 'add-qos', port: 'p2', type: 'linux-htb', externalIds: { id: 'q', _type: 'linux-htb' } },
    );
    const others = await rows(host);
    await plug([PORT, qos]);
    expect(await rows(host)).toEqual([
      ...others,
      { type: 'linux-noop', externalIds: { id: 'q', _type: 'linux-noop' } },
    ]);
    expect(await check([PORT, qos])).toEqual([]);
    await plug([PORT, qos]);
    expect(await rows(host)).toHaveLength(3);
    await unplug([PORT, qos]);
    expect(await rows(host)).toEqual(others);
  });
});

describe('a bridge', () => {
  test('of a datapath type that this Open vSwitch has not is refused with those that it has', async () => {
    const { plug } = await given();
    await expect(plug([{ kind: 'ovs-bridge', name: 'br9', datapathType: 'dpdk' }])).rejects.toThrow(
      'this Open vSwitch has no datapath type "dpdk"; it has netdev, system',
    );
    await plug([{ kind: 'ovs-bridge', name: 'br9', datapathType: 'netdev' }]);
  });

  test('of no type is one of the type system, and that is asked for as either', async () => {
    const { check } = await given({ edit: 'add-bridge', name: 'br1', datapathType: 'netdev' });
    for (const datapathType of ['', 'system'])
      expect(await check([{ kind: 'ovs-bridge', name: 'br0', datapathType }])).toEqual([]);
    expect(await check([{ kind: 'ovs-bridge', name: 'br0', datapathType: 'netdev' }])).toMatchObject([
      { reason: 'bridge br0 has datapath type "system", the VIF asks for "netdev"' },
    ]);
    expect(await check([{ kind: 'ovs-bridge', name: 'br1', datapathType: '' }])).toMatchObject([{ type: 'conflict' }]);
  });

  test('that is made has the type that is asked for, else the default one', async () => {
    const { host, plug } = await given();
    await plug([
      { kind: 'ovs-bridge', name: 'br1', defaultDatapathType: 'netdev' },
      { kind: 'ovs-bridge', name: 'br2', datapathType: 'system', defaultDatapathType: 'netdev' },
    ]);
    const view = await host.ovsdb.view();
    expect([view.bridge('br1')?.datapathType, view.bridge('br2')?.datapathType]).toEqual(['netdev', 'system']);
  });
});

test('one element alone is plugged, checked and unplugged in a transaction of its own', async () => {
  const { host, plug, unplug, check } = await given();
  const ports = async () => [...(await host.ovsdb.view()).ports('br0')].map(({ name }) => name);
  const element: OvsPortElement = { kind: 'ovs-port', name: 'p0', bridge: 'br0', type: 'internal' };
  expect(await check([element])).toEqual([{ element: 'ovs-port p0', type: 'missing', on: 'p0' }]);
  await plug([element]);
  expect(await ports()).toContain('p0');
  expect(await check([element])).toEqual([]);
  await unplug([element]);
  expect(await ports()).toEqual(['br0']);
  await expect(plug([{ ...element, name: 'a b', type: '' }])).rejects.toThrow('a b');
});
