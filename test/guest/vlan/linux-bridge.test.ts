/** VIFs of the plugin linux_bridge on VLANs: tagged traffic, drift, refusals, devices of others. */

import { expect, test } from 'vitest';
import { instance } from '../../plugins/vifs.ts';
import { ipBatch, loss, type Machine, namesOf, openMachine, vlanOf } from '../machine.ts';
import { vlanVif } from './vlan-vifs.ts';

test('a plug makes the VLAN device and the bridge, and check finds nothing to do', async () => {
  const machine = await openMachine();
  await machine.osVif.plug(vlanVif(1), instance());
  expect(vlanOf(machine, 'vlan100')).toEqual({ id: 100, protocol: '802.1Q', lower: 'eth0' });
  expect(portsOf(machine, 'brqA')).toEqual(['vlan100']);
  expect(await machine.osVif.check(vlanVif(1), instance())).toEqual([]);
});

test('a neighbour on VLAN 100 reaches the bridge, and one on VLAN 101 or without a VLAN does not', async () => {
  const machine = await openMachine();
  await machine.osVif.plug(vlanVif(1), instance());
  machine.ip('address add 192.0.2.2/24 dev brqA');
  const losses = new Map<string, string>();
  for (const vlan of ['100', '101', undefined]) {
    joinVlan(machine, vlan);
    losses.set(vlan ?? 'none', loss(machine.neighbour, '192.0.2.2'));
  }
  expect(Object.fromEntries(losses)).toEqual({ 100: '0', 101: '100', none: '100' });
});

test('drift is found and mended', async () => {
  const machine = await openMachine();
  await machine.osVif.plug(vlanVif(1), instance());
  machine.ip('link set vlan100 mtu 1300 down nomaster');
  const drifts = await machine.osVif.check(vlanVif(1), instance());
  expect(new Set(drifts.map((drift) => drift.type === 'differs' && drift.property))).toEqual(
    new Set(['mtu', 'up', 'master']),
  );
  await machine.osVif.plug(vlanVif(1), instance());
  expect(await machine.osVif.check(vlanVif(1), instance())).toEqual([]);
});

test('a flat network and a VLAN network share a NIC', async () => {
  const machine = await openMachine();
  const flat = vlanVif(2, { bridge: 'brqFlat' });
  await machine.osVif.plug(flat, instance());
  await machine.osVif.plug(vlanVif(1), instance());
  expect(portsOf(machine, 'brqFlat')).toEqual(['eth0']);
  expect(portsOf(machine, 'brqA')).toEqual(['vlan100']);
  machine.ip('address add 192.0.2.2/24 dev brqA');
  machine.ip('address add 198.51.100.2/24 dev brqFlat');
  joinVlan(machine, '100');
  machine.neighbour.run('ip', 'address', 'add', '198.51.100.1/24', 'dev', 'far0');
  expect([loss(machine.neighbour, '192.0.2.2'), loss(machine.neighbour, '198.51.100.2')]).toEqual(['0', '0']);
});

test('a bridge with vlan_filtering is the wire of a VLAN network', async () => {
  const machine = await openMachine();
  machine.ip('link add trunk type bridge vlan_filtering 1');
  machine.ip('link set eth0 master trunk');
  machine.ip('link set trunk up');
  for (const device of ['eth0', 'trunk'])
    machine.netns.run('bridge', 'vlan', 'add', 'vid', '100', 'dev', device, ...(device === 'trunk' ? ['self'] : []));
  const vif = vlanVif(1, { vlan: 100, nic: 'trunk' });
  await machine.osVif.plug(vif, instance());
  machine.ip('address add 192.0.2.2/24 dev brqA');
  joinVlan(machine, '100');
  expect(loss(machine.neighbour, '192.0.2.2')).toBe('0');
  expect(await machine.osVif.check(vif, instance())).toEqual([]);
});

test('64 VIFs at once make one VLAN device, and it goes when none of them is valid any more', async () => {
  const machine = await openMachine();
  const vifs = Array.from({ length: 64 }, (_, n) => vlanVif(n, { bridge: 'brqC', vlan: 300 }));
  await machine.osVif.plugAll(vifs.map((vif) => ({ vif, instance: instance() })));
  expect(vlanOf(machine, 'vlan300')).toMatchObject({ id: 300 });
  expect(await machine.osVif.collectGarbage(vifs.slice(0, 1))).toEqual([]);
  await machine.osVif.collectGarbage([]);
  expect(namesOf(machine).sort()).toEqual(['eth0', 'eth1']);
});

test('a NIC that was deleted and came back is used again', async () => {
  const machine = await openMachine();
  await machine.osVif.plug(vlanVif(1), instance());
  machine.ip('link delete eth0');
  expect(await machine.osVif.check(vlanVif(1), instance())).toContainEqual(
    expect.objectContaining({ type: 'missing', on: 'vlan100' }),
  );
  machine.ip('link add eth0 type veth peer name back0');
  for (const name of ['eth0', 'back0']) machine.ip(`link set ${name} up`);
  await machine.osVif.plug(vlanVif(1), instance());
  expect(await machine.osVif.check(vlanVif(1), instance())).toEqual([]);
});

test.each([
  [
    'an MTU above that of the NIC',
    '',
    vlanVif(1, { vlan: 100, mtu: 9000 }),
    /vlan100 needs the MTU 9000, and eth0 has the MTU 1500/,
  ],
  [
    'a VLAN that the NIC has under another name',
    'link add link eth0 name other type vlan id 100',
    vlanVif(1),
    /eth0 already has the VLAN 100 as the device other/,
  ],
  ['a name that a device of another kind has', 'link add vlan100 type dummy', vlanVif(1), /vlan100/],
])('a plug is refused and leaves nothing behind: %s', async (_, preparation, vif, message) => {
  const machine = await openMachine();
  if (preparation !== '') machine.ip(preparation);
  const before = machine.ip('-br link');
  await expect(machine.osVif.plug(vif, instance())).rejects.toMatchObject({
    message: expect.stringMatching(message),
    left: [],
  });
  expect(machine.ip('-br link')).toBe(before);
});

test('a NIC that is down is set up', async () => {
  const machine = await openMachine();
  machine.ip('link set eth0 down');
  expect(await machine.osVif.check(vlanVif(1), instance())).toContainEqual(
    expect.objectContaining({ on: 'eth0', property: 'up', want: true, have: false }),
  );
  await machine.osVif.plug(vlanVif(1), instance());
  expect(await machine.osVif.check(vlanVif(1), instance())).toEqual([]);
});

test('the MTU of the VLAN device follows that of a NIC that is lowered; check tells, and a plug can not raise it', async () => {
  const machine = await openMachine();
  await machine.osVif.plug(vlanVif(1), instance());
  machine.ip('link set eth0 mtu 1400');
  const drifts = await machine.osVif.check(vlanVif(1), instance());
  expect(drifts).toContainEqual(expect.objectContaining({ on: 'vlan100', property: 'mtu', want: 1450, have: 1400 }));
  await expect(machine.osVif.plug(vlanVif(1), instance())).rejects.toThrow(
    'vlan100 needs the MTU 1450, and eth0 has the MTU 1400',
  );
});

test('a VLAN device of an administrator that is the right one is used and stays', async () => {
  const machine = await openMachine();
  machine.ip('link add link eth0 name vlan100 type vlan id 100');
  machine.ip('link set vlan100 up');
  await machine.osVif.plug(vlanVif(1), instance());
  await machine.osVif.unplug(vlanVif(1), instance());
  await machine.osVif.collectGarbage([]);
  expect(vlanOf(machine, 'vlan100')).toMatchObject({ id: 100, lower: 'eth0' });
});

test.each([
  ['with another id', 'link add link eth0 name vlan100 type vlan id 200'],
  ['on another NIC', 'link add link eth1 name vlan100 type vlan id 100'],
  ['of protocol 802.1ad', 'link add link eth0 name vlan100 type vlan protocol 802.1ad id 100'],
])('a VLAN device of the name that is there %s is refused', async (_, preparation) => {
  const machine = await openMachine();
  machine.ip(preparation);
  await expect(machine.osVif.plug(vlanVif(1), instance())).rejects.toThrow('a vlan of that name exists with another');
  expect(await machine.osVif.check(vlanVif(1), instance())).toContainEqual(
    expect.objectContaining({ type: 'conflict', on: 'vlan100' }),
  );
});

test('check tells that the VLAN device in use has another id', async () => {
  const machine = await openMachine();
  await machine.osVif.plug(vlanVif(1), instance());
  machine.ip('link delete vlan100');
  machine.ip('link add link eth0 name vlan100 type vlan id 200');
  machine.ip('link set vlan100 mtu 1450 master brqA up');
  expect(await machine.osVif.check(vlanVif(1), instance())).not.toEqual([]);
});

/** Gives the neighbour 192.0.2.1 on a VLAN of the wire, or on the wire itself, and nowhere else. */
function joinVlan({ neighbour }: Machine, vlan: string | undefined): void {
  if (neighbour.links().some(({ ifname }) => ifname === 'tagged')) ipBatch(neighbour, ['link delete tagged']);
  const device = vlan === undefined ? 'far0' : 'tagged';
  ipBatch(neighbour, [
    ...(vlan === undefined ? [] : [`link add link far0 name tagged type vlan id ${vlan}`]),
    `address add 192.0.2.1/24 dev ${device}`,
    `link set ${device} up`,
  ]);
}

function portsOf({ netns }: Machine, bridge: string): string[] {
  return netns
    .links()
    .filter(({ master }) => master === bridge)
    .map(({ ifname }) => ifname);
}
