/** Devices that a plug makes or takes over, on a host in memory: whose they are, what is asked of them, and what is taken back. */
import { describe, expect, test } from 'vitest';
import { NetlinkError, SystemCallError } from '../../../src/errors/kernel.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import { type HostCall, interceptHost } from '../../../src/host-contract/intercept.ts';
import type { Link, NewLink } from '../../../src/host-contract/links.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
import { remove } from '../../../src/wiring/remove.ts';
import type { Element } from '../../../src/wiring/wiring.ts';

const MAC = '02:fe:00:00:00:01';
const GONE = new NetlinkError('a request', 'ENODEV', 'No such device');
/** No such device: the plug fails here. */
const FAILS: Element = { kind: 'existing-link', name: 'missing0' };

function given(made: readonly NewLink[] = []) {
  const memory = new MemoryHost();
  const refusals: ((call: HostCall) => Error | undefined)[] = [];
  const host: Host = interceptHost(memory, async (call, proceed) => {
    for (const refusal of refusals) {
      const error = refusal(call);
      if (error) throw error;
    }
    return proceed();
  });
  const site = (owner: string) => ({ host, owner });
  return {
    memory,
    host,
    refusals,
    prepare: async () => {
      for (const link of made) await memory.links.create(link);
    },
    plug: (elements: Element[], owner = 'vif-1') => apply(elements, site(owner)),
    unplug: (elements: Element[], owner = 'vif-1') => remove(elements, site(owner)),
    check: (elements: Element[], owner = 'vif-1') => check(elements, site(owner)),
    names: async () => (await memory.links.list()).map(({ name }) => name).filter((name) => name !== 'lo'),
    link: async (name: string): Promise<Link> => {
      const found = await memory.links.get(name);
      if (found === undefined) throw new Error(`${name} is missing`);
      return found;
    },
  };
}

describe('a TAP', () => {
  test('is kept for the user and group that are to open it', async () => {
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

  test('has one queue, no owner and a virtio header unless it is said', async () => {
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

describe('a device that somebody else has made', () => {
  test('of another kind is told by its kind, and of none by that', async () => {
    const { memory, prepare, plug, check } = given([{ kind: 'bridge', name: 'tap0' }]);
    await prepare();
    memory.links.addNic({ name: 'nic0' });
    const advice = 'delete or rename that device first';
    await expect(plug([{ kind: 'tap', name: 'tap0' }])).rejects.toThrow(
      `tap tap0: the name is in use by a device of kind bridge; ${advice}`,
    );
    expect(await check([{ kind: 'tap', name: 'nic0' }])).toMatchObject([
      { type: 'foreign', on: 'nic0', reason: `the name is in use by a device of kind (none); ${advice}` },
    ]);
  });

  test('of the same kind can be handed over, as the message says', async () => {
    const { memory, prepare, plug, link } = given([{ kind: 'tap', name: 'tap0', alias: 'theirs' }]);
    await prepare();
    await expect(plug([{ kind: 'tap', name: 'tap0' }])).rejects.toThrow(
      'that was not made for this VIF (alias "theirs"); delete it, or hand it over with `ip link set dev tap0 alias os-vif:vif-1`',
    );
    await memory.links.change((await link('tap0')).index, { alias: 'os-vif:vif-1' });
    await plug([{ kind: 'tap', name: 'tap0' }]);
    expect(await link('tap0')).toMatchObject({ up: true });
  });

  test('between a look and the making of it is taken, where it is ours', async () => {
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

  test('can not be made for another reason: that is told at once', async () => {
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

describe('what went meanwhile', () => {
  test('is no failure of an unplug', async () => {
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

  test('for another reason is left, and named', async () => {
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

  test('of a kernel without these files is made without them', async () => {
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

  test('that was there gets its files back where the plug fails', async () => {
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

  test('that is of others tells no more than that', async () => {
    const { prepare, check } = given([{ kind: 'bridge', name: 'br0', alias: 'theirs' }]);
    await prepare();
    expect((await check([bridge])).map(({ type }) => type)).toEqual(['foreign']);
    expect((await given().check([bridge])).map(({ type }) => type)).toEqual(['missing']);
  });
});

describe('a veth', () => {
  const veth: Element = { kind: 'veth', name: 'v0', peer: 'v1', mtu: 1400 };
  const ours = { alias: 'os-vif:vif-1' };

  test('whose other end is none of ours is refused, and stays', async () => {
    const { prepare, plug, unplug, check, names } = given([{ kind: 'bridge', name: 'v1', alias: 'theirs' }]);
    await prepare();
    const reason = 'a bridge of that name is there that was not made for this VIF (alias "theirs")';
    await expect(plug([veth])).rejects.toThrow(`veth v1: ${reason}`);
    await expect(unplug([veth])).rejects.toThrow(`veth v1: ${reason}`);
    expect(await check([veth])).toMatchObject([
      { type: 'missing', on: 'v0' },
      { type: 'foreign', on: 'v1', reason },
    ]);
    expect(await names()).toEqual(['v1']);
  });

  test('of another VIF is refused by both its ends', async () => {
    const { prepare, plug, check } = given([{ kind: 'veth', name: 'v0', peer: { name: 'v1' }, alias: 'os-vif:vif-2' }]);
    await prepare();
    await expect(plug([veth])).rejects.toThrow('a veth of that name is there that was not made for this VIF');
    expect((await check([veth])).map(({ on, type }) => `${type} ${on}`)).toEqual(['foreign v0', 'foreign v1']);
  });

  test.each([
    ['first', 'v0', 'x1', 'veth v0: its other end is not v1; unplug the VIF first'],
    ['second', 'v1', 'x1', 'veth v1: its other end is not v0; unplug the VIF first'],
  ])(
    'whose %s end has another peer is refused, and the unplug takes that end away',
    async (_, name, other, message) => {
      const { prepare, plug, unplug, names } = given([{ kind: 'veth', name, peer: { name: other, ...ours }, ...ours }]);
      await prepare();
      await expect(plug([veth])).rejects.toThrow(message);
      await unplug([veth]);
      expect(await names()).toEqual([]);
    },
  );

  test('whose ends belong to two pairs loses both', async () => {
    const { prepare, plug, unplug, names } = given([
      { kind: 'veth', name: 'v0', peer: { name: 'x0', ...ours }, ...ours },
      { kind: 'veth', name: 'v1', peer: { name: 'x1', ...ours }, ...ours },
    ]);
    await prepare();
    await expect(plug([veth])).rejects.toThrow('its other end is not v1');
    await unplug([veth]);
    expect(await names()).toEqual([]);
  });

  test('is told to be without its master, by name', async () => {
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

  test('leaves the bridge that it was put on at the unplug, and stays on any other', async () => {
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

  test('or bridge that is gone is fine for the unplug', async () => {
    await given().unplug([port]);
    const { prepare, plug, unplug, refusals } = given([...bridges, nic]);
    await prepare();
    await unplug([{ ...port, bridge: 'br9' }]);
    await plug([port]);
    refusals.push(({ method }) => (method === 'change' ? GONE : undefined));
    await unplug([port]);
  });

  test('that can not leave is named', async () => {
    const { prepare, plug, unplug, refusals } = given([...bridges, nic]);
    await prepare();
    await plug([port]);
    refusals.push(({ method }) => (method === 'change' ? new NetlinkError('a change', 'EPERM', 'no') : undefined));
    await expect(unplug([port])).rejects.toMatchObject({ left: ['port eth0'] });
  });

  test('must be there unless it is optional, and so must its bridge', async () => {
    const { prepare, plug, check } = given(bridges);
    await prepare();
    await expect(plug([port])).rejects.toThrow('port eth0 needs the device eth0');
    expect(await check([port])).toEqual([{ element: 'port eth0', type: 'missing', on: 'eth0' }]);
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

  test('of another bridge stays there, and says how to take it out', async () => {
    const { memory, prepare, plug, check, link } = given([...bridges, nic]);
    await prepare();
    await memory.links.change((await link('eth0')).index, { master: (await link('br1')).index, up: true });
    expect(await check([port])).toMatchObject([
      { type: 'differs', on: 'eth0', property: 'master', want: 'br0', have: 'br1' },
    ]);
    await expect(plug([port])).rejects.toThrow(
      "eth0 is a port of br1 already, it can't be one of br0 too; take it out with `ip link set eth0 nomaster`",
    );
  });

  test('gives its addresses and routes to the bridge only where that is asked', async () => {
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

describe('a macvtap device', () => {
  const macvtap: Element = { kind: 'macvtap', name: 'm0', lower: 'eth0', mode: 'vepa', mac: MAC, mtu: 1400 };

  test('has its MTU, and sets the device below up only where that is asked', async () => {
    const { memory, plug, check, link } = given();
    memory.links.addNic({ name: 'eth0' });
    expect(await check([macvtap])).toMatchObject([{ type: 'missing', on: 'm0' }]);
    await plug([macvtap]).catch(() => undefined);
    expect((await link('eth0')).up).toBe(false);
    await plug([{ ...macvtap, lowerUp: true }]);
    expect((await link('eth0')).up).toBe(true);
    expect(await link('m0')).toMatchObject({ mtu: 1400, mac: MAC, macvtap: { mode: 'vepa' } });
  });

  test('needs the device below, and a check without it says that both are missing', async () => {
    await expect(given().plug([macvtap])).rejects.toThrow('macvtap m0 needs the device eth0');
    expect(await given().check([macvtap])).toMatchObject([{ type: 'missing', on: 'm0' }]);
  });
});

describe('a reflection filter', () => {
  const filter: Element = { kind: 'reflection-filter', name: MAC.toUpperCase(), lower: 'eth0' };

  function withNic() {
    const all = given();
    all.memory.links.addNic({ name: 'eth0' });
    all.memory.links.addNic({ name: 'eth1' });
    return all;
  }

  test('is missing until it is plugged, and is then left alone', async () => {
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

  test('goes along to another device, and comes back where the plug fails', async () => {
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

  test('needs its device, and of one that is gone a check says what it was on', async () => {
    await expect(given().plug([filter])).rejects.toThrow(`reflection-filter ${filter.name} needs the device eth0`);
    const { memory, prepare, plug, check, link } = given([{ kind: 'tap', name: 'eth0' }]);
    await prepare();
    await plug([filter]);
    await memory.links.delete((await link('eth0')).index);
    expect(await check([filter])).toMatchObject([{ property: 'device', want: '', have: 'eth0' }]);
  });
});
