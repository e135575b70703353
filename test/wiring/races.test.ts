/** What others do between two steps of a plug, on a host in memory: each time at the moment at which it hurts. */
import { describe, expect, test } from 'vitest';
import { NetlinkError, SystemCallError } from '../../src/errors/kernel.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { type HostCall, interceptHost } from '../../src/host-contract/intercept.ts';
import { DELETION_MARK_GROUP } from '../../src/host-contract/interface-groups.ts';
import type { Link } from '../../src/host-contract/links.ts';
import { aliasOf, SHARED_OWNER } from '../../src/host-contract/ownership.ts';
import { apply } from '../../src/wiring/apply.ts';
import { check } from '../../src/wiring/check.ts';
import { remove } from '../../src/wiring/remove.ts';
import type { Element } from '../../src/wiring/wiring.ts';

const TAP: Element = { kind: 'tap', name: 'tap0', master: 'br0' };
const SHARED: Element = { kind: 'bridge', name: 'br0', shared: true };
const SHARED_BRIDGE = { kind: 'bridge', name: 'br0', alias: aliasOf(SHARED_OWNER) } as const;
/** No such device: the plug fails here. */
const FAILS: Element = { kind: 'existing-link', name: 'missing0' };

/** A host on which something happens right before the first call that is meant. */
function given() {
  const memory = new MemoryHost();
  const happenings: ((call: HostCall) => Promise<void>)[] = [];
  const host: Host = interceptHost(memory, async (call, proceed) => {
    for (const happening of happenings) await happening(call);
    return proceed();
  });
  const meanwhile = (method: string, isMeant: (call: HostCall) => boolean, happen: () => Promise<unknown>) => {
    let isDone = false;
    happenings.push(async (call) => {
      if (isDone || call.method !== method || !isMeant(call)) return;
      isDone = true;
      await happen();
    });
  };
  const link = async (name: string): Promise<Link> => {
    const found = await memory.links.get(name);
    if (found === undefined) throw new Error(`${name} is missing`);
    return found;
  };
  return {
    memory,
    meanwhile,
    link,
    plug: (...elements: Element[]) => apply(elements, { host, owner: 'vif-1' }),
    unplug: (...elements: Element[]) => remove(elements, { host, owner: 'vif-1' }),
    drifts: (...elements: Element[]) => check(elements, { host, owner: 'vif-1' }),
    names: async () => (await memory.links.list()).map(({ name }) => name).filter((name) => name !== 'lo'),
  };
}

const makes = (name: string) => (call: HostCall) => Object(call.args[0]).name === name;

describe('a device that another process is just making', () => {
  test('is waited for until it says whose it is', async () => {
    const { memory, plug, link } = given();
    await memory.links.create({ kind: 'tap', name: 'tap0' });
    const { index } = await link('tap0');
    const { get } = memory.links;
    let looks = 0;
    memory.links.get = async (name) => {
      const found = await get.call(memory.links, name);
      if (found?.index !== index || found.tap === undefined) return found;
      looks++;
      if (looks === 3) await memory.links.change(index, { alias: aliasOf('vif-1') });
      return looks > 3 ? found : { ...found, tap: { ...found.tap, persistent: false } };
    };
    await plug({ kind: 'tap', name: 'tap0', mtu: 1400 });
    expect(looks).toBeGreaterThan(3);
    expect(await get.call(memory.links, 'tap0')).toMatchObject({ index, mtu: 1400, up: true });
  });

  test.each(['unplug', 'check'] as const)('is waited for by %s', async (verb) => {
    const { memory, plug, link, unplug, drifts } = given();
    const TAP0: Element = { kind: 'tap', name: 'tap0' };
    await plug(TAP0);
    const { index } = await link('tap0');
    const { get } = memory.links;
    let looks = 0;
    memory.links.get = async (name) => {
      const found = await get.call(memory.links, name);
      if (found?.index !== index || found.tap === undefined || ++looks > 2) return found;
      return { ...found, alias: '', group: 0, tap: { ...found.tap, persistent: false } };
    };
    if (verb === 'check') expect(await drifts(TAP0)).toEqual([]);
    else expect(await unplug(TAP0)).toMatchObject([{ on: 'tap0', action: 'remove' }]);
    expect(looks).toBeGreaterThan(2);
  });

  test('is not waited for where it stays when its maker ends, or has a name already', async () => {
    for (const [persistent, alias] of [
      [true, ''],
      [false, 'theirs'],
    ] as const) {
      const { memory, plug } = given();
      await memory.links.create({ kind: 'tap', name: 'tap0', alias });
      const { get } = memory.links;
      let looks = 0;
      memory.links.get = async (name) => {
        looks++;
        const found = await get.call(memory.links, name);
        return found?.tap === undefined ? found : { ...found, tap: { ...found.tap, persistent } };
      };
      await expect(plug({ kind: 'tap', name: 'tap0' })).rejects.toThrow(`was not made for this VIF (alias "${alias}")`);
      expect(looks).toBeLessThan(3);
    }
  });

  test.each([
    ['that it is busy with', new NetlinkError('creation of tap tap0', 'EBUSY', 'Device or resource busy')],
    ['that another process deleted', new SystemCallError('making persistent of tap tap0', 'EBADFD', 'bad state')],
  ])('and the kernel says %s is looked at again', async (_, refusal) => {
    const { memory, plug, link } = given();
    const { create } = memory.links;
    let isFirst = true;
    memory.links.create = async (wanted) => {
      if (!isFirst) return create.call(memory.links, wanted);
      isFirst = false;
      throw refusal;
    };
    await plug({ kind: 'tap', name: 'tap0' });
    expect(await link('tap0')).toMatchObject({ up: true });
  });
});

describe('a shared bridge', () => {
  test('that somebody is about to delete is waited for, and made anew when it is gone', async () => {
    const { memory, plug, link, names } = given();
    await memory.links.create({ ...SHARED_BRIDGE, group: DELETION_MARK_GROUP });
    const { index } = await link('br0');
    const { get } = memory.links;
    let looks = 0;
    memory.links.get = async (name) => {
      if (name === 'br0' && ++looks === 3) await memory.links.delete(index);
      return get.call(memory.links, name);
    };
    await plug(SHARED, TAP);
    expect(looks).toBeGreaterThan(2);
    expect(await names()).toEqual(['br0', 'tap0']);
    expect((await link('tap0')).master).toBe((await link('br0')).index);
  });

  test('that goes while a TAP is put on it is made again, with the TAP on it', async () => {
    const { memory, meanwhile, plug, link } = given();
    meanwhile('create', makes('tap0'), async () => memory.links.delete((await link('br0')).index));
    await plug(SHARED, TAP);
    expect((await link('tap0')).master).toBe((await link('br0')).index);
  });

  test('that somebody has said to delete just before a TAP came to it is not stood on', async () => {
    const { memory, meanwhile, plug, link } = given();
    await memory.links.create(SHARED_BRIDGE);
    const old = await link('br0');
    meanwhile('create', makes('tap0'), async () => {
      await memory.links.change(old.index, { group: DELETION_MARK_GROUP });
      setTimeout(() => void memory.links.delete(old.index), 15);
    });
    await plug(SHARED, TAP);
    const bridge = await link('br0');
    expect(bridge.index).not.toBe(old.index);
    expect(await link('tap0')).toMatchObject({ master: bridge.index, up: true });
  });

  test('that is about to go when a TAP moves to it is not stood on either', async () => {
    const { memory, meanwhile, plug, link } = given();
    await memory.links.create(SHARED_BRIDGE);
    await plug({ kind: 'tap', name: 'tap0' });
    const old = await link('br0');
    meanwhile(
      'change',
      ({ args: [index, settings] }) => index === old.index + 1 && 'master' in Object(settings),
      async () => {
        await memory.links.change(old.index, { group: DELETION_MARK_GROUP });
        setTimeout(() => void memory.links.delete(old.index), 15);
      },
    );
    await plug(SHARED, TAP);
    const bridge = await link('br0');
    expect(bridge.index).not.toBe(old.index);
    expect((await link('tap0')).master).toBe(bridge.index);
  });

  test('that a plug made goes when it fails, unless others came to use it', async () => {
    const alone = given();
    await expect(alone.plug(SHARED, FAILS)).rejects.toMatchObject({ left: [] });
    expect(await alone.names()).toEqual([]);

    const { memory, meanwhile, plug, link, names } = given();
    meanwhile(
      'get',
      ({ args }) => args[0] === 'missing0',
      async () => memory.links.create({ kind: 'tap', name: 'theirs', master: (await link('br0')).index }),
    );
    await expect(plug(SHARED, FAILS)).rejects.toMatchObject({ left: [] });
    expect(await names()).toEqual(['br0', 'theirs']);
    expect((await link('br0')).group).toBe(0);
  });
});

test('a device below that goes while one is put on it is named by what needs it', async () => {
  const { memory, meanwhile, plug, names } = given();
  const lower = await memory.links.create({ kind: 'tap', name: 'eth0' });
  meanwhile('create', makes('vlan7'), async () => memory.links.delete(lower));
  await expect(plug({ kind: 'vlan', name: 'vlan7', id: 7, lower: 'eth0' })).rejects.toThrow(
    'vlan vlan7 needs the device',
  );
  expect(await names()).toEqual([]);
});

test('what a plug made and somebody else deleted needs no roll-back', async () => {
  const { memory, meanwhile, plug, link } = given();
  meanwhile(
    'get',
    ({ args }) => args[0] === 'missing0',
    async () => memory.links.delete((await link('tap0')).index),
  );
  await expect(plug({ kind: 'tap', name: 'tap0' }, FAILS)).rejects.toMatchObject({ left: [] });
});

test('a device that a plug made and somebody else took over stays theirs when it fails', async () => {
  const { memory, meanwhile, plug, link, names } = given();
  meanwhile(
    'get',
    ({ args }) => args[0] === 'missing0',
    async () => memory.links.change((await link('tap0')).index, { alias: 'theirs' }),
  );
  await expect(plug({ kind: 'tap', name: 'tap0' }, FAILS)).rejects.toMatchObject({ left: [] });
  expect(await names()).toEqual(['tap0']);
});
