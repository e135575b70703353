/** Veth pairs and ports of a bridge on the in-memory host. */
import { describe, expect, test } from 'vitest';
import { NetlinkError } from '../../../src/errors/kernel.ts';
import type { NewLink } from '../../../src/host-contract/links.ts';
import type { Element } from '../../../src/wiring/wiring.ts';
import { GONE, given } from './memory-devices.ts';

describe('a veth', () => {
  const veth: Element = { kind: 'veth', name: 'v0', peer: 'v1', mtu: 1400 };
  const ours = { alias: 'os-vif:vif-1' };

  test('whose other end belongs to another owner is refused, and stays', async () => {
    const { prepare, plug, unplug, check, names } = given([{ kind: 'bridge', name: 'v1', alias: 'theirs' }]);
    await prepare();
    const reason =
      'a bridge of that name exists, and it was not made for this VIF (alias "theirs"); delete or rename that device first';
    await expect(plug([veth])).rejects.toThrow(`veth v1: ${reason}`);
    await expect(unplug([veth])).rejects.toThrow(`veth v1: ${reason}`);
    expect(await check([veth])).toMatchObject([{ type: 'conflict', on: 'v1', reason }]);
    expect(await names()).toEqual(['v1']);
  });

  test('of another VIF is refused, and the unplug leaves it alone', async () => {
    const { prepare, plug, unplug, check, names } = given([
      { kind: 'veth', name: 'v0', peer: { name: 'v1' }, alias: 'os-vif:vif-2' },
    ]);
    await prepare();
    await expect(plug([veth])).rejects.toThrow('a veth of that name exists, and it was not made for this VIF');
    expect(await check([veth])).toMatchObject([{ type: 'conflict', on: 'v0' }]);
    await unplug([veth]);
    expect(await names()).toEqual(['v0', 'v1']);
  });

  test.each([
    ['first', 'v0', 'x1', 'veth v0: its other end is not v1; unplug the VIF first'],
    ['second', 'v1', 'x1', 'veth v1: its other end is not v0; unplug the VIF first'],
  ])('whose %s end has another peer is refused, and the unplug removes that end', async (_, name, other, message) => {
    const { prepare, plug, unplug, names } = given([{ kind: 'veth', name, peer: { name: other, ...ours }, ...ours }]);
    await prepare();
    await expect(plug([veth])).rejects.toThrow(message);
    await unplug([veth]);
    expect(await names()).toEqual([]);
  });

  test('whose ends belong to two pairs loses both pairs at the unplug', async () => {
    const { prepare, plug, unplug, names } = given([
      { kind: 'veth', name: 'v0', peer: { name: 'x0', ...ours }, ...ours },
      { kind: 'veth', name: 'v1', peer: { name: 'x1', ...ours }, ...ours },
    ]);
    await prepare();
    await expect(plug([veth])).rejects.toThrow('its other end is not v1');
    await unplug([veth]);
    expect(await names()).toEqual([]);
  });

  test('without its master has a drift that names the master', async () => {
    const { plug, check } = given();
    await plug([
      { kind: 'bridge', name: 'br0' },
      { ...veth, master: 'br0' },
    ]);
    expect(await check([veth])).toMatchObject([{ on: 'v0', property: 'master', have: 'br0' }]);
    expect(await check([{ ...veth, master: 'br1' }])).toMatchObject([
      { on: 'v0', property: 'master', want: 'br1', have: 'br0' },
    ]);
  });
});

describe('a port', () => {
  const port: Element = { kind: 'port', name: 'eth0', bridge: 'br0' };
  const bridges: NewLink[] = [
    { kind: 'bridge', name: 'br0' },
    { kind: 'bridge', name: 'br1' },
  ];
  const nic: NewLink = { kind: 'tap', name: 'eth0' };

  test('leaves its bridge at the unplug, and stays on any other bridge', async () => {
    const { memory, prepare, plug, unplug, link } = given([...bridges, nic]);
    await prepare();
    await plug([port]);
    expect((await link('eth0')).master).toBe((await link('br0')).index);
    await unplug([{ ...port, shared: true }]);
    expect((await link('eth0')).master).toBe((await link('br0')).index);
    await unplug([port]);
    expect((await link('eth0')).master).toBe(0);
    await memory.links.change((await link('eth0')).index, { master: (await link('br1')).index });
    await unplug([port]);
    expect((await link('eth0')).master).toBe((await link('br1')).index);
  });

  test('or bridge that is missing does not fail the unplug', async () => {
    await given().unplug([port]);
    const { prepare, plug, unplug, refusals } = given([...bridges, nic]);
    await prepare();
    await unplug([{ ...port, bridge: 'br9' }]);
    await plug([port]);
    refusals.push(({ method }) => (method === 'change' ? GONE : undefined));
    await unplug([port]);
  });

  test('that cannot leave its bridge is named in the error', async () => {
    const { prepare, plug, unplug, refusals } = given([...bridges, nic]);
    await prepare();
    await plug([port]);
    refusals.push(({ method }) => (method === 'change' ? new NetlinkError('a change', 'EPERM', 'no') : undefined));
    await expect(unplug([port])).rejects.toMatchObject({ left: ['port eth0'] });
  });

  test('must exist unless it is optional, and so must its bridge', async () => {
    const { prepare, plug, check } = given(bridges);
    await prepare();
    await expect(plug([port])).rejects.toThrow('port eth0 needs the device eth0');
    expect(await check([port])).toEqual([
      {
        element: 'port eth0',
        type: 'missing',
        on: 'eth0',
        reason: 'port eth0 needs the device eth0, which does not exist',
      },
    ]);
    await plug([{ ...port, optional: true }]);
    expect(await check([{ ...port, optional: true }])).toEqual([]);
    const other = given([nic]);
    await other.prepare();
    await expect(other.plug([port])).rejects.toThrow('port eth0 needs the device br0');
    expect(await other.check([port])).toMatchObject([
      { property: 'master', want: 'br0', have: undefined },
      { property: 'up', want: true, have: false },
    ]);
  });

  test('of another bridge stays there, and the error says how to take it out', async () => {
    const { memory, prepare, plug, check, link } = given([...bridges, nic]);
    await prepare();
    await memory.links.change((await link('eth0')).index, { master: (await link('br1')).index, up: true });
    const reason =
      'eth0 is already a port of br1, so it cannot become a port of br0; remove it from the bridge with `ip link set eth0 nomaster`';
    expect(await check([port])).toMatchObject([{ type: 'conflict', on: 'eth0', reason }]);
    await expect(plug([port])).rejects.toThrow(reason);
  });

  test('moves its addresses and routes to the bridge only if the element says so', async () => {
    const { memory, prepare, plug, check, link } = given([...bridges, nic]);
    await prepare();
    const plan = {
      addresses: [{ address: '192.0.2.7/24' }],
      routes: [{ destination: '0.0.0.0/0', gateway: '192.0.2.1', table: 254, protocol: 3, scope: 0 }],
    };
    const { index } = await link('eth0');
    memory.addressing.set(index, plan);
    await plug([port]);
    expect(await memory.addressing.get(index)).toEqual(plan);
    const moving: Element = { ...port, moveAddresses: true };
    expect(await check([port])).toEqual([]);
    expect(await check([moving])).toEqual([
      {
        element: 'port eth0',
        type: 'differs',
        on: 'eth0',
        property: 'addresses',
        want: [],
        have: ['192.0.2.7/24', '0.0.0.0/0'],
      },
    ]);
    await plug([moving]);
    expect(await memory.addressing.get((await link('br0')).index)).toEqual(plan);
    expect(await check([moving])).toEqual([]);
    memory.addressing.set(index, { addresses: [], routes: plan.routes });
    expect(await check([moving])).toMatchObject([{ property: 'addresses', have: ['0.0.0.0/0'] }]);
  });
});
