/** What a physical function is told of one of its virtual functions, on a host in memory. */
import { describe, expect, test, vi } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { VirtualFunctionSettings } from '../../../src/host-contract/links.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
import { collectGarbage } from '../../../src/wiring/collect-garbage.ts';
import type { VirtualFunctionElement } from '../../../src/wiring/elements/virtual-function.ts';
import { remove } from '../../../src/wiring/remove.ts';
import type { Element } from '../../../src/wiring/wiring.ts';

const NAME = '0000:3b:02.1';
const MAC = '02:fe:00:00:00:01';
const NO_MAC = '00:00:00:00:00:00';
/** No such device: the plug fails here. */
const FAILS: Element = { kind: 'existing-link', name: 'missing0' };
const element = (values: Partial<VirtualFunctionElement> = {}): VirtualFunctionElement => ({
  kind: 'virtual-function',
  name: NAME,
  ...values,
});

/** A host with a NIC of two virtual functions, and what its driver was told. */
function given() {
  const host = new MemoryHost();
  const index = host.links.addNic({ name: 'eth0', virtualFunctions: 2 });
  const physical = '0000:3b:00.0';
  host.pci.interfacesOf = async (address) => (address === physical ? ['eth0'] : []);
  host.pci.physicalFunctionOf = async (address) => (address === NAME ? { address: physical, number: 1 } : undefined);
  const told: VirtualFunctionSettings[] = [];
  const { changeVirtualFunction } = host.links;
  host.links.changeVirtualFunction = async (at, number, settings) => {
    told.push(settings);
    return changeVirtualFunction.call(host.links, at, number, settings);
  };
  const context = { host, owner: 'vif-1' };
  return {
    host,
    told,
    state: async () => (await host.links.virtualFunctions(index))[1],
    plug: (...elements: Element[]) => apply(elements, context),
    unplug: (...elements: Element[]) => remove(elements, context),
    check: (...elements: Element[]) => check(elements, context),
  };
}

test('only what differs is told to the driver, and an unplug only what it restores', async () => {
  const { told, state, plug, unplug, check } = given();
  const wanted = element({ mac: MAC.toUpperCase(), vlan: 7, trust: true, spoofCheck: false });
  expect(await check(wanted)).toMatchObject([
    { type: 'differs', on: NAME, property: 'owner', want: 'vif-1' },
    { type: 'differs', on: NAME, property: 'mac', want: MAC, have: NO_MAC },
    { property: 'vlan', want: 7, have: 0 },
    { property: 'trust', want: true, have: false },
    { property: 'spoofCheck', want: false, have: true },
  ]);
  await plug(wanted);
  expect(await state()).toEqual({ number: 1, mac: MAC, vlan: 7, trust: true, spoofCheck: false });
  expect(await check(wanted)).toEqual([]);
  await plug(wanted);
  await plug(element({ ...wanted, vlan: 8 }));
  await unplug(element({ ...wanted, vlan: 8 }));
  await unplug(element({ ...wanted, vlan: 8 }));
  expect(told).toStrictEqual([
    { mac: MAC, vlan: 7, trust: true, spoofCheck: false },
    { vlan: 8 },
    { mac: NO_MAC, vlan: 0, trust: false, spoofCheck: true },
  ]);
});

test('a plug that fails later takes back just what it changed', async () => {
  const { told, plug, state } = given();
  const before = await state();
  await expect(plug(element({ mac: MAC, trust: false }), FAILS)).rejects.toMatchObject({ left: [] });
  expect(told).toStrictEqual([{ mac: MAC }, { mac: NO_MAC }]);
  expect(await state()).toEqual(before);
});

test('what the driver does not tell is set, and not taken back', async () => {
  const { host, told, plug } = given();
  host.links.virtualFunctions = async () => [];
  await expect(plug(element({ vlan: 7, trust: true }), FAILS)).rejects.toMatchObject({
    element: 'existing-link missing0',
  });
  expect(new Set(told.map((settings) => JSON.stringify(settings)))).toEqual(new Set(['{"vlan":7,"trust":true}']));
});

describe('a function that is no virtual one', () => {
  const other = { name: '0000:3b:00.0' };
  const needs = 'virtual-function 0000:3b:00.0';

  test('is refused by its address', async () => {
    const { plug, check } = given();
    await expect(plug(element(other))).rejects.toThrow(
      `${needs} needs the device of the physical function of 0000:3b:00.0`,
    );
    expect(await check(element(other))).toMatchObject([{ type: 'missing', on: other.name }]);
  });

  test('is fine where it is optional and needs no VLAN', async () => {
    const { plug, unplug, check, told } = given();
    await plug(element({ ...other, optional: true, mac: MAC, vlan: 0 }));
    expect(await check(element({ ...other, optional: true }))).toEqual([]);
    await unplug(element(other));
    expect(told).toEqual([]);
    await expect(plug(element({ ...other, optional: true, vlan: 7 }))).rejects.toThrow(
      `${needs}, for VLAN 7, needs the device of the physical function of 0000:3b:00.0`,
    );
    expect(await check(element({ ...other, optional: true, vlan: 7 }))).toMatchObject([{ type: 'missing' }]);
  });

  test('whose physical function has no device is told from that', async () => {
    const { host, plug } = given();
    host.pci.interfacesOf = async () => [];
    await expect(plug(element({ vlan: 7 }))).rejects.toThrow(`virtual-function ${NAME}`);
  });
});

describe('the owner of a function', () => {
  const wanted = element({ mac: MAC, vlan: 101, trust: true, spoofCheck: false });
  const OTHER_MAC = '02:fe:00:00:00:02';
  const other = element({ mac: OTHER_MAC, vlan: 102 });

  function two() {
    const all = given();
    const ofOther = { host: all.host, owner: 'vif-2' };
    return {
      ...all,
      plugOther: () => apply([other], ofOther),
      unplugOther: () => remove([other], ofOther),
      checkOther: () => check([other], ofOther),
      records: async () => (await all.host.links.get('eth0'))?.alternativeNames ?? [],
      collect: (...owners: string[]) => collectGarbage(all.host, { owners: new Set(owners), names: new Set<string>() }),
    };
  }

  test('bug-D1: a late or repeated unplug leaves the function of another VIF alone', async () => {
    const { plug, unplug, plugOther, checkOther, state } = two();
    await plug(wanted);
    await unplug(wanted);
    await plugOther();
    const before = await state();
    for (let i = 0; i < 2; i++) await unplug(wanted);
    expect(await state()).toEqual(before);
    expect(await checkOther()).toEqual([]);
  });

  test('is asked before another VIF gets it: check tells the conflict, and plug fails with the same reason', async () => {
    const { plug, plugOther, checkOther, state, unplug } = two();
    await plug(wanted);
    const before = await state();
    const reason = 'it belongs to VIF vif-1 (virtual function 1 of eth0); unplug that VIF, or collect the garbage';
    expect(await checkOther()).toMatchObject([{ type: 'conflict', on: NAME, reason: expect.stringContaining(reason) }]);
    await expect(plugOther()).rejects.toMatchObject({ left: [], cause: { code: 'ERR_OSVIF_FOREIGN_LINK' } });
    expect(await state()).toEqual(before);
    await unplug(wanted);
    await plugOther();
    expect(await checkOther()).toEqual([]);
  });

  test('kvm-K5: an unplug turns spoof checking and trust back to what the driver reported', async () => {
    const { host, plug, unplug, state } = two();
    await host.links.changeVirtualFunction(await indexOf(host), 1, { trust: true, vlan: 5 });
    const before = await state();
    await plug(element({ mac: MAC, vlan: 7, trust: false, spoofCheck: false }));
    await unplug(element({ mac: MAC, vlan: 7, trust: false, spoofCheck: false }));
    expect(await state()).toEqual(before);
  });

  test('settings that another program has made since then stay', async () => {
    const { host, plug, unplug, state, records } = two();
    await plug(wanted);
    await host.links.changeVirtualFunction(await indexOf(host), 1, { mac: OTHER_MAC, vlan: 102 });
    await unplug(wanted);
    expect(await state()).toMatchObject({ mac: OTHER_MAC, vlan: 102 });
    expect(await records()).toEqual([]);
  });

  test('the record outlives a plug that was killed, and the next plug and unplug restore what was there', async () => {
    const { host, plug, unplug, state, records } = two();
    const before = await state();
    const { changeVirtualFunction } = host.links;
    host.links.changeVirtualFunction = () => new Promise(() => {});
    void plug(wanted);
    await vi.waitFor(async () => expect(await records()).toHaveLength(1));
    host.links.changeVirtualFunction = changeVirtualFunction;
    await plug(wanted);
    await unplug(wanted);
    expect(await state()).toEqual(before);
    expect(await records()).toEqual([]);
  });

  test('a plug that was killed while it changed the address leaves two records, and the next calls converge', async () => {
    for (const next of ['plug', 'unplug'] as const) {
      const { host, plug, unplug, check: checkOwn, state, records } = two();
      const before = await state();
      await plug(wanted);
      const { changeVirtualFunction } = host.links;
      host.links.changeVirtualFunction = () => new Promise(() => {});
      const changed = element({ ...wanted, mac: OTHER_MAC });
      void plug(changed);
      await vi.waitFor(async () => expect(await records()).toHaveLength(2));
      host.links.changeVirtualFunction = changeVirtualFunction;
      expect(await checkOwn(changed)).toContainEqual(expect.objectContaining({ property: 'recorded mac' }));
      if (next === 'plug') {
        await plug(changed);
        expect([await checkOwn(changed), await records()]).toEqual([[], [expect.stringContaining('for-02fe00000002')]]);
      }
      await unplug(changed);
      expect([await state(), await records()]).toEqual([before, []]);
    }
  });

  test('an unplug that was cut off after the address restores the rest at the next call', async () => {
    const { host, plug, unplug, state } = two();
    const before = await state();
    await plug(wanted);
    await host.links.changeVirtualFunction(await indexOf(host), 1, { mac: NO_MAC });
    await unplug(wanted);
    expect(await state()).toEqual(before);
  });

  test('that exists no more is found by garbage collection, which restores the function', async () => {
    const { plug, plugOther, collect, state, records } = two();
    const before = await state();
    await plug(wanted);
    expect(await collect('vif-1')).toEqual([]);
    expect(await collect('vif-2')).toEqual([{ kind: 'virtual-function', name: 'eth0 vf 1', owner: 'vif-1' }]);
    expect(await state()).toEqual(before);
    expect(await records()).toEqual([]);
    await plugOther();
  });

  test('an unplug after the function went away removes the record', async () => {
    const { host, plug, unplug, records } = two();
    await plug(wanted);
    host.pci.physicalFunctionOf = async () => undefined;
    host.links.virtualFunctions = async () => [];
    await unplug(wanted);
    expect(await records()).toEqual([]);
  });

  test('of two plugs at the same time, one gets the function and the other fails', async () => {
    const { plug, plugOther, records } = two();
    const outcomes = await Promise.allSettled([plug(wanted), plugOther()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await records()).toHaveLength(1);
  });
});

async function indexOf({ links }: MemoryHost): Promise<number> {
  return (await links.get('eth0'))?.index ?? 0;
}
