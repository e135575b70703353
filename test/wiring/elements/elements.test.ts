/** Each kind of element alone, on a host in memory: what it refuses, what it leaves alone, and what a check says of it. */
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Link } from '../../../src/host-contract/links.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
import { remove } from '../../../src/wiring/remove.ts';
import type { Element } from '../../../src/wiring/wiring.ts';

const VF = '0000:03:10.1';
const MAC = '02:fe:00:00:00:01';

function given() {
  const host = new MemoryHost();
  const context = (owner: string) => ({ host, owner });
  return {
    host,
    plug: (element: Element, owner = 'vif-1') => apply([element], context(owner)),
    unplug: (element: Element, owner = 'vif-1') => remove([element], context(owner)),
    check: (element: Element, owner = 'vif-1') => check([element], context(owner)),
    link: async (name: string): Promise<Link> => {
      const found = await host.links.get(name);
      if (found === undefined) throw new Error(`${name} is missing`);
      return found;
    },
  };
}

describe('refused before anything is done is', () => {
  test.each<[Element, string]>([
    [{ kind: 'tap', name: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'tap', name: 'tap0', master: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'bridge', name: 'br0', mtu: 1 }, 'br0: MTU 1'],
    [{ kind: 'veth', name: 'v0', peer: 'v0' }, 'two ends need two names'],
    [{ kind: 'veth', name: 'v0', peer: 'v1', master: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'vlan', name: 'v0', id: 4095, lower: 'eth0' }, 'VLAN id 4095'],
    [{ kind: 'vlan', name: 'v0', id: 1, lower: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'macvtap', name: 'm0', mode: 'vepa', lower: { pciAddress: '03:10.1' } }, '"03:10.1" is not a PCI address'],
    [{ kind: 'macvtap', name: 'm0', mode: 'vepa', lower: { pciAddress: `${VF}x` } }, 'is not a PCI address'],
    [{ kind: 'macvtap', name: 'm0', mode: 'vepa', lower: { pciAddress: `x${VF}` } }, 'is not a PCI address'],
    [{ kind: 'macvtap', name: 'm0', mode: 'vepa', lower: { pciAddress: '0000:03:20.1' } }, 'is not a PCI address'],
    [{ kind: 'macvtap', name: 'm0', mode: 'vepa', mac: 'none', lower: 'eth0' }, '"none" is not a MAC address'],
    [{ kind: 'port', name: 'a/b', bridge: 'br0' }, '"a/b" cannot name'],
    [{ kind: 'port', name: 'eth0', bridge: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'port', name: 'eth0', bridge: 'br0', mtu: 1 }, 'eth0: MTU 1'],
    [{ kind: 'existing-link', name: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'existing-link', name: 'eth0', mtu: 1 }, 'eth0: MTU 1'],
    [{ kind: 'virtual-function', name: 'eth0' }, '"eth0" is not a PCI address'],
    [{ kind: 'virtual-function', name: '0000:03:20.1' }, '"0000:03:20.1" is not a PCI address'],
    [{ kind: 'virtual-function', name: VF, vlan: 4095 }, `${VF}: VLAN id 4095`],
    [{ kind: 'forward-rule', name: 'a/b', interfaces: [], dropAction: 'DROP' }, '"a/b" cannot name'],
    [{ kind: 'forward-rule', name: 'br0', interfaces: ['a/b'], dropAction: 'DROP' }, '"a/b" cannot name'],
    [{ kind: 'forward-rule', name: 'br+', interfaces: [], dropAction: 'DROP' }, '"br+" cannot be used in a rule'],
    [
      { kind: 'forward-rule', name: 'br0', interfaces: ['eth+'], dropAction: 'DROP' },
      '"eth+" cannot be used in a rule',
    ],
    [{ kind: 'forward-rule', name: 'br0', interfaces: ['!eth0'], dropAction: 'DROP' }, 'cannot be used in a rule'],
    [{ kind: 'forward-rule', name: 'br0', interfaces: ['-i'], dropAction: 'DROP' }, 'cannot be used in a rule'],
    [{ kind: 'forward-rule', name: 'br0', interfaces: ['a"b'], dropAction: 'DROP' }, 'cannot be used in a rule'],
    [
      { kind: 'forward-rule', name: 'br0', interfaces: [], dropAction: 'DROP -p tcp' },
      'cannot be a target of iptables',
    ],
    [{ kind: 'forward-rule', name: 'br0', interfaces: [], dropAction: '' }, '"" cannot be a target of iptables'],
    [{ kind: 'source-mac-filter', name: 'none', lower: 'eth0' }, 'source-mac-filter: "none" is not a MAC address'],
    [{ kind: 'source-mac-filter', name: MAC, lower: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'ovs-bridge', name: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'ovs-port', name: 'p0', bridge: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'ovs-port', name: 'x'.repeat(16), bridge: 'br0' }, 'it has 16 bytes'],
    [{ kind: 'ovs-port', name: 'a b', bridge: 'br0', type: 'internal' }, '"a b" cannot be the name of a port'],
    [
      { kind: 'ovs-patch', name: 'p0', bridge: 'br0', peer: 'p0', peerBridge: 'br1' },
      'patch p0: its two ends need two names',
    ],
    [
      { kind: 'ovs-patch', name: 'a/b', bridge: 'br0', peer: 'p1', peerBridge: 'br1' },
      '"a/b" cannot be the name of a patch port',
    ],
    [
      { kind: 'ovs-patch', name: 'p0', bridge: 'br0', peer: 'a b', peerBridge: 'br1' },
      '"a b" cannot be the name of a patch port',
    ],
    [{ kind: 'ovs-patch', name: 'p0', bridge: 'a/b', peer: 'p1', peerBridge: 'br1' }, '"a/b" cannot name'],
    [{ kind: 'ovs-patch', name: 'p0', bridge: 'br0', peer: 'p1', peerBridge: 'a/b' }, '"a/b" cannot name'],
    [{ kind: 'ovs-qos', name: 'p0', type: '', id: 'q' }, 'QoS of port p0: the type is empty'],
  ])('%j', async (element, message) => {
    const { host, plug, check } = given();
    const before = await host.links.list();
    await expect(plug(element)).rejects.toThrow(message);
    await expect(check(element)).rejects.toThrow(message);
    expect(await host.links.list()).toEqual(before);
  });
});

describe('a device that others make', () => {
  const named: Element = { kind: 'existing-link', name: 'tap0', mtu: 1400, up: true };

  test('is set up and gets its MTU, and the unplug restores both', async () => {
    const { host, plug, unplug, check, link } = given();
    await host.links.create({ kind: 'tap', name: 'tap0' });
    expect(await check(named)).toMatchObject([
      { type: 'differs', on: 'tap0', property: 'mtu', want: 1400, have: 1500 },
      { type: 'differs', on: 'tap0', property: 'up', want: true, have: false },
    ]);
    await plug(named);
    expect(await link('tap0')).toMatchObject({ mtu: 1400, up: true });
    expect(await check(named)).toEqual([]);
    await unplug(named);
    expect(await link('tap0')).toMatchObject({ mtu: 1500, up: false });
    expect((await link('tap0')).alternativeNames).toBeUndefined();
  });

  test('is left as it is where nothing is asked of it', async () => {
    const { host, plug, unplug, check, link } = given();
    await host.links.create({ kind: 'tap', name: 'tap0', up: true });
    const before = await link('tap0');
    const bare: Element = { kind: 'existing-link', name: 'tap0' };
    await plug(bare);
    expect(await check(bare)).toEqual([]);
    await unplug(bare);
    expect(await link('tap0')).toEqual(before);
  });

  test('must be there, unless it may come later', async () => {
    const { plug, unplug, check } = given();
    await expect(plug(named)).rejects.toMatchObject({
      element: 'existing-link tap0',
      cause: { code: 'ERR_OSVIF_MISSING_LINK' },
    });
    expect(await check(named)).toMatchObject([{ type: 'missing', on: 'tap0' }]);
    await unplug(named);
    const later: Element = { ...named, optional: true };
    await plug(later);
    expect(await check(later)).toEqual([]);
  });

  test('that came in the meantime has the settings that are asked for', async () => {
    const { host, plug, link } = given();
    await host.links.create({ kind: 'tap', name: 'tap0' });
    await plug({ ...named, optional: true });
    expect(await link('tap0')).toMatchObject({ mtu: 1400, up: true });
  });
});

describe('a VLAN device', () => {
  const vlan: Element = { kind: 'vlan', name: 'eth0.7', id: 7, lower: 'eth0', mac: MAC, mtu: 1400 };

  test('stands on its lower device with what is asked of it, and only its own VIF takes it away', async () => {
    const { host, plug, unplug, check, link } = given();
    await host.links.create({ kind: 'bridge', name: 'eth0', up: true });
    expect(await check(vlan)).toMatchObject([{ element: 'vlan eth0.7', type: 'missing', on: 'eth0.7' }]);
    await plug(vlan);
    const { index } = await link('eth0');
    expect(await link('eth0.7')).toMatchObject({
      kind: 'vlan',
      lower: index,
      vlan: { id: 7 },
      mac: MAC,
      mtu: 1400,
      up: true,
    });
    expect(await check(vlan)).toEqual([]);
    await unplug(vlan, 'vif-2');
    expect(await check(vlan)).toEqual([]);
    await unplug(vlan);
    expect(await host.links.get('eth0.7')).toBeUndefined();
  });

  test('of another VLAN can not be changed, only made anew', async () => {
    const { host, plug, check } = given();
    await host.links.create({ kind: 'bridge', name: 'eth0' });
    await plug(vlan);
    const other: Element = { ...vlan, id: 8 };
    expect(await check(other)).toMatchObject([
      { type: 'differs', on: 'eth0.7', property: 'vlan.id', want: 8, have: 7 },
    ]);
    await expect(plug(other)).rejects.toThrow('vlan.id');
  });

  test('needs its lower device', async () => {
    await expect(given().plug(vlan)).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_MISSING_LINK', message: expect.stringContaining('eth0') },
    });
  });
});

describe('a virtual function', () => {
  async function withFunction() {
    const all = given();
    const { host } = all;
    const index = host.links.addNic({ name: 'pf0', virtualFunctions: 2 });
    host.pci.add('0000:03:00.0', { interfaces: ['pf0'] });
    host.pci.add(VF, { interfaces: [], physicalFunction: { address: '0000:03:00.0', number: 1 } });
    const state = async () => (await host.links.virtualFunctions(index)).find(({ number }) => number === 1);
    return { ...all, state };
  }

  const vf: Element = { kind: 'virtual-function', name: VF, mac: MAC.toUpperCase(), vlan: 7, trust: true };

  test('gets what is asked for, which a check names until then, and loses it at the unplug', async () => {
    const { plug, unplug, check, state } = await withFunction();
    expect(
      (await check(vf)).map((drift) => drift.type === 'differs' && [drift.on, drift.property, drift.want]),
    ).toEqual([
      [VF, 'owner', 'vif-1'],
      [VF, 'mac', MAC],
      [VF, 'vlan', 7],
      [VF, 'trust', true],
    ]);
    await plug(vf);
    expect(await state()).toMatchObject({ number: 1, mac: MAC, vlan: 7, trust: true });
    expect(await check(vf)).toEqual([]);
    await unplug(vf);
    expect(await state()).toMatchObject({ mac: '00:00:00:00:00:00', vlan: 0, trust: false });
  });

  test('gets back all that it had before the first plug of its VIF', async () => {
    const { plug, unplug, state } = await withFunction();
    await plug({ kind: 'virtual-function', name: VF, vlan: 9 });
    await plug({ kind: 'virtual-function', name: VF, mac: MAC });
    expect(await state()).toMatchObject({ vlan: 9, mac: MAC });
    await unplug({ kind: 'virtual-function', name: VF, mac: MAC });
    expect(await state()).toMatchObject({ vlan: 0, mac: '00:00:00:00:00:00' });
  });

  test('that is none is an error, unless it may be none and no VLAN is asked for', async () => {
    const { plug, unplug, check } = given();
    await expect(plug(vf)).rejects.toThrow(`of the physical function of ${VF}`);
    expect(await check(vf)).toMatchObject([{ type: 'missing', on: VF }]);
    const maybe: Element = { kind: 'virtual-function', name: VF, mac: MAC, optional: true };
    await plug(maybe);
    expect(await check(maybe)).toEqual([]);
    const tagged: Element = { ...maybe, vlan: 7 };
    await expect(plug(tagged)).rejects.toThrow(`virtual-function ${VF}, for VLAN 7,`);
    expect(await check(tagged)).toMatchObject([{ type: 'missing', on: VF }]);
    await unplug(vf);
  });
});

describe('forward rules', () => {
  const rule: Element = { kind: 'forward-rule', name: 'br0', interfaces: ['eth0'], dropAction: 'REJECT' };
  const RULES = [
    '-i br0 -o eth0 -j ACCEPT',
    '-i eth0 -o br0 -j ACCEPT',
    '-i br0 -o br0 -j ACCEPT',
    '-i br0 -j REJECT',
    '-o br0 -j REJECT',
  ];

  test('are a chain that a check looks into, and that the unplug takes away', async () => {
    const { host, plug, unplug, check } = given();
    expect(await check(rule)).toMatchObject([{ type: 'missing', on: 'os-vif-br0' }]);
    await plug(rule);
    expect(await host.filter.get('os-vif-br0')).toEqual({ rules: RULES, jumpedTo: true });
    expect(await check(rule)).toEqual([]);
    await host.filter.set('os-vif-br0', RULES.slice(1));
    expect(await check(rule)).toMatchObject([
      { type: 'differs', on: 'os-vif-br0', property: 'rules', want: RULES, have: RULES.slice(1) },
    ]);
    await plug(rule);
    expect(await check(rule)).toEqual([]);
    await unplug(rule);
    expect(await host.filter.list()).toEqual([]);
  });

  test('for everything end with what the bridge drops', async () => {
    const { host, plug } = given();
    await plug({ ...rule, interfaces: ['eth0', 'all'] });
    expect((await host.filter.get('os-vif-br0'))?.rules).toEqual([
      '-i br0 -j ACCEPT',
      '-o br0 -j ACCEPT',
      '-o br0 -j REJECT',
    ]);
  });

  test('that VIFs share stay', async () => {
    const { host, plug, unplug } = given();
    await plug({ ...rule, shared: true });
    await unplug({ ...rule, shared: true });
    expect(await host.filter.list()).toEqual(['os-vif-br0']);
  });
});

describe('a bridge of Open vSwitch', () => {
  test('that is there with another datapath type is refused, and a check says why', async () => {
    const { plug, check } = given();
    await plug({ kind: 'ovs-bridge', name: 'br0', shared: true, datapathType: 'netdev' });
    const other: Element = { kind: 'ovs-bridge', name: 'br0', datapathType: 'system' };
    const reason = 'bridge br0 has datapath type "netdev", the VIF asks for "system"';
    expect(await check(other)).toMatchObject([{ type: 'conflict', on: 'br0', reason }]);
    await expect(plug(other)).rejects.toThrow(reason);
    for (const datapathType of ['netdev', undefined])
      expect(await check({ kind: 'ovs-bridge', name: 'br0', ...(datapathType && { datapathType }) })).toEqual([]);
  });

  test('goes with its VIF', async () => {
    const { host, plug, unplug, check } = given();
    const own: Element = { kind: 'ovs-bridge', name: 'br0' };
    expect(await check(own)).toMatchObject([{ type: 'missing', on: 'br0' }]);
    await plug(own);
    expect((await host.ovsdb.view()).bridge('br0')?.externalIds).toEqual({ 'os-vif': 'vif-1' });
    expect(await check(own)).toEqual([]);
    await unplug(own);
    await unplug(own);
    expect(await check(own)).toMatchObject([{ type: 'missing', on: 'br0' }]);
  });
});
