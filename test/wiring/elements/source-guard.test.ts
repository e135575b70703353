/** A source guard as an element of a wiring, on the in-memory host. */
import { describe, expect, test } from 'vitest';
import { collectGarbage } from '../../../src/wiring/collect-garbage.ts';
import { listResources } from '../../../src/wiring/list-resources.ts';
import type { Element } from '../../../src/wiring/wiring.ts';
import { FAILS, given, MAC } from './memory-devices.ts';

const TAP: Element = { kind: 'tap', name: 'tap0' };
const GUARD: Element = {
  kind: 'source-guard',
  name: 'tap0',
  hook: 'ingress',
  mac: MAC,
  mode: 'mac-and-ip',
  addresses: ['fd00:0::A', '10.0.0.10/32'],
};
const ON = 'source guard of tap0';

describe('a source guard', () => {
  test('is made with the device, stays as it is in a second plug, and goes with the unplug', async () => {
    const { memory, plug, unplug, check, refusals } = given();
    expect(await check([TAP, GUARD])).toMatchObject([
      { type: 'missing', on: 'tap0' },
      { type: 'missing', on: ON },
    ]);
    expect(await plug([TAP, GUARD])).toMatchObject([
      { on: 'tap0', action: 'create' },
      { on: ON, action: 'create' },
    ]);
    expect(await memory.guards.get('tap0')).toMatchObject({ owner: 'vif-1', addresses: ['10.0.0.10', 'fd00::a'] });
    expect(await check([TAP, GUARD])).toEqual([]);
    refusals.push(({ port, changes }) => (port === 'guards' && changes ? new Error('touched') : undefined));
    await plug([TAP, GUARD]);
    refusals.pop();
    expect(await unplug([GUARD, TAP])).toMatchObject([
      { on: 'tap0', action: 'remove' },
      { on: ON, action: 'remove' },
    ]);
    expect(await memory.guards.list()).toEqual([]);
    await unplug([GUARD, TAP]);
  });

  test('gets other addresses by another plug, and the old ones back when the plug fails', async () => {
    const { memory, plug, check } = given();
    await plug([TAP, GUARD]);
    const moved: Element = { ...GUARD, addresses: ['10.0.0.11'] };
    const difference = { on: ON, property: 'addresses' };
    expect(await check([TAP, moved])).toMatchObject([
      { type: 'differs', ...difference, want: ['10.0.0.11'], have: ['10.0.0.10', 'fd00::a'] },
    ]);
    await expect(plug([TAP, moved, FAILS])).rejects.toMatchObject({ left: [] });
    expect(await check([TAP, GUARD])).toEqual([]);
    expect(await plug([TAP, moved])).toMatchObject([{ action: 'change', ...difference, to: ['10.0.0.11'] }]);
    expect((await memory.guards.get('tap0'))?.addresses).toEqual(['10.0.0.11']);
  });

  test('is rolled back with the device when the plug fails', async () => {
    const { memory, plug, names } = given();
    await expect(plug([TAP, GUARD, FAILS])).rejects.toMatchObject({ left: [] });
    expect([await memory.guards.list(), await names()]).toEqual([[], []]);
  });

  test('that another program deleted or changed is a drift, which a plug removes', async () => {
    const { memory, plug, check } = given();
    await plug([TAP, GUARD]);
    memory.guards.breakRules('tap0');
    expect(await check([TAP, GUARD])).toMatchObject([{ on: ON, property: 'active', want: true, have: false }]);
    await plug([TAP, GUARD]);
    expect(await check([TAP, GUARD])).toEqual([]);
    memory.guards.flush();
    expect(await check([TAP, GUARD])).toMatchObject([{ type: 'missing', on: ON }]);
    await plug([TAP, GUARD]);
    expect(await check([TAP, GUARD])).toEqual([]);
  });

  test('is not taken for the guard of the next device of the name', async () => {
    const { memory, plug, check, link } = given();
    await plug([TAP, GUARD]);
    await memory.links.delete((await link('tap0')).index);
    await memory.links.create({ kind: 'tap', name: 'tap0', alias: 'os-vif:vif-1' });
    expect(await check([GUARD])).toMatchObject([{ on: ON, property: 'bound', want: true, have: false }]);
    await plug([TAP, GUARD]);
    expect(await check([TAP, GUARD])).toEqual([]);
  });

  test('of another VIF is a conflict, and an unplug leaves it', async () => {
    const { memory, plug, unplug, check, prepare } = given([{ kind: 'tap', name: 'tap0' }]);
    await prepare();
    await plug([GUARD], 'vif-2');
    expect(await check([GUARD])).toMatchObject([
      { type: 'conflict', on: ON, reason: expect.stringContaining('vif-2') },
    ]);
    await expect(plug([GUARD])).rejects.toThrow('tap0 has a source guard of VIF vif-2');
    await unplug([GUARD]);
    expect(await memory.guards.list()).toMatchObject([{ owner: 'vif-2' }]);
  });

  test.each([
    [{ addresses: ['10.0.0.300'] }, 'is not an IP address or prefix'],
    [{ addresses: ['10.0.0.3 fa:16:3e'] }, 'is not an IP address or prefix'],
    [{ addresses: ['10.0.0.3 fa:16:3e:00:00:01 x'] }, 'is not an IP address or prefix'],
    [{ addresses: ['10.0.0.3 01:00:5e:00:00:01'] }, 'multicast'],
    [{ mode: 'mac' as const, addresses: ['10.0.0.3'] }, 'compares no IP addresses'],
    [{ mac: '01:00:5e:00:00:01' }, 'multicast'],
    [{ name: 'a b' }, 'cannot name a network device'],
  ])('with %j is refused before any change', async (wrong, message) => {
    const { plug, names } = given();
    await expect(plug([TAP, { ...GUARD, ...wrong }])).rejects.toThrow(message);
    expect(await names()).toEqual([]);
  });
});

describe('source guards on the host', () => {
  test('are listed by VIF, with what they compare and what they dropped', async () => {
    const { memory, plug } = given();
    await plug([TAP, GUARD]);
    memory.guards.addDrops('tap0', 3);
    expect(await listResources(memory)).toEqual([
      {
        owner: 'vif-1',
        resources: [
          { kind: 'tap', name: 'tap0' },
          { kind: 'source-guard', name: 'tap0', mode: 'mac-and-ip', drops: 3 },
        ],
      },
    ]);
  });

  test('are garbage when their VIF is no more, or another device has the name', async () => {
    const { memory, plug, link } = given();
    const second: Element = { ...GUARD, name: 'tap1' };
    await plug([TAP, GUARD]);
    await plug([{ kind: 'tap', name: 'tap1' }, second], 'vif-2');
    await memory.links.delete((await link('tap1')).index);
    await memory.links.create({ kind: 'tap', name: 'tap1' });
    const inUse = { owners: new Set(['vif-2']), names: new Set<string>() };
    const guards = [
      { kind: 'source-guard', name: 'tap0', owner: 'vif-1' },
      { kind: 'source-guard', name: 'tap1', owner: 'vif-2' },
    ];
    expect(await collectGarbage(memory, inUse, { dryRun: true })).toEqual(expect.arrayContaining(guards));
    expect(await memory.guards.list()).toHaveLength(2);
    expect(await collectGarbage(memory, inUse)).toEqual(expect.arrayContaining(guards));
    expect(await memory.guards.list()).toEqual([]);
  });
});
