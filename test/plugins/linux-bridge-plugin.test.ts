import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { InstanceInfo } from '../../src/objects/instance-info.ts';
import { Network } from '../../src/objects/network.ts';
import { VIFBase } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { bridgeRules, kernelState, type NetworkState, portState } from './network-state.ts';
import { bridgeVif, instance } from './vifs.ts';

interface Vector {
  readonly name: string;
  readonly vif: unknown;
  readonly instance: unknown;
  readonly steps: readonly Step[];
}

interface Step {
  readonly action: 'start' | 'plug' | 'unplug';
  readonly error?: string;
  readonly state: { readonly links: readonly unknown[]; readonly iptables?: readonly string[] };
}

const BRIDGE = 'brqb82c1929-05';
const file = new URL('../conformance/host-state/linux-bridge.json', import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8'));

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test.each(vectors)('$name leaves the host as os-vif 3 does, after every step', async (vector) => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    await using host = await LinuxHost.open({ netns: netns.path });
    await expectSteps(vector, host, async () => kernelState(netns));
    expect(await portState(host, [BRIDGE])).toEqual(kernelState(netns));
  });

  test('addresses and routes of the bridged device go to the bridge, and the default route is never missing', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    for (const name of ['eth0', 'far0']) netns.run('ip', 'link', 'set', name, 'up');
    netns.run('ip', 'addr', 'add', '192.0.2.7/24', 'brd', '192.0.2.255', 'dev', 'eth0');
    netns.run('ip', 'addr', 'add', '192.0.2.8/24', 'dev', 'eth0');
    netns.run('ip', 'route', 'add', 'default', 'via', '192.0.2.1', 'metric', '100', 'mtu', '1400');
    netns.run('ip', 'route', 'add', '198.51.100.0/24', 'dev', 'eth0');
    netns.run('ip', 'route', 'add', '203.0.113.0/24', 'via', '192.0.2.2', 'table', '1000');
    await using host = await LinuxHost.open({ netns: netns.path });
    await using osVif = await OsVif.open({ host });

    await osVif.plug(bridgeVif(), instance());

    expect(netns.run('ip', '-4', '-o', 'addr', 'show', 'dev', 'eth0')).toBe('');
    expect(netns.run('ip', '-4', '-o', 'addr', 'show', 'dev', BRIDGE).match(/inet \S+( brd \S+)? /g)).toEqual([
      'inet 192.0.2.7/24 brd 192.0.2.255 ',
      'inet 192.0.2.8/24 ',
    ]);
    const routes = netns
      .run('ip', '-4', 'route', 'show', 'table', 'all')
      .split('\n')
      .filter((line) => !/proto kernel/.test(line) && line !== '');
    expect(routes.map((line) => line.trim().replace(/ linkdown/, '')).sort()).toEqual([
      '198.51.100.0/24 dev brqb82c1929-05 scope link',
      '203.0.113.0/24 via 192.0.2.2 dev brqb82c1929-05 table 1000',
      'default via 192.0.2.1 dev brqb82c1929-05 metric 100 mtu 1400',
    ]);
    expect(await osVif.check(bridgeVif(), instance())).toEqual([]);
  });

  test('a plug that fails after the move gives the addresses and routes back', async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    for (const name of ['eth0', 'far0']) netns.run('ip', 'link', 'set', name, 'up');
    netns.run('ip', 'addr', 'add', '192.0.2.7/24', 'dev', 'eth0');
    netns.run('ip', 'route', 'add', 'default', 'via', '192.0.2.1');
    await using host = await LinuxHost.open({ netns: netns.path });
    const before = [netns.run('ip', '-4', 'addr'), netns.run('ip', '-4', 'route')];
    // A chain that is none, so that the rules after the move are refused.
    await using osVif = await OsVif.open({
      host,
      plugins: [new LinuxBridgePlugin({ iptablesDropAction: 'no-such-chain' })],
    });
    await expect(osVif.plug(bridgeVif({ hasTrafficFiltering: false }), instance())).rejects.toMatchObject({
      element: `forward-rule ${BRIDGE}`,
      left: [],
    });
    expect([netns.run('ip', '-4', 'addr'), netns.run('ip', '-4', 'route')]).toEqual(before);
    expect(netns.links().map(({ ifname }) => ifname)).toEqual(['far0', 'eth0']);
  });

  test('what iptables refuses comes back in its own words', async () => {
    const { path } = await makeNetns();
    await using host = await LinuxHost.open({ netns: path });
    await expect(host.filter.set('os-vif-br0', ['-i br0 -j NO-SUCH-CHAIN'])).rejects.toMatchObject({
      code: 'ERR_OSVIF_SYSTEM_CALL',
      message: expect.stringMatching(/iptables-restore.*line:? \d/),
    });
  });
});

test.each(vectors)('in memory, $name leaves the host as os-vif 3 does, after every step', async (vector) => {
  const host = new MemoryHost();
  await host.links.create({ kind: 'veth', name: 'eth0', peer: { name: 'far0' } });
  await expectSteps(vector, host, () => portState(host, [BRIDGE]));
});

async function expectSteps(
  { name, vif, instance: owner, steps }: Vector,
  host: Host,
  read: () => Promise<NetworkState>,
): Promise<void> {
  await using osVif = await OsVif.open({ host });
  const [plugged, guest] = [VIFBase.fromPrimitive(vif), InstanceInfo.fromPrimitive(owner)];
  let seen = false;
  for (const { action, state } of steps) {
    if (action !== 'start') await osVif[action](plugged, guest);
    seen ||= action === 'plug';
    // Upstream fails on the unset field, where we plug a bridge without a device for the wire.
    const links = name === 'lb-bridge-no-interface' && seen ? [LONE_BRIDGE, ...state.links] : state.links;
    expect(await read(), `after ${action}`).toEqual({ links, forward: bridgeRules(state.iptables ?? []) });
  }
}

const LONE_BRIDGE = {
  name: BRIDGE,
  kind: 'bridge',
  mtu: 1450,
  flags: ['UP'],
  bridge: { ageing_time: 30000, forward_delay: 0, stp_state: 0, mcast_snooping: 0 },
  sysctl: { disable_ipv6: '1', arp_ignore: '1', arp_announce: '2' },
};

test('a device that is a port of another bridge already is left there', async () => {
  const host = new MemoryHost();
  await host.links.create({ kind: 'bridge', name: 'theirs' });
  await host.links.create({
    kind: 'veth',
    name: 'eth0',
    master: (await host.links.get('theirs'))?.index ?? 0,
    peer: { name: 'far0' },
  });
  const before = await host.links.list();
  await using osVif = await OsVif.open({ host });
  await expect(osVif.plug(bridgeVif(), instance())).rejects.toMatchObject({
    element: 'port eth0',
    cause: { code: 'ERR_OSVIF_FOREIGN_LINK' },
  });
  expect(await host.links.list()).toEqual(before);
});

test('a VLAN network gets a VLAN device below its bridge', () => {
  const network = new Network({ mtu: 1450, shouldProvideBridge: true, shouldProvideVlan: true, vlan: 100 });
  const vif = bridgeVif({ network });
  expect(new LinuxBridgePlugin({ vlanInterface: 'eth1' }).wire(vif)).toMatchObject([
    { kind: 'bridge', name: BRIDGE },
    { kind: 'vlan', name: 'vlan100', id: 100, lower: 'eth1', mtu: 1450, shared: true },
    { kind: 'port', name: 'vlan100', bridge: BRIDGE, shared: true },
  ]);
});

test('a second plug on a VLAN network finds nothing to do, and leaves the VLAN device in its bridge meanwhile', async () => {
  const host = new MemoryHost();
  host.links.addNic({ name: 'eth0', up: true });
  const network = new Network({
    shouldProvideBridge: true,
    shouldProvideVlan: true,
    vlan: 100,
    bridgeInterface: 'eth0',
  });
  const vif = bridgeVif({ network });
  const osVif = await OsVif.open({ host });
  await osVif.plug(vif, instance());
  expect(await osVif.check(vif, instance())).toEqual([]);

  const changes: string[] = [];
  const watched = interceptHost(host, async ({ method, changes: isChange }, proceed) => {
    if (isChange) changes.push(method);
    return proceed();
  });
  await (await OsVif.open({ host: watched })).plug(vif, instance());
  expect(changes).toEqual([]);
});

test('only the devices that are named are forwarded to', () => {
  const plugin = new LinuxBridgePlugin({ forwardBridgeInterface: ['eth1'], iptablesDropAction: 'REJECT' });
  expect(plugin.wire(bridgeVif({ hasTrafficFiltering: false })).at(-1)).toEqual({
    kind: 'forward-rule',
    name: BRIDGE,
    interfaces: ['eth1'],
    dropAction: 'REJECT',
    shared: true,
  });
});
