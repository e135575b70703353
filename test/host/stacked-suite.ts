/** The kernel's rules for macvtap devices and what they stand on: the same for the kernel and for its model in memory. */

import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/host-contract/host.ts';
import type { LinkSettings, MacvtapMode } from '../../src/host-contract/links.ts';

const MAC = '02:fe:00:00:00:01';

/** Declares the suite; `open` gives a host with nothing but lo on it. */
export function stackedSuite(name: string, open: () => Promise<Host>): void {
  describe(name, () => {
    test('a macvtap device has the MTU of the device below, and follows it down', async () => {
      const { host, nic, macvtap } = await given(open);
      const index = await macvtap('m0');
      expect(await host.links.get('m0')).toMatchObject({ lower: nic, mtu: 1500, macvtap: { mode: 'bridge' } });
      await host.links.change(nic, { mtu: 1400 });
      expect(await host.links.get('m0')).toMatchObject({ mtu: 1400 });
      await host.links.change(nic, { mtu: 1500 });
      expect(await host.links.get('m0')).toMatchObject({ mtu: 1400 });
      await expect(host.links.change(index, { mtu: 1501 })).rejects.toMatchObject({ errno: 'EINVAL' });
      await expect(macvtap('m1', 'bridge', { mtu: 1501 })).rejects.toMatchObject({ errno: 'EINVAL' });
    });

    test('two devices on one NIC that are up have two addresses', async () => {
      const { host, nic, macvtap } = await given(open);
      await macvtap('m0', 'bridge', { mac: MAC, up: true });
      await expect(macvtap('m1', 'bridge', { mac: MAC.toUpperCase(), up: true })).rejects.toMatchObject({
        errno: 'EADDRINUSE',
      });
      const down = await macvtap('m2', 'bridge', { mac: MAC });
      await expect(host.links.change(down, { up: true })).rejects.toMatchObject({ errno: 'EADDRINUSE' });
      const { mac = '' } = (await host.links.get(nic)) ?? {};
      await expect(macvtap('m3', 'bridge', { mac, up: true })).rejects.toMatchObject({ errno: 'EADDRINUSE' });
      const other = await macvtap('m4', 'bridge', { up: true });
      await expect(host.links.change(other, { mac: MAC })).rejects.toMatchObject({ errno: 'EADDRINUSE' });
      expect((await host.links.list()).map(({ name: made }) => made).sort()).toEqual(
        ['lo', 'eth0', 'far0', 'm0', 'm2', 'm4'].sort(),
      );
    });

    test.each<[MacvtapMode, MacvtapMode]>([
      ['bridge', 'passthru'],
      ['passthru', 'vepa'],
      ['passthru', 'passthru'],
    ])('beside a device in mode %s there is none in mode %s', async (first, second) => {
      const { macvtap } = await given(open);
      await macvtap('m0', first);
      await expect(macvtap('m1', second)).rejects.toMatchObject({ errno: 'EINVAL' });
    });

    test('a device changes its mode, but neither to nor from passthru', async () => {
      const { host, macvtap } = await given(open);
      const index = await macvtap('m0', 'bridge');
      await host.links.change(index, { macvtap: { mode: 'vepa' } });
      expect(await host.links.get('m0')).toMatchObject({ macvtap: { mode: 'vepa' } });
      await expect(host.links.change(index, { macvtap: { mode: 'passthru' } })).rejects.toMatchObject({
        errno: 'EINVAL',
      });
    });

    test('a port of a bridge has no macvtap device, and a device with one is no port', async () => {
      const { host, nic, macvtap } = await given(open);
      const bridge = await host.links.create({ kind: 'bridge', name: 'br0' });
      await host.links.change(nic, { master: bridge });
      await expect(macvtap('m0')).rejects.toMatchObject({ errno: 'EBUSY' });
      await host.links.change(nic, { master: 0 });
      await macvtap('m0');
      await expect(host.links.change(nic, { master: bridge })).rejects.toMatchObject({ errno: 'EBUSY' });
    });

    test('a device on a macvtap device stands beside it', async () => {
      const { host, nic, macvtap } = await given(open);
      const lower = await macvtap('m0');
      await host.links.create({ kind: 'macvtap', name: 'm1', lower, macvtap: { mode: 'bridge' } });
      expect(await host.links.get('m1')).toMatchObject({ lower: nic });
    });

    test('a device in mode passthru has the address of the device below unless it is given one', async () => {
      const { host, nic, macvtap } = await given(open);
      await macvtap('m0', 'passthru');
      expect((await host.links.get('m0'))?.mac).toBe((await host.links.get(nic))?.mac);
    });

    test('the loopback device has no macvtap device', async () => {
      const { host } = await given(open);
      const { index: lower = 0 } = (await host.links.get('lo')) ?? {};
      const made = host.links.create({ kind: 'macvtap', name: 'm0', lower, macvtap: { mode: 'bridge' } });
      await expect(made).rejects.toMatchObject({ errno: 'EINVAL' });
    });
  });
}

async function given(open: () => Promise<Host>) {
  const host = await open();
  const nic = await host.links.create({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'far0', up: true } });
  const macvtap = (name: string, mode: MacvtapMode = 'bridge', settings: LinkSettings = {}) =>
    host.links.create({ kind: 'macvtap', name, lower: nic, macvtap: { mode }, ...settings });
  return { host, nic, macvtap };
}
