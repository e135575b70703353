/** What a host must do: the same for the kernel and for its model in memory. */

import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/host-contract/host.ts';
import { HOST_METHODS, type HostPart } from '../../src/host-contract/host-methods.ts';
import type { Link, LinkSettings, NewLink } from '../../src/host-contract/links.ts';

/**
 * Every method of a host but the one that closes the connection to Open vSwitch, which may be
 * repeated.
 */
const METHODS = Object.entries(HOST_METHODS)
  .flatMap(([part, methods]) => Object.keys(methods).map((method) => [part, method] as [HostPart, string]))
  .filter(([, method]) => method !== 'close');
/** Arguments of the methods that do not take an index and an object. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  delete: [1],
  deleteAll: [[1]],
  changeVirtualFunction: [1, 0, {}],
  changeEmbeddedSwitchMode: [1, 'vepa'],
  addAlternativeName: [1, 'x'],
  removeAlternativeName: [1, 'x'],
  create: [{ kind: 'bridge', name: 'br0' }],
  change: [1, { up: true }],
  changes: [],
  waitFor: ['nothing', () => undefined],
};

/** Declares the suite; `open` gives a host with nothing but lo on it. */
export function hostSuite(name: string, open: () => Promise<Host>): void {
  describe(name, () => {
    test('a bridge is made with all that was asked', async () => {
      const { links } = await open();
      await links.create({
        kind: 'bridge',
        name: 'br0',
        mac: 'FA:16:3e:00:00:01',
        mtu: 1450,
        up: true,
        alias: 'os-vif:a',
        bridge: { ageingTime: 0, stp: false, forwardDelay: 0, multicastSnooping: false },
      });
      expect(await links.get('br0')).toMatchObject({
        kind: 'bridge',
        mac: 'fa:16:3e:00:00:01',
        mtu: 1450,
        up: true,
        promiscuous: false,
        alias: 'os-vif:a',
        group: 0,
        master: 0,
        lower: 0,
        bridge: { ageingTime: 0, stp: false, forwardDelay: 0, multicastSnooping: false },
      });
    });

    test('a bridge of which nothing was asked has the defaults of the kernel', async () => {
      const { links } = await open();
      await links.create({ kind: 'bridge', name: 'br0' });
      expect(await links.get('br0')).toMatchObject({
        mtu: 1500,
        up: false,
        alias: '',
        bridge: { ageingTime: 300, stp: false, forwardDelay: 15, multicastSnooping: true, vlanFiltering: false },
      });
    });

    test.each([
      [undefined, 1400],
      [1500, 1500],
      [1450, 1450],
    ])('a bridge that was given the MTU %s has the MTU %s when a port with 1400 has joined', async (mtu, expected) => {
      const { links } = await open();
      const bridge = await links.create({ kind: 'bridge', name: 'br0', ...(mtu !== undefined && { mtu }) });
      await links.create({ kind: 'tap', name: 'tap0', mtu: 1400, master: bridge });
      expect(await links.get('br0')).toMatchObject({ mtu: expected });
      const port = await present(links.get('tap0'));
      await links.change(port.index, { mtu: 1300 });
      expect(await links.get('br0')).toMatchObject({ mtu: mtu ?? 1300 });
      await links.change(port.index, { master: 0 });
      expect(await links.get('br0')).toMatchObject({ mtu: mtu ?? 1500 });
    });

    test('both ends of a veth are made, know each other and carry the alias', async () => {
      const { links } = await open();
      await links.create({ kind: 'bridge', name: 'br0' });
      const bridge = await present(links.get('br0'));
      await links.create({
        kind: 'veth',
        name: 'a',
        alias: 'os-vif:v',
        mtu: 1400,
        up: true,
        promiscuous: true,
        master: bridge.index,
        peer: { name: 'b', mtu: 1400, up: true, mac: '02:00:00:00:00:09' },
      });
      const [a, b] = [await present(links.get('a')), await present(links.get('b'))];
      expect(a).toMatchObject({
        kind: 'veth',
        mtu: 1400,
        up: true,
        promiscuous: true,
        alias: 'os-vif:v',
        group: 0,
        master: bridge.index,
        lower: b.index,
      });
      expect(b).toMatchObject({
        kind: 'veth',
        mtu: 1400,
        up: true,
        promiscuous: false,
        alias: 'os-vif:v',
        group: 0,
        mac: '02:00:00:00:00:09',
        lower: a.index,
      });
    });

    test.each([{ multiQueue: false }, { multiQueue: true, owner: 1000, group: 1001 }])(
      'a persistent TAP is made with %o',
      async (tap) => {
        const { links } = await open();
        await links.create({
          kind: 'tap',
          name: 'tap0',
          mac: '02:00:00:00:00:05',
          mtu: 9000,
          up: true,
          alias: 'os-vif:t',
          tap,
        });
        const link = await present(links.get('tap0'));
        expect(link).toMatchObject({
          kind: 'tap',
          mac: '02:00:00:00:00:05',
          mtu: 9000,
          up: true,
          alias: 'os-vif:t',
          master: 0,
        });
        expect(link.tap).toEqual({ ...tap, persistent: true });
      },
    );

    test('a change alters what it names and leaves the rest', async () => {
      const { links } = await open();
      await links.create({
        kind: 'bridge',
        name: 'br0',
        alias: 'before',
        bridge: { ageingTime: 10, multicastSnooping: false },
      });
      const before = await present(links.get('br0'));
      await links.change(before.index, { mtu: 1300, up: true, alias: 'after', group: 7, bridge: { ageingTime: 20 } });
      expect(await links.get('br0')).toMatchObject({
        mtu: 1300,
        up: true,
        alias: 'after',
        group: 7,
        bridge: { ageingTime: 20, multicastSnooping: false },
      });
      await links.change(before.index, { up: false, alias: '', group: 0 });
      expect(await links.get(before.index)).toMatchObject({
        up: false,
        alias: '',
        group: 0,
        mtu: 1300,
        mac: before.mac,
      });
    });

    test('a device joins a bridge, leaves it with master 0, and is free when the bridge goes', async () => {
      const { links } = await open();
      await links.create({ kind: 'bridge', name: 'br0' });
      await links.create({ kind: 'tap', name: 'tap0' });
      const [bridge, tap] = [await present(links.get('br0')), await present(links.get('tap0'))];
      await links.change(tap.index, { master: bridge.index });
      expect(await links.get('tap0')).toMatchObject({ master: bridge.index });
      await links.change(tap.index, { master: 0 });
      expect(await links.get('tap0')).toMatchObject({ master: 0 });
      await links.change(tap.index, { master: bridge.index });
      await links.delete(bridge.index);
      expect(await links.get('br0')).toBeUndefined();
      expect(await links.get('tap0')).toMatchObject({ master: 0 });
    });

    test('deleting one end of a veth deletes the other', async () => {
      const { links } = await open();
      await links.create({ kind: 'veth', name: 'a', peer: { name: 'b' } });
      await links.delete((await present(links.get('b'))).index);
      expect(await names(links.list())).toEqual(['lo']);
    });

    test('a list names every device, lo first', async () => {
      const { links } = await open();
      for (let i = 0; i < 60; i++) await links.create({ kind: 'bridge', name: `br${i}`, alias: 'x'.repeat(200) });
      expect(await names(links.list())).toEqual(['lo', ...Array.from({ length: 60 }, (_, i) => `br${i}`)]);
    });

    test('many requests at once are each answered with their own', async () => {
      const { links } = await open();
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => links.create({ kind: 'bridge', name: `br${i}`, mtu: 1000 + i })),
      );
      const all = await Promise.all(Array.from({ length: 20 }, (_, i) => links.get(`br${i}`)));
      expect(all.map((link) => link?.mtu)).toEqual(Array.from({ length: 20 }, (_, i) => 1000 + i));
    });

    test('what is not there is undefined, and can be neither changed nor deleted', async () => {
      const { links } = await open();
      expect(await links.get('nosuch')).toBeUndefined();
      expect(await links.get(4711)).toBeUndefined();
      expect(await links.get(0)).toBeUndefined();
      await expect(links.change(4711, { up: true })).rejects.toMatchObject({ errno: 'ENODEV' });
      await expect(links.delete(4711)).rejects.toMatchObject({ errno: 'ENODEV' });
    });

    test.each<NewLink>([
      { kind: 'bridge', name: 'taken' },
      { kind: 'veth', name: 'taken', peer: { name: 'free' } },
      { kind: 'veth', name: 'free', peer: { name: 'taken' } },
      { kind: 'tap', name: 'taken' },
    ])('a name is given once: %o', async (link) => {
      const { links } = await open();
      await links.create({ kind: 'bridge', name: 'taken' });
      await expect(links.create(link)).rejects.toMatchObject({ errno: expect.stringMatching(/EEXIST|EBUSY|EINVAL/) });
      expect(await names(links.list())).toEqual(['lo', 'taken']);
    });

    test.each<[string, LinkSettings, string]>([
      ['an MTU above what the kind takes', { mtu: 65535 }, 'EINVAL'],
      ['a master that is not there', { master: 4711 }, 'EINVAL'],
      ['a master that is no bridge', { master: 1 }, 'EOPNOTSUPP'],
    ])('a device that the kernel refuses is not left half made: %s', async (_, settings, errno) => {
      const { links } = await open();
      await expect(links.create({ kind: 'tap', name: 'tap0', ...settings })).rejects.toMatchObject({ errno });
      expect(await names(links.list())).toEqual(['lo']);
    });

    test('a bridge is no port of a bridge', async () => {
      const { links } = await open();
      await links.create({ kind: 'bridge', name: 'br0' });
      const { index } = await present(links.get('br0'));
      await expect(links.create({ kind: 'bridge', name: 'br1', master: index })).rejects.toMatchObject({
        errno: 'ELOOP',
      });
      expect(await names(links.list())).toEqual(['lo', 'br0']);
    });

    test.each([
      '',
      '.',
      '..',
      '1234567890123456',
      'a/b',
      'a b',
      'a\tb',
      'a\nb',
      'a\0b',
      'a:b',
      'tap%d',
      'nbsp\u00a0x',
      'é'.repeat(8),
    ])('the name %j is refused before anything is done', async (name) => {
      const { links } = await open();
      await expect(links.create({ kind: 'tap', name })).rejects.toMatchObject({ code: 'ERR_OSVIF_LINK_VALUE' });
      await expect(links.create({ kind: 'veth', name: 'ok', peer: { name } })).rejects.toMatchObject({
        code: 'ERR_OSVIF_LINK_VALUE',
      });
      expect(await names(links.list())).toEqual(['lo']);
    });

    test.each(['123456789012345', 'tap.1', 'ü', '...', 'a-b_c+d@e', '-'])('the name %j is taken', async (name) => {
      const { links } = await open();
      await links.create({ kind: 'tap', name });
      expect(await names(links.list())).toEqual(['lo', name]);
    });

    test.each<LinkSettings>([
      { mtu: 0 },
      { mtu: 67 },
      { mtu: 70000 },
      { mtu: 1500.5 },
      { mac: '01:00:00:00:00:01' },
      { mac: '00:00:00:00:00:00' },
      { mac: 'fa:16:3e:00:00' },
      { mac: 'fa:16:3e:00:00:0g' },
      { alias: 'x'.repeat(256) },
    ])('%o is refused before anything is done', async (settings) => {
      const { links } = await open();
      await expect(links.create({ kind: 'tap', name: 'tap0', ...settings })).rejects.toMatchObject({
        code: 'ERR_OSVIF_LINK_VALUE',
      });
      expect(await names(links.list())).toEqual(['lo']);
    });

    test.each(METHODS)('a closed host refuses %s.%s', async (part, method) => {
      const host = await open();
      await host.close();
      await host.close();
      const call: unknown = Reflect.get(host[part], method);
      const args = ARGUMENTS[method] ?? [1, {}];
      const outcome = (async () => typeof call === 'function' && Reflect.apply(call, host[part], args))();
      await expect(outcome).rejects.toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
    });
  });
}

async function present(link: Promise<Link | undefined>): Promise<Link> {
  const found = await link;
  if (found === undefined) throw new Error('the device is missing');
  return found;
}

async function names(list: Promise<Link[]>): Promise<string[]> {
  return (await list).map(({ name }) => name);
}
