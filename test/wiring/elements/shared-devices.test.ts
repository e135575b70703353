/** Shared devices that another program made: which of them a plug uses, and what it sets on them. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { NewLink } from '../../../src/host-contract/links.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
import { remove } from '../../../src/wiring/remove.ts';
import type { Element } from '../../../src/wiring/wiring.ts';

const VLAN: Element = { kind: 'vlan', name: 'eth0.7', id: 7, lower: 'eth0', shared: true };
const BRIDGE: Element = { kind: 'bridge', name: 'br0', stp: false, mtu: 1450, arpIgnore: 1, shared: true };

/** A host with the NICs eth0 and eth1, which are up, and one more device. */
async function given(link?: (nics: { readonly eth0: number; readonly eth1: number }) => NewLink) {
  const host = new MemoryHost();
  const nics = {
    eth0: host.links.addNic({ name: 'eth0', up: true }),
    eth1: host.links.addNic({ name: 'eth1', up: true }),
  };
  if (link !== undefined) await host.links.create(link(nics));
  const context = (owner: string) => ({ host, owner });
  return {
    host,
    plug: (element: Element, owner = 'vif-1') => apply([element], context(owner)),
    unplug: (element: Element, owner = 'vif-1') => remove([element], context(owner)),
    check: (element: Element, owner = 'vif-1') => check([element], context(owner)),
  };
}

test.each<[string, Parameters<typeof given>[0], string]>([
  [
    'another VLAN id',
    ({ eth0 }) => ({ kind: 'vlan', name: 'eth0.7', lower: eth0, vlan: { id: 8 } }),
    'exists with another VLAN id (found 8, expected 7); delete or rename that device first',
  ],
  [
    'another NIC',
    ({ eth1 }) => ({ kind: 'vlan', name: 'eth0.7', lower: eth1, vlan: { id: 7 } }),
    'with another lower device (found "eth1", expected "eth0"); delete or rename that device first',
  ],
  [
    'another protocol',
    ({ eth0 }) => ({ kind: 'vlan', name: 'eth0.7', lower: eth0, vlan: { id: 7, protocol: '802.1ad' } }),
    'with another VLAN protocol (found "802.1ad", expected "802.1Q")',
  ],
  [
    'another id, for other VIFs',
    ({ eth0 }) => ({ kind: 'vlan', name: 'eth0.7', lower: eth0, vlan: { id: 8 }, alias: 'os-vif:shared' }),
    '(found 8, expected 7); unplug the VIFs that use it and collect the garbage first',
  ],
])(
  'a VLAN device of the name with %s is a conflict, and the plug fails with the same reason',
  async (_, made, reason) => {
    const { plug, check, host } = await given(made);
    const before = await host.links.list();
    const [drift, ...rest] = await check(VLAN);
    expect(drift).toMatchObject({ type: 'conflict', on: 'eth0.7', reason: expect.stringContaining(reason) });
    expect(rest).toEqual([]);
    await expect(plug(VLAN)).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_FOREIGN_LINK', message: expect.stringContaining(reason) },
    });
    expect(await host.links.list()).toEqual(before);
  },
);

test('the right VLAN device of another program is used: it is set up, and nothing else is set', async () => {
  const { plug, check, unplug, host } = await given(({ eth0 }) => ({
    kind: 'vlan',
    name: 'eth0.7',
    lower: eth0,
    vlan: { id: 7 },
    mtu: 1300,
  }));
  const before = await host.links.get('eth0.7');
  expect(await check(VLAN)).toMatchObject([{ on: 'eth0.7', property: 'up', want: true, have: false }]);
  await plug(VLAN);
  expect(await host.links.get('eth0.7')).toEqual({ ...before, up: true });
  expect(await check(VLAN)).toEqual([]);
  await unplug(VLAN);
  expect(await host.links.get('eth0.7')).toEqual({ ...before, up: true });
});

test('the settings of a bridge of another program are no drift, but the bridge is set up', async () => {
  const { plug, check, host } = await given(() => ({ kind: 'bridge', name: 'br0', bridge: { stp: true }, mtu: 1300 }));
  const before = await host.links.get('br0');
  expect(await check(BRIDGE)).toMatchObject([{ on: 'br0', property: 'up', want: true, have: false }]);
  await plug(BRIDGE);
  expect(await host.links.get('br0')).toEqual({ ...before, up: true });
  expect(await host.sysctl.get('net/ipv4/conf/br0/arp_ignore')).toBe('0');
  expect(await check(BRIDGE)).toEqual([]);
});

test('a VLAN that the NIC has under another name is a conflict that names the device', async () => {
  const { plug, check } = await given(({ eth0 }) => ({ kind: 'vlan', name: 'tagged', lower: eth0, vlan: { id: 7 } }));
  const reason = 'eth0 already has the VLAN 7 as the device tagged; rename tagged to eth0.7, or delete it';
  expect(await check(VLAN)).toMatchObject([
    { type: 'missing', on: 'eth0.7' },
    { type: 'conflict', on: 'tagged', reason },
  ]);
  await expect(plug(VLAN)).rejects.toThrow(reason);
});

test('an MTU above that of the NIC is a conflict that names both, before and after the device exists', async () => {
  const { plug, check, host } = await given();
  const large: Element = { kind: 'vlan', name: 'eth0.7', id: 7, lower: 'eth0', shared: true, mtu: 9000 };
  const reason =
    'eth0.7 needs the MTU 9000, and eth0 has the MTU 1500; raise the MTU of eth0, or lower the MTU of the network';
  for (const first of [
    { type: 'missing', on: 'eth0.7' },
    { type: 'differs', property: 'mtu' },
  ]) {
    expect(await check(large)).toMatchObject([first, { type: 'conflict', on: 'eth0', reason }]);
    await expect(plug(large)).rejects.toThrow(reason);
    await plug(VLAN);
  }
  expect(await host.links.get('eth0.7')).toMatchObject({ mtu: 1500 });
});

test('the NIC of a VLAN device is set up, and set down again when the plug fails', async () => {
  const { host, check, plug } = await given();
  const eth0 = (await host.links.get('eth0'))?.index ?? 0;
  await host.links.change(eth0, { up: false });
  expect(await check(VLAN)).toMatchObject([
    { element: 'vlan eth0.7', on: 'eth0', property: 'up', want: true, have: false },
    { type: 'missing', on: 'eth0.7' },
  ]);
  const failing: Element = { kind: 'existing-link', name: 'missing0' };
  await expect(apply([VLAN, failing], { host, owner: 'vif-1' })).rejects.toMatchObject({ left: [] });
  expect(await host.links.get(eth0)).toMatchObject({ up: false });
  await plug(VLAN);
  expect(await host.links.get(eth0)).toMatchObject({ up: true });
  expect(await check(VLAN)).toEqual([]);
});

test('a NIC that another device uses by then stays up when the plug fails', async () => {
  const { host } = await given();
  const eth0 = (await host.links.get('eth0'))?.index ?? 0;
  await host.links.change(eth0, { up: false });
  const other: Element = { kind: 'vlan', name: 'eth0.8', id: 8, lower: 'eth0' };
  const failing = apply([VLAN, { kind: 'existing-link', name: 'missing0' }], { host, owner: 'vif-1' });
  await apply([other], { host, owner: 'vif-2' });
  await expect(failing).rejects.toThrow('missing0');
  expect(await host.links.get(eth0)).toMatchObject({ up: true });
});
