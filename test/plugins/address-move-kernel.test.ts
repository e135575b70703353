import { describe, expect, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { BRIDGE, failingAtFilter, open } from './address-move-cases.ts';
import { bridgeVif, instance } from './vifs.ts';

describe.skipIf(NETNS_UNAVAILABLE)('routes of another NIC', () => {
  test.each([
    ['a default route', '-4', 'default via 192.0.2.1', 'default via 198.51.100.1'],
    ['a route with a metric', '-4', '10.0.0.0/8 via 192.0.2.1 metric 50', '10.0.0.0/8 via 198.51.100.1 metric 50'],
    ['a route of another table', '-4', '10.0.0.0/8 via 192.0.2.1 table 7', '10.0.0.0/8 via 198.51.100.1 table 7'],
  ])('%s to the same destination stays as it is', async (_, family, own, other) => {
    const netns = await makeNetns();
    const ip = (command: string) => netns.run('ip', ...command.split(' '));
    for (const [name, address] of [
      ['eth0', '192.0.2.7/24'],
      ['eth1', '198.51.100.7/24'],
    ]) {
      ip(`link add ${name} up type veth peer name far-${name}`);
      ip(`link set far-${name} up`);
      ip(`addr add ${address} dev ${name}`);
    }
    ip(`${family} route add ${other} dev eth1`);
    ip(`${family} route append ${own} dev eth0`);
    const before = ip(`${family} route show table all dev eth1`);
    await using host = await LinuxHost.open({ netns: netns.path });
    const osVif = await open(host);
    const failing = await open(failingAtFilter(host));
    await expect(failing.plug(bridgeVif({ hasTrafficFiltering: false }), instance())).rejects.toMatchObject({
      left: [],
    });
    expect(ip(`${family} route show table all dev eth1`)).toBe(before);
    await osVif.plug(bridgeVif(), instance());
    expect(ip(`${family} route show table all dev eth1`)).toBe(before);
    expect(ip(`${family} route show table all dev ${BRIDGE}`)).toContain(own.replace(/ (metric|table).*/, ''));
    expect(await osVif.check(bridgeVif(), instance())).toEqual([]);
  });
});

describe.skipIf(NETNS_UNAVAILABLE)('neighbours of the NIC', () => {
  test.each([
    ['192.0.2.1', '192.0.2.7/24'],
    ['198.51.100.1', '198.51.100.10 peer 198.51.100.1/32'],
    ['2001:db8::1', '2001:db8::7/64 nodad'],
  ])('%s stays known on the bridge, and comes back when the plug fails later', async (neighbour, address) => {
    const netns = await makeNetns();
    const ip = (command: string) => netns.run('ip', ...command.split(' '));
    ip('link add eth0 up type veth peer name far0');
    ip('link set far0 up');
    ip(`link add ${BRIDGE} up type bridge`);
    ip(`addr add ${address} dev eth0`);
    ip(`neigh add ${neighbour} lladdr 02:00:00:00:00:77 dev eth0 nud permanent`);
    await using host = await LinuxHost.open({ netns: netns.path });
    const permanent = (device: string) => ip(`neigh show ${neighbour} dev ${device} nud permanent`).trim();
    const entry = `${neighbour} lladdr 02:00:00:00:00:77 PERMANENT`;
    const failing = await open(failingAtFilter(host));
    const vif = bridgeVif({ hasTrafficFiltering: false });
    await expect(failing.plug(vif, instance())).rejects.toMatchObject({ left: [] });
    expect(permanent('eth0')).toBe(entry);
    await (await open(host)).plug(vif, instance());
    expect(permanent(BRIDGE)).toBe(entry);
  });
});
