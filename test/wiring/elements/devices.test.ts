/** Devices on the in-memory host: TAP, bridge and macvtap, and devices of other owners. */
import { describe, expect, test } from 'vitest';
import { NetlinkError, SystemCallError } from '../../../src/errors/kernel.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { apply } from '../../../src/wiring/apply.ts';
import type { Element } from '../../../src/wiring/wiring.ts';
import { FAILS, GONE, given, MAC } from './memory-devices.ts';

describe('a TAP', () => {
  test('belongs to the user and the group that open it', async () => {
    const { plug, check, link } = given();
    const tap: Element = { kind: 'tap', name: 'tap0', owner: 1000, group: 36, multiQueue: true };
    await plug([tap]);
    expect((await link('tap0')).tap).toMatchObject({ owner: 1000, group: 36, multiQueue: true });
    expect(await check([tap])).toEqual([]);
    expect(await check([{ ...tap, owner: 1001, group: 37, multiQueue: false }])).toMatchObject([
      { property: 'tap.multiQueue', want: false, have: true },
      { property: 'tap.owner', want: 1001, have: 1000 },
      { property: 'tap.group', want: 37, have: 36 },
    ]);
    await expect(plug([{ ...tap, owner: 1001 }])).rejects.toThrow('tap.owner');
  });

  test('has one queue, no owner and a virtio header by default', async () => {
    const asked: unknown[] = [];
    const { plug, link, refusals } = given();
    refusals.push(({ method, args }) => {
      if (method === 'create') asked.push(args[0]);
      return undefined;
    });
    await plug([{ kind: 'tap', name: 'tap0' }]);
    await plug([{ kind: 'tap', name: 'tap1', vnetHeader: false, up: false }]);
    expect((await link('tap0')).tap).toMatchObject({ multiQueue: false });
    expect(asked).toMatchObject([
      { name: 'tap0', tap: { multiQueue: false } },
      { name: 'tap1', vnetHeader: false },
    ]);
    expect([(await link('tap0')).up, (await link('tap1')).up]).toEqual([true, false]);
  });
});

describe('a device of another owner', () => {
  test('is named in the error with its kind, also when it has none', async () => {
    const { memory, prepare, plug, check } = given([{ kind: 'bridge', name: 'tap0' }]);
    await prepare();
    memory.links.addNic({ name: 'nic0' });
    const advice = 'delete or rename that device first';
    await expect(plug([{ kind: 'tap', name: 'tap0' }])).rejects.toThrow(
      `tap tap0: the name is in use by a device of kind bridge; ${advice}`,
    );
    expect(await check([{ kind: 'tap', name: 'nic0' }])).toMatchObject([
      { type: 'conflict', on: 'nic0', reason: `the name is in use by a device of kind (none); ${advice}` },
    ]);
  });

  test('of the same kind is taken over when it has the alias of the VIF', async () => {
    const { memory, prepare, plug, link } = given([{ kind: 'tap', name: 'tap0', alias: 'theirs' }]);
    await prepare();
    await expect(plug([{ kind: 'tap', name: 'tap0' }])).rejects.toThrow(
      'and it was not made for this VIF (alias "theirs"); delete it, or clear its alias with `ip link set dev tap0 alias ""` and take it over with adopt (`os-vif adopt FILE`)',
    );
    await memory.links.change((await link('tap0')).index, { alias: 'os-vif:vif-1' });
    await plug([{ kind: 'tap', name: 'tap0' }]);
    expect(await link('tap0')).toMatchObject({ up: true });
  });

  test('that appears between look-up and creation is used if it belongs to this VIF', async () => {
    const { memory, plug, link, refusals } = given();
    let isFirst = true;
    refusals.push(({ method }) => {
      if (method !== 'create' || !isFirst) return undefined;
      isFirst = false;
      void memory.links.create({ kind: 'tap', name: 'tap0', alias: 'os-vif:vif-1' });
      return new NetlinkError('creation of tap tap0', 'EEXIST', 'File exists');
    });
    await plug([{ kind: 'tap', name: 'tap0', mtu: 1400 }]);
    expect(await link('tap0')).toMatchObject({ mtu: 1400, up: true });
  });

  test('that cannot be created for another reason fails the plug at the first attempt', async () => {
    const { plug, refusals, names } = given();
    refusals.push(({ method }) =>
      method === 'create' ? new NetlinkError('creation of tap tap0', 'EPERM', 'Operation not permitted') : undefined,
    );
    await expect(plug([{ kind: 'tap', name: 'tap0' }])).rejects.toThrow(
      'creation of tap tap0: Operation not permitted',
    );
    expect(await names()).toEqual([]);
  });
});

describe('a device that disappears meanwhile', () => {
  test('does not fail an unplug', async () => {
    const { plug, unplug, refusals } = given();
    const tap: Element = { kind: 'tap', name: 'tap0' };
    await plug([tap]);
    refusals.push(({ method }) => (method === 'delete' ? GONE : undefined));
    await unplug([tap]);
  });

  test('needs no roll-back', async () => {
    const { plug, refusals } = given();
    await plug([{ kind: 'tap', name: 'tap0', mtu: 1500 }]);
    let changes = 0;
    refusals.push(({ method }) => (method === 'change' && ++changes > 1 ? GONE : undefined));
    await expect(plug([{ kind: 'tap', name: 'tap0', mtu: 1400 }, FAILS])).rejects.toMatchObject({ left: [] });
  });

  test('because another VIF took it over is left alone by the roll-back', async () => {
    const { memory, plug, link, refusals } = given();
    await plug([{ kind: 'tap', name: 'tap0', mtu: 1500 }]);
    const { index } = await link('tap0');
    refusals.push(({ method, args }) => {
      if (method === 'get' && args[0] === FAILS.name) void memory.links.change(index, { alias: 'os-vif:vif-2' });
      return undefined;
    });
    await expect(plug([{ kind: 'tap', name: 'tap0', mtu: 1400 }, FAILS])).rejects.toMatchObject({ left: [] });
    expect(await link('tap0')).toMatchObject({ mtu: 1400, alias: 'os-vif:vif-2' });
  });

  test('with a smaller MTU gives the devices above theirs back when the plug fails', async () => {
    const { memory, plug, link } = given();
    const index = memory.links.addNic({ name: 'eth0', up: true });
    await memory.links.create({ kind: 'vlan', name: 'eth0.7', lower: index, vlan: { id: 7 } });
    const { index: lower } = await link('eth0.7');
    await memory.links.create({ kind: 'macvtap', name: 'm0', lower, macvtap: { mode: 'bridge' } });
    const smaller: Element = { kind: 'existing-link', name: 'eth0', mtu: 1400 };
    await expect(plug([smaller, FAILS])).rejects.toMatchObject({ left: [] });
    expect([(await link('eth0')).mtu, (await link('eth0.7')).mtu, (await link('m0')).mtu]).toEqual([1500, 1500, 1500]);
  });

  test('is named as left when the roll-back fails for another reason', async () => {
    const { plug, refusals } = given();
    await plug([{ kind: 'tap', name: 'tap0', mtu: 1500 }]);
    let changes = 0;
    refusals.push(({ method }) =>
      method === 'change' && ++changes > 1 ? new NetlinkError('a change', 'EPERM', 'no') : undefined,
    );
    await expect(plug([{ kind: 'tap', name: 'tap0', mtu: 1400 }, FAILS])).rejects.toMatchObject({
      left: ['tap tap0 (a change: no (EPERM))'],
    });
  });
});

describe('a bridge', () => {
  const bridge: Element = { kind: 'bridge', name: 'br0', disableIpv6: false, arpIgnore: 1, arpAnnounce: 2 };

  test('is created without the sysctls that the kernel does not have', async () => {
    const { host, plug, check, link } = given();
    const blind: Host = {
      ...host,
      sysctl: {
        get: async () => undefined,
        set: () => Promise.reject(new SystemCallError('setting a file', 'ENOENT', 'no such file or directory')),
      },
    };
    await apply([bridge], { host: blind, owner: 'vif-1' });
    expect(await link('br0')).toMatchObject({ kind: 'bridge', up: true });
    expect(await check([{ kind: 'bridge', name: 'br0' }])).toEqual([]);
    await plug([bridge]);
  });

  test('that existed before gets its sysctls back when the plug fails', async () => {
    const { memory, plug, check } = given();
    await plug([{ kind: 'bridge', name: 'br0' }]);
    expect(await check([bridge])).toMatchObject([
      { type: 'differs', on: 'br0', property: 'net/ipv4/conf/br0/arp_ignore', want: '1', have: '0' },
      { type: 'differs', on: 'br0', property: 'net/ipv4/conf/br0/arp_announce', want: '2', have: '0' },
    ]);
    await expect(plug([bridge, FAILS])).rejects.toMatchObject({ left: [] });
    expect(await memory.sysctl.get('net/ipv4/conf/br0/arp_ignore')).toBe('0');
    await plug([bridge]);
    expect(await memory.sysctl.get('net/ipv4/conf/br0/arp_ignore')).toBe('1');
    expect(await memory.sysctl.get('net/ipv6/conf/br0/disable_ipv6')).toBe('0');
  });

  test('that is missing or of another owner has no other drift', async () => {
    const { prepare, check } = given([{ kind: 'bridge', name: 'br0', alias: 'theirs' }]);
    await prepare();
    expect((await check([bridge])).map(({ type }) => type)).toEqual(['conflict']);
    expect((await given().check([bridge])).map(({ type }) => type)).toEqual(['missing']);
  });
});

describe('a macvtap device', () => {
  const macvtap: Element = { kind: 'macvtap', name: 'm0', lower: 'eth0', mode: 'vepa', mac: MAC, mtu: 1400 };

  test('has its MTU, and sets its lower device up only if the element says so', async () => {
    const { memory, plug, check, link } = given();
    memory.links.addNic({ name: 'eth0' });
    expect(await check([macvtap])).toMatchObject([{ type: 'missing', on: 'm0' }]);
    await plug([macvtap]).catch(() => undefined);
    expect((await link('eth0')).up).toBe(false);
    await plug([{ ...macvtap, lowerUp: true }]);
    expect((await link('eth0')).up).toBe(true);
    expect(await link('m0')).toMatchObject({ mtu: 1400, mac: MAC, macvtap: { mode: 'vepa' } });
  });

  test('needs its lower device, and a check without it reports both as missing', async () => {
    await expect(given().plug([macvtap])).rejects.toThrow('macvtap m0 needs the device eth0');
    expect(await given().check([macvtap])).toMatchObject([
      { type: 'missing', on: 'eth0', reason: 'macvtap m0 needs the device eth0, which does not exist' },
      { type: 'missing', on: 'm0' },
    ]);
  });
});

describe('a reflection filter', () => {
  const filter: Element = { kind: 'source-mac-filter', name: MAC.toUpperCase(), lower: 'eth0' };

  function withNic() {
    const all = given();
    all.memory.links.addNic({ name: 'eth0' });
    all.memory.links.addNic({ name: 'eth1' });
    return all;
  }

  test('is missing until the plug, and a second plug does not change it', async () => {
    const { memory, plug, check, refusals } = withNic();
    expect(await check([filter])).toMatchObject([{ type: 'missing', on: MAC }]);
    await plug([filter]);
    await plug([{ ...filter, name: '02:fe:00:00:00:02' }], 'vif-2');
    expect(await memory.ingress.list()).toMatchObject([
      { device: 'eth0', mac: MAC, owner: 'vif-1' },
      { device: 'eth0', mac: '02:fe:00:00:00:02', owner: 'vif-2' },
    ]);
    expect(await check([filter])).toEqual([]);
    refusals.push(({ port, changes }) => (port === 'ingress' && changes ? new Error('touched') : undefined));
    await plug([filter]);
  });

  test('moves to another device, and back when the plug fails', async () => {
    const { memory, plug, check } = withNic();
    await plug([filter]);
    const moved: Element = { ...filter, lower: 'eth1' };
    expect(await check([moved])).toMatchObject([
      { type: 'differs', on: MAC, property: 'device', want: 'eth1', have: 'eth0' },
    ]);
    await expect(plug([moved, FAILS])).rejects.toMatchObject({ left: [] });
    expect(await memory.ingress.list()).toMatchObject([{ device: 'eth0', mac: MAC }]);
    await plug([moved]);
    expect(await memory.ingress.list()).toMatchObject([{ device: 'eth1', mac: MAC }]);
  });

  test('needs its device, and a check names the missing device', async () => {
    await expect(given().plug([filter])).rejects.toThrow(`source-mac-filter ${filter.name} needs the device eth0`);
    const { memory, prepare, plug, check, link } = given([{ kind: 'tap', name: 'eth0' }]);
    await prepare();
    await plug([filter]);
    await memory.links.delete((await link('eth0')).index);
    expect(await check([filter])).toMatchObject([
      { type: 'missing', on: 'eth0', reason: expect.stringContaining('needs the device eth0') },
      { property: 'device', want: '', have: 'eth0' },
    ]);
  });
});
