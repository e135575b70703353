/** What a physical function is told of one of its virtual functions, on a host in memory. */
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { VirtualFunctionSettings } from '../../../src/host-contract/links.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
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

test('only what differs is told to the driver, and an unplug only what it cleared', async () => {
  const { told, state, plug, unplug, check } = given();
  const wanted = element({ mac: MAC.toUpperCase(), vlan: 7, trust: true, spoofCheck: false });
  expect(await check(wanted)).toMatchObject([
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
  await unplug(element({ vlan: 8 }));
  await unplug(element({ vlan: 8 }));
  await unplug(wanted);
  expect(told).toStrictEqual([
    { mac: MAC, vlan: 7, trust: true, spoofCheck: false },
    { vlan: 8 },
    { vlan: 0 },
    { mac: NO_MAC, trust: false },
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
