/** What a host must do beside making bridges, veths and TAPs: the same for the kernel and for its model in memory. */

import { describe, expect, test } from 'vitest';
import type {
  IngressFilter,
  SourceMacDrop,
  SourceMacDropState,
} from '../../src/host-contract/filters/packet-filters.ts';
import type { Host } from '../../src/host-contract/host.ts';
import type { Link } from '../../src/host-contract/links.ts';

export function networkSuite(name: string, open: () => Promise<Host>): void {
  describe(name, () => {
    test.each(['private', 'vepa', 'bridge', 'passthru'] as const)(
      'a macvtap in mode %s stands on its device',
      async (mode) => {
        const { links } = await open();
        const lower = await makeNic({ links });
        await links.create({
          kind: 'macvtap',
          name: 'mt0',
          lower: lower.index,
          macvtap: { mode },
          mac: 'fa:16:3e:00:00:07',
          mtu: 1400,
          up: true,
          alias: 'os-vif:m',
        });
        expect(await links.get('mt0')).toMatchObject({
          kind: 'macvtap',
          lower: lower.index,
          macvtap: { mode },
          mac: 'fa:16:3e:00:00:07',
          mtu: 1400,
          up: true,
          alias: 'os-vif:m',
        });
      },
    );

    test('the mode of a macvtap can be changed, its MTU is at most that of its device', async () => {
      const { links } = await open();
      const lower = await makeNic({ links });
      await links.create({ kind: 'macvtap', name: 'mt0', lower: lower.index, macvtap: { mode: 'vepa' } });
      const { index } = await present(links.get('mt0'));
      await links.change(index, { macvtap: { mode: 'private' } });
      expect(await links.get('mt0')).toMatchObject({ macvtap: { mode: 'private' } });
      await expect(
        links.create({ kind: 'macvtap', name: 'mt1', lower: lower.index, macvtap: { mode: 'vepa' }, mtu: 9000 }),
      ).rejects.toMatchObject({ errno: 'EINVAL' });
    });

    test('a macvtap goes with its device, and can stand on none that is missing', async () => {
      const { links } = await open();
      const lower = await makeNic({ links });
      await links.create({ kind: 'macvtap', name: 'mt0', lower: lower.index, macvtap: { mode: 'bridge' } });
      await links.delete(lower.index);
      expect(await names(links.list())).toEqual(['lo']);
      await expect(
        links.create({ kind: 'macvtap', name: 'mt0', lower: 4711, macvtap: { mode: 'bridge' } }),
      ).rejects.toMatchObject({ errno: 'ENODEV' });
    });

    test.each([0, 4095, 1.5])('the VLAN id %d is refused before anything is done', async (id) => {
      const { links } = await open();
      await expect(links.create({ kind: 'vlan', name: 'v', lower: 1, vlan: { id } })).rejects.toMatchObject({
        code: 'ERR_OSVIF_LINK_VALUE',
      });
    });

    test('a port can be told to hairpin, to be isolated and not to learn, in the request that makes it one', async () => {
      const { links } = await open();
      await links.create({ kind: 'bridge', name: 'br0' });
      await links.create({ kind: 'tap', name: 'tap0' });
      const [bridge, tap] = [await present(links.get('br0')), await present(links.get('tap0'))];
      expect(tap.port).toBeUndefined();
      await links.change(tap.index, { master: bridge.index, port: { hairpin: true } });
      expect((await present(links.get('tap0'))).port).toEqual({ hairpin: true, isolated: false, learning: true });
      await links.change(tap.index, { port: { isolated: true, learning: false } });
      expect((await present(links.get('tap0'))).port).toEqual({ hairpin: true, isolated: true, learning: false });
      await links.change(tap.index, { master: 0 });
      expect((await present(links.get('tap0'))).port).toBeUndefined();
    });

    test('what is no port of a bridge can not be told to hairpin', async () => {
      const { links } = await open();
      await links.create({ kind: 'tap', name: 'tap0' });
      const { index } = await present(links.get('tap0'));
      await expect(links.change(index, { port: { hairpin: true } })).rejects.toMatchObject({ errno: 'EOPNOTSUPP' });
    });

    test('many devices are deleted together; those that are gone are fine, the others stay', async () => {
      const { links } = await open();
      for (let i = 0; i < 10; i++) await links.create({ kind: 'veth', name: `a${i}`, peer: { name: `b${i}` } });
      for (const name of ['stays', 'goes']) await links.create({ kind: 'bridge', name });
      const wanted = (await links.list())
        .filter(({ name }) => name !== 'lo' && name !== 'stays')
        .map(({ index }) => index);
      await links.delete((await present(links.get('goes'))).index);
      await links.deleteAll(wanted);
      expect(await names(links.list())).toEqual(['lo', 'stays']);
      await links.deleteAll([]);
      await links.deleteAll(wanted);
      expect(await names(links.list())).toEqual(['lo', 'stays']);
    });

    test('a device that has no virtual functions says so', async () => {
      const { links } = await open();
      const { index } = await makeNic({ links });
      expect(await links.virtualFunctions(index)).toEqual([]);
      await expect(links.changeVirtualFunction(index, 0, { vlan: 5 })).rejects.toMatchObject({ errno: 'EOPNOTSUPP' });
    });

    test('a sysctl of a device is read, written, and gone with it', async () => {
      const { links, sysctl } = await open();
      const key = 'net/ipv6/conf/br0/disable_ipv6';
      expect(await sysctl.get(key)).toBeUndefined();
      await expect(sysctl.set(key, '1')).rejects.toMatchObject({ code: 'ERR_OSVIF_SYSTEM_CALL', errno: 'ENOENT' });
      await links.create({ kind: 'bridge', name: 'br0' });
      expect(await sysctl.get(key)).toBe('0');
      await sysctl.set(key, '1');
      expect(await sysctl.get(key)).toBe('1');
    });

    test('a filter chain is made, replaced and deleted, with its jump', async () => {
      const { filter, links } = await open();
      for (const name of ['br0', 'br1']) await links.create({ kind: 'bridge', name });
      expect(await filter.get('os-vif-br0')).toBeUndefined();
      await filter.set('os-vif-br0', ['-i br0 -j ACCEPT']);
      expect(await filter.get('os-vif-br0')).toEqual({ rules: ['-i br0 -j ACCEPT'], jumpedTo: true });
      await filter.set('os-vif-br0', ['-i br0 -j DROP', '-o br0 -j DROP']);
      expect(await filter.get('os-vif-br0')).toEqual({ rules: ['-i br0 -j DROP', '-o br0 -j DROP'], jumpedTo: true });
      await filter.set('os-vif-br1', []);
      expect(await filter.list()).toEqual(expect.arrayContaining(['os-vif-br0', 'os-vif-br1']));
      await filter.delete('os-vif-br0');
      await filter.delete('os-vif-br0');
      expect((await filter.list()).filter((chain) => chain.startsWith('os-vif-'))).toEqual(['os-vif-br1']);
      expect(await filter.get('os-vif-br0')).toBeUndefined();
    });

    test.each(['eth0', 'ü@"1'])('%s refuses addresses until they are taken off', async (device) => {
      const { links, ingress } = await open();
      await links.create({ kind: 'tap', name: device });
      const [a, b] = [refusal(device, '0a'), refusal(device, '0b')];
      expect(await ingress.list()).toEqual([]);
      await ingress.create(a);
      await ingress.create(b);
      expect(await listed(ingress)).toEqual([
        { ...a, active: true },
        { ...b, active: true },
      ]);
      await ingress.delete(a);
      await ingress.delete(a);
      expect(await listed(ingress)).toEqual([{ ...b, active: true }]);
      await ingress.delete(b);
      await ingress.delete(b);
      expect(await ingress.list()).toEqual([]);
    });

    test('a device name that nft would take for many is not taken, nor what is no address', async () => {
      const { ingress } = await open();
      // A helper finds it before its host does.
      for (const wrong of [refusal('eth*', '0a'), refusal('a b', '0a'), { ...refusal('eth0', '0a'), mac: '0a' }])
        await expect(ingress.create(wrong)).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_OSVIF_(LINK_VALUE|HELPER_PROTOCOL)$/),
        });
      expect(await ingress.list()).toEqual([]);
    });

    test('an address is refused once on a device, and on another one for itself', async () => {
      const { links, ingress } = await open();
      for (const name of ['eth0', 'eth1']) await links.create({ kind: 'tap', name });
      await ingress.create(refusal('eth0', '0a'));
      const other = { ...refusal('eth0', '0a'), owner: 'somebody else' };
      await expect(ingress.create(other)).rejects.toMatchObject({ errno: 'EEXIST' });
      await ingress.create({ ...other, device: 'eth1' });
      expect((await listed(ingress)).map(({ device, owner }) => [device, owner])).toEqual([
        ['eth0', 'vif-0a'],
        ['eth1', 'somebody else'],
      ]);
    });

    test('addresses are not moved from a device to itself', async () => {
      const { links, addressing } = await open();
      const { index } = await makeNic({ links });
      const plan = { addresses: [{ address: '192.0.2.1/24' }], routes: [] };
      await expect(addressing.move(plan, index, index)).rejects.toMatchObject({ code: 'ERR_OSVIF_LINK_VALUE' });
    });

    test('a request for an expected device fails when the device has changed, and changes nothing', async () => {
      const { links, addressing, sysctl } = await open();
      await makeNic({ links });
      await links.create({ kind: 'bridge', name: 'br0' });
      const [nic, bridge] = [await present(links.get('eth0')), await present(links.get('br0'))];
      await links.change(nic.index, { alias: 'somebody else' });
      const before = await links.list();
      const expected = [{ index: nic.index, name: nic.name, alias: nic.alias }];
      const plan = { addresses: [], routes: [] };
      const requests = [
        () => links.change(nic.index, { up: false }, expected),
        () => links.change(bridge.index, { up: true }, expected),
        () => links.delete(nic.index, expected),
        () => links.changeVirtualFunction(nic.index, 0, { vlan: 5 }, expected),
        () => links.create({ kind: 'vlan', name: 'eth0.7', lower: nic.index, vlan: { id: 7 } }, expected),
        () => links.create({ kind: 'tap', name: 'tap0', master: bridge.index }, expected),
        () => sysctl.set('net/ipv4/conf/eth0/arp_ignore', '1', expected),
      ];
      for (const request of requests) await expect(request()).rejects.toMatchObject({ errno: 'ESTALE' });
      await links.deleteAll([nic.index], expected);
      await addressing.move(plan, nic.index, bridge.index, [{ index: bridge.index }]);
      expect(await links.list()).toEqual(before);
      expect(await sysctl.get('net/ipv4/conf/eth0/arp_ignore')).toBe('0');
    });

    test('a request for an expected device succeeds while the device is as expected, and fails when it is gone', async () => {
      const { links } = await open();
      const index = await links.create({ kind: 'bridge', name: 'br0', alias: 'os-vif:a' });
      const expected = [{ index, name: 'br0', alias: 'os-vif:a', group: 0, master: 0, kind: 'bridge' }];
      await links.change(index, { up: true }, expected);
      expect(await links.get('br0')).toMatchObject({ up: true });
      await links.delete(index, expected);
      await expect(links.create({ kind: 'bridge', name: 'br1' }, expected)).rejects.toMatchObject({ errno: 'ENODEV' });
      expect(await links.get('br1')).toBeUndefined();
    });

    test('deleteAll deletes the devices that are as expected, and ignores missing and changed ones', async () => {
      const { links } = await open();
      const all = await Promise.all(
        ['br0', 'br1', 'br2', 'br3'].map((name) => links.create({ kind: 'bridge', name, alias: 'os-vif:a' })),
      );
      const expected = all.map((index) => ({ index, alias: 'os-vif:a' }));
      const [first = 0, second = 0] = all;
      await links.change(first, { alias: 'os-vif:b' });
      await links.delete(second);
      await links.deleteAll(all, expected);
      expect(await names(links.list())).toEqual(['lo', 'br0']);
    });

    test.each(['a\u001bb', 'a\u0085b', 'a\u200eb', 'a\u202eb', 'a\u2028b', 'a\u2029b'])(
      'the unprintable text %j is neither a name nor an alias of a new device',
      async (unprintable) => {
        const { links } = await open();
        const index = await links.create({ kind: 'bridge', name: 'br0' });
        const refused = { code: expect.stringMatching(/^ERR_OSVIF_(LINK_VALUE|HELPER_PROTOCOL)$/) };
        for (const request of [
          () => links.create({ kind: 'tap', name: unprintable }),
          () => links.create({ kind: 'veth', name: 'v0', peer: { name: unprintable } }),
          () => links.create({ kind: 'tap', name: 'tap0', alias: unprintable }),
          () => links.create({ kind: 'veth', name: 'v0', peer: { name: 'v1', alias: unprintable } }),
          () => links.change(index, { alias: unprintable }),
        ])
          await expect(request()).rejects.toMatchObject(refused);
        expect(await names(links.list())).toEqual(['lo', 'br0']);
      },
    );

    test('a device that was just made has neither addresses nor routes', async () => {
      const { links, addressing } = await open();
      const { index } = await makeNic({ links });
      expect(await addressing.get(index)).toEqual({ addresses: [], routes: [] });
    });
  });
}

function refusal(device: string, end: string): SourceMacDrop {
  return { device, mac: `fa:16:3e:00:00:${end}`, owner: `vif-${end}` };
}

/** In an order of our own: the kernel's is that of a hash table. */
async function listed(ingress: IngressFilter): Promise<SourceMacDropState[]> {
  return (await ingress.list()).toSorted((a, b) => (a.device + a.mac < b.device + b.mac ? -1 : 1));
}

/** A device to stand on, as a NIC would be. */
async function makeNic({ links }: Pick<Host, 'links'>): Promise<Link> {
  await links.create({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'far0', up: true } });
  return present(links.get('eth0'));
}

async function present(link: Promise<Link | undefined>): Promise<Link> {
  const found = await link;
  if (found === undefined) throw new Error('the device is missing');
  return found;
}

async function names(list: Promise<Link[]>): Promise<string[]> {
  return (await list).map(({ name }) => name);
}
