/** Every way of plugging on the datapath of the kernel, with frames between guests. */

import { expect, test } from 'vitest';
import { attachGuest, reachedFrom } from '../../plugins/ovs/guest.ts';
import { SHORT_ID, vhostUserVif, vifId } from '../../plugins/ovs/ovs-vifs.ts';
import { instance } from '../../plugins/vifs.ts';
import { kernelBare, kernelHybrid, kernelTap, openKernelOvs, plugHybrid, tapName } from './kernel-ovs.ts';

test('frames pass between a created TAP and a hybrid VIF, both ways, and check finds nothing to do', async () => {
  const ovs = await openKernelOvs();
  const tap = await ovs.plugTap(1);
  const hybrid = await plugHybrid(ovs);
  expect(ovs.netns.links().map(({ ifname }) => ifname)).toContain('ovs-system');
  expect(await reachedFrom(tap, { hybrid }, ['hybrid'])).toEqual(['hybrid']);
  expect(await reachedFrom(hybrid, { tap }, ['tap'])).toEqual(['tap']);
  expect(await ovs.osVif.check(kernelTap(1), instance())).toEqual([]);
  expect(await ovs.osVif.check(kernelHybrid(), instance())).toEqual([]);
});

test('an isolated VIF reaches nobody until the agent gives it its VLAN', async () => {
  const ovs = await openKernelOvs();
  const isolated = await ovs.plugTap(1, { isolateVif: true });
  const [a, b] = [await ovs.plugTap(2), await ovs.plugTap(3)];
  expect(await reachedFrom(a, { b, isolated }, ['b'])).toEqual(['b']);
  expect(await reachedFrom(isolated, { a, b }, [])).toEqual([]);
  ovs.server.vsctl('clear', 'port', tapName(1), 'vlan_mode', 'trunks', 'tag');
  expect(await reachedFrom(isolated, { a, b }, ['a', 'b'])).toEqual(['a', 'b']);
});

test('two VIFs in different VLANs of one bridge do not reach each other', async () => {
  const ovs = await openKernelOvs();
  const [a, b, c] = [await ovs.plugTap(1), await ovs.plugTap(2), await ovs.plugTap(3)];
  for (const [n, tag] of [
    [1, 10],
    [2, 10],
    [3, 11],
  ])
    ovs.server.vsctl('set', 'port', tapName(n ?? 0), `tag=${tag}`);
  expect(await reachedFrom(a, { b, c }, ['b'])).toEqual(['b']);
  expect(await ovs.osVif.check(kernelTap(1), instance())).toEqual([]);
});

test('frames pass through a bridge per port, both ways', async () => {
  const ovs = await openKernelOvs();
  const own = await ovs.plugTap(1, { perPortBridge: true });
  const other = await ovs.plugTap(2);
  expect(await reachedFrom(own, { other }, ['other'])).toEqual(['other']);
  expect(await reachedFrom(other, { own }, ['own'])).toEqual(['own']);
});

test('frames pass through a trunk bridge that Neutron patched to the integration bridge', async () => {
  const ovs = await openKernelOvs();
  const trunk = await ovs.plugTap(1, {}, 'tbr-1a2b3c4d-5');
  const other = await ovs.plugTap(2);
  const patch = (bridge: string, name: string, peer: string) =>
    `add-port ${bridge} ${name} -- set interface ${name} type=patch options:peer=${peer}`.split(' ');
  ovs.server.vsctl(...patch('tbr-1a2b3c4d-5', 'tpt-1', 'tpi-1'), '--', ...patch('br-int', 'tpi-1', 'tpt-1'));
  expect(await reachedFrom(trunk, { other }, ['other'])).toEqual(['other']);
  expect(await reachedFrom(other, { trunk }, ['trunk'])).toEqual(['trunk']);
});

test('a VIF whose port libvirt adds reaches the others, and the unplug removes that port', async () => {
  const ovs = await openKernelOvs();
  const other = await ovs.plugTap(2);
  await ovs.osVif.plug(kernelBare(1), instance());
  ovs.netns.run('ip', 'tuntap', 'add', tapName(1), 'mode', 'tap');
  ovs.netns.run('ip', 'link', 'set', tapName(1), 'up');
  ovs.server.vsctl(
    ...`add-port br-int ${tapName(1)} -- set interface ${tapName(1)} external_ids:iface-id=${vifId(1)}`.split(' '),
  );
  const guest = await attachGuest(ovs.netns, tapName(1), '02:00:00:00:00:01');
  expect(await reachedFrom(guest, { other }, ['other'])).toEqual(['other']);
  await ovs.osVif.unplug(kernelBare(1), instance());
  expect(ovs.server.vsctl('list-ports', 'br-int')).toBe(tapName(2));
});

test('an MTU of 9000 and one of 1450 stand side by side, on TAPs and on a hybrid VIF', async () => {
  const ovs = await openKernelOvs();
  await ovs.osVif.plug(kernelTap(1, { mtu: 9000 }), instance());
  await ovs.osVif.plug(kernelTap(2), instance());
  await ovs.osVif.plug(kernelHybrid(8900), instance());
  const mtus = new Map(ovs.netns.links().map(({ ifname, mtu }) => [ifname, mtu]));
  const names = [tapName(1), tapName(2), ...['qbr', 'qvb', 'qvo'].map((prefix) => `${prefix}${SHORT_ID}`)];
  expect(names.map((name) => mtus.get(name))).toEqual([9000, 1450, 8900, 8900, 8900]);
  for (const vif of [kernelTap(1, { mtu: 9000 }), kernelTap(2), kernelHybrid(8900)])
    expect(await ovs.osVif.check(vif, instance())).toEqual([]);
});

test('a vhost-user port stands on a bridge in user space beside the one of the kernel', async () => {
  const ovs = await openKernelOvs();
  await ovs.plugTap(1);
  const vif = vhostUserVif();
  ovs.server.vsctl('add-br', 'br-user', '--', 'set', 'bridge', 'br-user', 'datapath_type=netdev');
  if (vif.network) vif.network.bridge = 'br-user';
  await ovs.osVif.plug(vif, instance());
  expect(ovs.server.vsctl('list-ports', 'br-user')).toBe(`vhu${SHORT_ID}`);
  await ovs.osVif.unplug(vif, instance());
  expect(ovs.server.vsctl('list-ports', 'br-user')).toBe('');
});
