/** Attacks by a client of the helper with indexes that name no device, or another device than the one that was checked. */

import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { NETNS_UNAVAILABLE, type Netns } from '../netns.ts';
import { asker, attackedHost, MINE, unchangedHost } from './attacked-host.ts';
import { helperOf } from './helper-host.ts';

const REFUSED = /^ERR_OSVIF_(HELPER_|NETLINK|LINK_VALUE)/;

describe.skipIf(NETNS_UNAVAILABLE)('index 0', () => {
  const { refusal } = unchangedHost({ devices: ['eth1'] });

  test.each<[string, string, unknown[]]>([
    ['tags no device', 'links.change', [0, { group: 0, alias: 'os-vif:mine' }]],
    ['sets no device down', 'links.change', [0, { group: 0, up: false }]],
    ['changes no MTU', 'links.change', [0, { group: 0, mtu: 1300 }]],
    ['puts no device into a bridge', 'links.change', [0, { group: 0, master: 0 }]],
    ['changes no MAC address', 'links.change', [0, { group: 0, mac: '02:00:00:00:00:66' }]],
    ['makes no device promiscuous', 'links.change', [0, { group: 0, promiscuous: true }]],
    ['moves no device to another group', 'links.change', [0, { group: 1 }]],
    ['deletes nothing', 'links.delete', [0]],
    ['deletes nothing among others', 'links.deleteAll', [[0, 1]]],
    ['sets up no virtual function', 'links.changeVirtualFunction', [0, 0, { vlan: 5 }]],
    ['lists no virtual functions', 'links.virtualFunctions', [0]],
    ['sets no embedded switch', 'links.changeEmbeddedSwitchMode', [0, 'vepa']],
    ['takes no addresses', 'addressing.move', [{ addresses: [], routes: [] }, 0, 1]],
    ['gets no addresses', 'addressing.move', [{ addresses: [], routes: [] }, 1, 0]],
    ['carries no VLAN', 'links.create', [{ ...MINE, kind: 'vlan', name: 'v7', lower: 0, vlan: { id: 7 } }]],
    ['is no expected device', 'links.deleteAll', [[1], [{ index: 0 }]]],
    ['is no negative index', 'links.change', [-1, { group: 0, alias: 'os-vif:mine' }]],
    ['is no index above 32 bits', 'links.change', [2 ** 32, { group: 0, alias: 'os-vif:mine' }]],
    ['is no fraction', 'links.change', [0.5, { group: 0, alias: 'os-vif:mine' }]],
  ])('%s', async (_, verb, args) => {
    expect((await refusal(verb, ...args))?.code).toMatch(REFUSED);
  });
});

/** Each takes a device of the client that another process exchanges. */
const EXCHANGED: [string, (own: number, tap: number) => unknown[]][] = [
  ['links.change', (own) => [own, { alias: 'os-vif:stolen' }]],
  ['links.change', (own) => [own, { up: true }]],
  ['links.change', (own, tap) => [tap, { master: own }]],
  ['links.delete', (own) => [own]],
  ['links.deleteAll', (own) => [[own]]],
  ['links.create', (own) => [{ ...MINE, kind: 'vlan', name: 'v7', lower: own, vlan: { id: 7 } }]],
  ['links.create', (own) => [{ ...MINE, kind: 'macvtap', name: 'm7', lower: own, macvtap: { mode: 'vepa' } }]],
  ['links.create', (own) => [{ ...MINE, kind: 'tap', name: 't7', master: own }]],
  ['links.create', (own) => [{ ...MINE, kind: 'veth', name: 'a7', peer: { name: 'b7', master: own } }]],
  ['addressing.move', (own, tap) => [{ addresses: [{ address: '203.0.113.5/24' }], routes: [] }, own, tap]],
];

describe.skipIf(NETNS_UNAVAILABLE)('an index that no device has yet', () => {
  /** Each takes the index that the next device of the host will have. */
  const REQUESTS: [string, (next: number, own: number) => unknown[]][] = [
    ['links.change', (next) => [next, { alias: 'os-vif:stolen' }]],
    ['links.delete', (next) => [next]],
    ['links.deleteAll', (next, own) => [[own, next]]],
    ['links.changeVirtualFunction', (next) => [next, 0, { vlan: 5 }]],
    ['links.changeEmbeddedSwitchMode', (next) => [next, 'vepa']],
    ['links.create', (next) => [{ ...MINE, kind: 'vlan', name: 'v7', lower: next, vlan: { id: 7 } }]],
    ['links.create', (next) => [{ ...MINE, kind: 'macvtap', name: 'm7', lower: next, macvtap: { mode: 'vepa' } }]],
    ['links.create', (next) => [{ ...MINE, kind: 'tap', name: 't7', master: next }]],
    ['links.change', (next, own) => [own, { master: next }]],
    ['addressing.move', (next, own) => [{ addresses: [], routes: [] }, next, own]],
    ['addressing.move', (next, own) => [{ addresses: [], routes: [] }, own, next]],
  ];

  test.each(REQUESTS)('%s leaves the device alone that gets the index meanwhile (%#)', async (verb, argsFor) => {
    let next = 0;
    const { ask, netns, indexOf } = await attackedHost(
      {},
      {
        afterLook: ({ run, links }, device) => {
          if ((device === next || device === undefined) && links().every(({ ifname }) => ifname !== 'admin0'))
            run('ip', 'link', 'add', 'admin0', 'mtu', '1400', 'type', 'veth', 'peer', 'name', 'admin1');
        },
      },
    );
    await ask('links.create', { ...MINE, kind: 'tap', name: 'own0' });
    // `ip link add` gives this index to the other end of the pair.
    next = Math.max(...netns.links().map(({ ifindex }) => ifindex)) + 1;
    const answer = await ask(verb, ...argsFor(next, indexOf('own0')));
    if (verb !== 'links.deleteAll') expect(answer.error?.code).toMatch(REFUSED);
    expect(indexOf('admin1')).toBe(next);
    expectUntouched(netns, 'admin0', 'admin1');
  });

  test.each(EXCHANGED)(
    '%s leaves the device alone that takes the index of a device of the client (%#)',
    async (verb, argsFor) => {
      let own = 0;
      const { ask, netns, indexOf } = await attackedHost(
        {},
        {
          afterLook: ({ run, links }, device) => {
            if ((device !== own && device !== undefined) || links().every(({ ifname }) => ifname !== 'own0')) return;
            run('ip', 'link', 'del', 'own0');
            run('ip', 'link', 'add', 'admin0', 'index', `${own}`, 'type', 'bridge');
          },
        },
      );
      await ask('links.create', { ...MINE, kind: 'bridge', name: 'own0' });
      await ask('links.create', { ...MINE, kind: 'tap', name: 'tap0' });
      own = indexOf('own0');
      const answer = await ask(verb, ...argsFor(own, indexOf('tap0')));
      if (verb !== 'links.deleteAll') expect(answer.error?.code).toMatch(REFUSED);
      expect(indexOf('admin0')).toBe(own);
      expectUntouched(netns, 'admin0');
    },
  );

  test('deleteAll with missing indexes deletes exactly the devices of the client', async () => {
    const { ask, netns } = await attackedHost();
    const { value: own } = await ask('links.create', { ...MINE, kind: 'bridge', name: 'own0' });
    const before = netns.links().map(({ ifname }) => ifname);
    expect(await ask('links.deleteAll', [4000, own, 4001])).not.toHaveProperty('error');
    expect(netns.links().map(({ ifname }) => ifname)).toEqual(before.filter((name) => name !== 'own0'));
  });

  test.each(['links.change', 'links.delete'])('%s fails with ENODEV', async (verb) => {
    const { ask } = await attackedHost();
    const args = verb === 'links.change' ? [4711, { up: false }] : [4711];
    expect(await ask(verb, ...args)).toMatchObject({ error: { code: 'ERR_OSVIF_NETLINK', errno: 'ENODEV' } });
  });
});

/** No alias, no port, nothing that stands on it, and down as `ip link add` left it. */
function expectUntouched(netns: Netns, ...names: string[]): void {
  const links = netns.links();
  for (const name of names) {
    const found = links.find(({ ifname }) => ifname === name);
    expect([found?.ifname, found?.ifalias, found?.master, found?.flags.includes('UP')]).toEqual([
      name,
      undefined,
      undefined,
      false,
    ]);
  }
  const others = links.filter(({ ifname }) => !names.includes(ifname));
  expect(others.filter(({ link, master }) => [link, master].some((on) => names.includes(on ?? '')))).toEqual([]);
}

describe('an index that another device takes between the decision and the request', () => {
  /** A device of the client whose index an administrator's device takes at the last moment. */
  async function raced(args: (own: number) => unknown[], verb: string) {
    const host: MemoryHost = new MemoryHost({
      beforeChange: async () => {
        const link = await host.links.get('own0');
        if (link !== undefined) host.links.replace(link.index, { name: 'admin0', kind: 'bridge' });
      },
    });
    const ask = await asker(await helperOf(host));
    host.links.addNic({ name: 'own0', alias: 'os-vif:mine', virtualFunctions: 1 });
    const own = (await host.links.get('own0'))?.index ?? 0;
    return { host, answer: await ask(verb, ...args(own)) };
  }

  test.each<[string, (own: number) => unknown[]]>([
    ['links.change', (own) => [own, { alias: 'os-vif:stolen' }]],
    ['links.change', (own) => [own, { up: true }]],
    ['links.delete', (own) => [own]],
    ['links.deleteAll', (own) => [[own]]],
    ['links.changeVirtualFunction', (own) => [own, 0, { vlan: 5 }]],
    ['links.create', (own) => [{ ...MINE, kind: 'vlan', name: 'v7', lower: own, vlan: { id: 7 } }]],
  ])('%s leaves it alone (%#)', async (verb, args) => {
    const { host, answer } = await raced(args, verb);
    const admin = await host.links.get('admin0');
    expect(admin).toMatchObject({ alias: '', up: false, mtu: 1500 });
    expect(await host.links.get('v7')).toBeUndefined();
    expect(await host.links.virtualFunctions(admin?.index ?? 0)).toMatchObject([{ vlan: 0 }]);
    if (verb !== 'links.deleteAll') expect(answer.error?.code).toMatch(REFUSED);
  });
});
