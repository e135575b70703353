/** Waiting for ovs-vswitchd, its errors, and restarts, on the datapath of the kernel. */

import { expect, test } from 'vitest';
import { reachedFrom } from '../../plugins/ovs/guest.ts';
import { instance } from '../../plugins/vifs.ts';
import { kernelBare, kernelTap, openKernelOvs, tapName } from './kernel-ovs.ts';

test('a plug waits until ovs-vswitchd comes, and its port works then', async () => {
  const ovs = await openKernelOvs({ withSwitch: false });
  const plugged = ovs.osVif.plug(kernelTap(1), instance(), { timeout: 60_000 });
  await ovs.startSwitch();
  await plugged;
  expect(Number(ovs.server.vsctl('get', 'interface', tapName(1), 'ofport'))).toBeGreaterThan(0);
  expect(await ovs.osVif.check(kernelTap(1), instance())).toEqual([]);
});

test('a plug without ovs-vswitchd fails at its deadline and leaves nothing behind', async () => {
  const ovs = await openKernelOvs();
  await ovs.osVif.plug(kernelTap(1), instance());
  await ovs.killSwitch();
  await expect(ovs.osVif.plug(kernelTap(2), instance(), { timeout: 4000 })).rejects.toMatchObject({ left: [] });
  expect(ovs.server.vsctl('list-ports', 'br-int')).toBe(tapName(1));
  expect(await ovs.host.links.get(tapName(2))).toBeUndefined();
});

test('the guests of before reach each other again after ovs-vswitchd was killed and started', async () => {
  const ovs = await openKernelOvs();
  const [a, b] = [await ovs.plugTap(1), await ovs.plugTap(2)];
  await ovs.killSwitch();
  await ovs.startSwitch();
  const c = await ovs.plugTap(3);
  expect(await reachedFrom(a, { b, c }, ['b', 'c'])).toEqual(['b', 'c']);
  expect(await ovs.osVif.check(kernelTap(1), instance())).toEqual([]);
});

test('a plug works after ovsdb-server was killed and started, and frames pass meanwhile', async () => {
  const ovs = await openKernelOvs();
  const [a, b] = [await ovs.plugTap(1), await ovs.plugTap(2)];
  await ovs.server.kill();
  expect(await reachedFrom(a, { b }, ['b'])).toEqual(['b']);
  await ovs.server.start();
  const c = await ovs.plugTap(3);
  expect(await reachedFrom(a, { c }, ['c'])).toEqual(['c']);
});

test('a TAP that is a port of a Linux bridge: the plug fails with the error of ovs-vswitchd and is rolled back', async () => {
  const ovs = await openKernelOvs();
  const vif = kernelTap(1);
  for (const line of [
    `tuntap add ${tapName(1)} mode tap`,
    `link set ${tapName(1)} alias os-vif:${vif.id}`,
    'link add other type bridge',
    `link set ${tapName(1)} master other up`,
  ])
    ovs.netns.run('ip', ...line.split(' '));
  await expect(ovs.osVif.plug(vif, instance())).rejects.toMatchObject({ message: /busy|EBUSY/i });
  expect(ovs.server.vsctl('--bare', '--columns=name', 'list', 'Port')).not.toContain(tapName(1));
});

test('32 VIFs are plugged at once and unplugged at once', async () => {
  const ovs = await openKernelOvs();
  const items = Array.from({ length: 32 }, (_, n) => ({ vif: kernelTap(n), instance: instance() }));
  await ovs.osVif.plugAll(items);
  expect(ovs.server.vsctl('list-ports', 'br-int').split('\n')).toHaveLength(32);
  await ovs.osVif.unplugAll(items);
  expect(ovs.server.vsctl('list-ports', 'br-int')).toBe('');
  expect(ovs.netns.links().filter(({ ifname }) => ifname.startsWith('tap'))).toEqual([]);
});

test('kvm-K3: a plug that makes a bridge does not return before ovs-vswitchd has made its device', async () => {
  const ovs = await openKernelOvs({ withSwitch: false });
  const vif = kernelBare(1, 'tbr-1a2b3c4d-5');
  await expect(ovs.osVif.plug(vif, instance(), { timeout: 3000 })).rejects.toThrow();
});
