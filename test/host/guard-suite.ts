/** What a host must do about source guards: the same for the kernel, for its model in memory and by way of a helper. */

import { describe, expect, test } from 'vitest';
import type { SourceGuard } from '../../src/host-contract/guards/source-guards.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { testWhere } from './kernel-version.ts';

const OWNER = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const REFUSED = { code: expect.stringMatching(/^ERR_OSVIF_(LINK_VALUE|HELPER_PROTOCOL)$/) };

/** What a host cannot do because of its kernel. Default: nothing. */
interface Limits {
  /** Whether the kernel has the egress hook: HAS_EGRESS. */
  readonly egress?: boolean;
}

export function guardSuite(name: string, open: () => Promise<Host>, { egress = true }: Limits = {}): void {
  describe(name, () => {
    test('a guard is read as it was set, in the canonical form of its values', async () => {
      const { guards } = await withDevices(open);
      expect([await guards.list(), await guards.get('tap0')]).toEqual([[], undefined]);
      const addresses = ['fd00:0:0::A', '10.0.0.10/32', '192.0.2.7/24', '10.0.0.10'];
      await guards.set(guardOf({ mac: 'FA:16:3E:00:00:0A', addresses, owner: OWNER.toUpperCase() }));
      const { addresses: canonical, ...listed } = guardOf({ addresses: ['10.0.0.10', '192.0.2.0/24', 'fd00::a'] });
      const state = { ...listed, drops: 0, bound: true };
      expect(await guards.get('tap0')).toEqual({ ...state, addresses: canonical, active: true });
      expect(await guards.list()).toEqual([state]);
    });

    test('a guard is replaced by another mode, other addresses and the other hook', async () => {
      const { guards } = await withDevices(open);
      await guards.set(guardOf());
      const later = [
        guardOf({ addresses: ['0.0.0.0/0', '10.0.0.11', '::/0'] }),
        guardOf({ mode: 'mac', addresses: [] }),
        guardOf({ addresses: ['10.0.0.11', '10.0.0.200 00:00:5e:00:01:0a', 'fd00::c8 00:00:5e:00:01:0a'] }),
        guardOf({ mode: 'mac', addresses: ['fd00::c8 00:00:5e:00:01:0a'] }),
        ...(egress ? [guardOf({ hook: 'egress', mac: 'fa:16:3e:00:00:0b', addresses: [] })] : []),
      ];
      for (const guard of later) {
        await guards.set(guard);
        expect(await guards.get('tap0')).toMatchObject({ ...guard, bound: true, active: true });
        expect(await guards.list()).toHaveLength(1);
      }
    });

    testWhere(!egress, 'a kernel without the egress hook refuses it with the reason, and keeps the guard', async () => {
      const { guards } = await withDevices(open);
      await guards.set(guardOf());
      await expect(guards.set(guardOf({ hook: 'egress' }))).rejects.toMatchObject({
        errno: 'EOPNOTSUPP',
        message: expect.stringContaining('the egress hook needs Linux 5.16'),
      });
      expect(await guards.get('tap0')).toMatchObject({ ...guardOf(), bound: true, active: true });
      await expect(guards.set(guardOf({ device: 'tap1', hook: 'egress' }))).rejects.toThrow('needs Linux 5.16');
      expect(await guards.list()).toHaveLength(1);
    });

    test('the states of all guards are those of each guard', async () => {
      const { guards } = await withDevices(open);
      expect(await guards.states()).toEqual([]);
      const many = Array.from({ length: 9 }, (_, i) => `fd00::${i + 1}`);
      await guards.set(guardOf({ addresses: ['10.0.0.10', '10.0.0.200 00:00:5e:00:01:0a', ...many] }));
      await guards.set(guardOf({ device: 'tap1', mode: 'mac', addresses: [] }));
      const states = (await guards.states()).toSorted((a, b) => a.device.localeCompare(b.device));
      expect(states).toEqual([await guards.get('tap0'), await guards.get('tap1')]);
      expect(states).toMatchObject([{ active: true }, { active: true }]);
    });

    test('guards of several devices are independent, and a missing one is not deleted twice', async () => {
      const { guards } = await withDevices(open);
      const [first, second] = [guardOf(), guardOf({ device: 'tap1', mac: 'fa:16:3e:00:00:0b' })];
      await guards.set(first);
      await guards.set(second);
      await guards.delete(first);
      await guards.delete(first);
      expect(await guards.get('tap0')).toBeUndefined();
      expect(await guards.list()).toMatchObject([{ device: 'tap1', bound: true }]);
      await guards.delete(second);
      expect(await guards.list()).toEqual([]);
    });

    test('the guard of another VIF is neither replaced nor deleted', async () => {
      const { guards } = await withDevices(open);
      await guards.set(guardOf());
      const other = guardOf({ owner: 'another', mac: 'fa:16:3e:00:00:0b' });
      await expect(guards.set(other)).rejects.toThrow(OWNER);
      await guards.delete(other);
      expect(await guards.get('tap0')).toMatchObject({ owner: OWNER, mac: 'fa:16:3e:00:00:0a' });
    });

    test.each(['ü@"1', 'a-b_c.d', '4tap', 'ip6'])('a device with the name %s has a guard', async (device) => {
      const { links, guards } = await open();
      await links.create({ kind: 'tap', name: device });
      await guards.set(guardOf({ device }));
      expect(await guards.list()).toMatchObject([{ device, bound: true }]);
      expect(await guards.get(device)).toMatchObject({ device, active: true });
      await guards.delete(guardOf({ device }));
      expect(await guards.list()).toEqual([]);
    });

    test('a guard takes 128 addresses, and not one more', async () => {
      const { guards } = await withDevices(open);
      const addresses = Array.from({ length: 129 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
      await guards.set(guardOf({ addresses: addresses.slice(1) }));
      expect((await guards.get('tap0'))?.addresses).toEqual(addresses.slice(1).sort());
      await expect(guards.set(guardOf({ addresses }))).rejects.toMatchObject(REFUSED);
    });

    test.each(['mac', 'mac-and-ip'] as const)(
      'in mode %s, each of 128 addresses may have its own MAC',
      async (mode) => {
        const { guards } = await withDevices(open);
        const hex = (i: number) => i.toString(16).padStart(2, '0');
        const addresses = Array.from({ length: 128 }, (_, i) => `fd00::1${hex(i)} 00:00:5e:00:02:${hex(i)}`);
        await guards.set(guardOf({ mode, addresses }));
        expect(await guards.get('tap0')).toMatchObject({ mode, addresses, active: true });
      },
    );

    test.each<[string, Partial<SourceGuard>]>([
      ['half a MAC address behind an address', { addresses: ['10.0.0.5 fa:16:3e'] }],
      ['a MAC address of a group behind an address', { addresses: ['10.0.0.5 01:00:5e:00:00:01'] }],
      ['a MAC address alone', { addresses: ['fa:16:3e:00:00:01'] }],
      ['a name of many devices', { device: 'tap*' }],
      ['a name that no device can have', { device: 'a b' }],
      ['a MAC address of a group', { mac: '01:00:5e:00:00:01' }],
      ['an address without sense', { addresses: ['10.0.0.256'] }],
      ['a prefix that is too long', { addresses: ['10.0.0.0/33'] }],
      ['an IPv6 address with too many groups', { addresses: ['1:2:3:4:5:6:7:8:9'] }],
      ['addresses in mode mac', { mode: 'mac' }],
      ['an owner with a quote', { owner: 'a"b' }],
      ['an owner that is too long', { owner: 'x'.repeat(101) }],
    ])('%s is refused, and nothing is set', async (_, wrong) => {
      const { guards } = await withDevices(open);
      await expect(guards.set(guardOf(wrong))).rejects.toMatchObject(REFUSED);
      expect(await guards.list()).toEqual([]);
    });

    test('a device that is missing has no guard', async () => {
      const { guards } = await open();
      await expect(guards.set(guardOf())).rejects.toMatchObject({ errno: 'ENODEV' });
      expect(await guards.list()).toEqual([]);
    });

    test('the next device of the name does not count as guarded', async () => {
      const { links, guards } = await withDevices(open);
      await guards.set(guardOf());
      await links.delete((await links.get('tap0'))?.index ?? 0);
      await links.create({ kind: 'tap', name: 'tap0', alias: 'os-vif:another' });
      // Before Linux 6.16, the guard is deleted with the device.
      expect((await guards.get('tap0'))?.bound ?? false).toBe(false);
      expect((await guards.list()).filter(({ bound }) => bound)).toEqual([]);
    });
  });
}

/**
 * Guards for devices that do not exist yet.
 *
 * @param bindsByName whether the host has them: the in-memory host, and BINDS_BY_NAME
 */
export function earlyGuardSuite(name: string, open: () => Promise<Host>, bindsByName = true): void {
  const guard = guardOf({ anyDevice: true });

  testWhere(!bindsByName, `${name}: a guard for any device needs a device, and goes with it`, async () => {
    const { links, guards } = await open();
    await expect(guards.set(guard)).rejects.toThrow('this kernel takes a guard only for a device that exists');
    expect(await guards.list()).toEqual([]);
    const index = await links.create({ kind: 'tap', name: 'tap0', alias: `os-vif:${OWNER}` });
    await guards.set(guard);
    expect(await guards.get('tap0')).toMatchObject({ ...guard, bound: true, active: true });
    await links.delete(index);
    expect(await guards.list()).toEqual([]);
    // Chains and counters of the former guard are no obstacle.
    await links.create({ kind: 'tap', name: 'tap0', alias: `os-vif:${OWNER}` });
    await guards.set(guard);
    expect(await guards.get('tap0')).toMatchObject({ ...guard, bound: true, active: true });
    await guards.delete(guard);
    expect(await guards.list()).toEqual([]);
  });

  testWhere(
    bindsByName,
    `${name}: a guard for any device is there before its devices, and stays when they go`,
    async () => {
      const { links, guards } = await open();
      await guards.set(guard);
      for (let i = 0; i < 2; i++) {
        const index = await links.create({ kind: 'tap', name: 'tap0', alias: `os-vif:${OWNER}` });
        expect(await guards.get('tap0')).toMatchObject({ ...guard, bound: true, active: true });
        await links.delete(index);
      }
      await guards.delete(guard);
      expect(await guards.list()).toEqual([]);
    },
  );
}

async function withDevices(open: () => Promise<Host>): Promise<Host> {
  const host = await open();
  for (const name of ['tap0', 'tap1']) await host.links.create({ kind: 'tap', name, alias: `os-vif:${OWNER}` });
  return host;
}

function guardOf(changes: Partial<SourceGuard> = {}): SourceGuard {
  const addresses = ['10.0.0.10', 'fd00::a'];
  return {
    device: 'tap0',
    hook: 'ingress',
    mac: 'fa:16:3e:00:00:0a',
    mode: 'mac-and-ip',
    addresses,
    owner: OWNER,
    ...changes,
  };
}
