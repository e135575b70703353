import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin, type LinuxBridgePluginOptions } from '../../src/plugins/linux-bridge-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { BRIDGE } from './address-move-cases.ts';
import { startPing } from './ping.ts';
import { bridgeVif, instance } from './vifs.ts';

/** Addresses and routes of the NIC eth0, and an address of the outside that the pings come from or go to. */
const HOSTS: Readonly<
  Record<string, { readonly commands: readonly string[]; readonly bridge?: true; readonly to: string }>
> = {
  'an address': { commands: ['addr add 192.0.2.7/24 dev eth0'], to: '192.0.2.7' },
  'a secondary address': {
    commands: ['addr add 192.0.2.6/24 dev eth0', 'addr add 192.0.2.7/24 dev eth0'],
    to: '192.0.2.7',
  },
  'a point-to-point address and a default route by the peer': {
    commands: ['addr add 198.51.100.7 peer 192.0.2.1/32 dev eth0', 'route add default via 192.0.2.1'],
    to: '198.51.100.7',
  },
  'an address without a route of its own': {
    commands: [
      'addr add 192.0.2.7/24 noprefixroute dev eth0',
      'route add 192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.7 metric 100',
    ],
    to: '192.0.2.7',
  },
  'an IPv6 address': { commands: ['addr add 2001:db8::7/64 nodad dev eth0'], bridge: true, to: '2001:db8::7' },
  'an IPv6 address that the kernel has checked for duplicates': {
    commands: ['addr add 2001:db8::7/64 nodad dev eth0', 'addr change 2001:db8::7/64 dev eth0'],
    bridge: true,
    to: '2001:db8::7',
  },
  'an IPv6 address behind a router': {
    commands: [
      'addr add 2001:db8:7::7/128 nodad dev eth0',
      '-6 route add 2001:db8::1/128 dev eth0',
      '-6 route add default via 2001:db8::1 dev eth0',
    ],
    bridge: true,
    to: '2001:db8:7::7',
  },
};

describe.skipIf(NETNS_UNAVAILABLE)('a ping every 10 ms loses no packet', () => {
  test.each(Object.entries(HOSTS))(
    'while %s moves, is refused, and comes back',
    // Kernel: br_add_if() attaches the receive handler of a new port before it enables the port, and del_nbp() disables the port
    // before it removes the handler. The bridge drops what arrives in this tenth of a millisecond, whoever adds the port.
    { retry: 2 },
    async (_, { commands, bridge, to }) => {
      const { host, inside, outside } = await prepare(commands);
      if (bridge) inside.run('ip', 'link', 'add', BRIDGE, 'up', 'type', 'bridge', 'mcast_snooping', '0');
      const plug = async (options: LinuxBridgePluginOptions, filtered: boolean) => {
        await using osVif = await OsVif.open({ host, plugins: [new LinuxBridgePlugin(options)] });
        await osVif.plug(bridgeVif({ hasTrafficFiltering: filtered }), instance());
        return osVif.check(bridgeVif(), instance());
      };
      const pings = await startPing(outside, to);

      for (let round = 0; round < 3; round++) {
        // A chain that does not exist: the plug fails after the move.
        await expect(plug({ iptablesDropAction: 'no-such-chain' }, false)).rejects.toMatchObject({ left: [] });
        await sleep(50);
      }
      inside.run('ip', 'addr', 'add', '203.0.113.7/32', 'dev', 'eth0', 'valid_lft', '100', 'preferred_lft', '100');
      await expect(plug({}, true)).rejects.toMatchObject({ cause: { code: 'ERR_OSVIF_ADDRESS_MOVE' } });
      inside.run('ip', 'addr', 'del', '203.0.113.7/32', 'dev', 'eth0');
      await sleep(50);
      expect(await plug({}, true)).toEqual([]);
      await sleep(200);

      expect(await pings.stop()).toEqual({ lost: [], duplicates: 0 });
    },
  );

  test('while the lease of an address is moved and renewed', async () => {
    const renew = ['addr', 'replace', '192.0.2.7/24', 'valid_lft', '60', 'preferred_lft', '60', 'dev', 'eth0'];
    const { host, inside, outside } = await prepare([renew.join(' ')]);
    await using osVif = await OsVif.open({ host, plugins: [new LinuxBridgePlugin({ moveLeasedAddresses: true })] });
    const pings = await startPing(outside, '192.0.2.7');
    for (let round = 0; round < 5; round++) {
      await osVif.plug(bridgeVif(), instance());
      expect(await osVif.check(bridgeVif(), instance())).toEqual([]);
      inside.run('ip', ...renew);
      await sleep(50);
    }
    expect(await pings.stop()).toEqual({ lost: [], duplicates: 0 });
  });

  test('while guests with lower MAC addresses join the bridge and leave', async () => {
    const { host, inside, outside } = await prepare(['addr add 192.0.2.7/24 dev eth0']);
    await using osVif = await OsVif.open({ host, plugins: [new LinuxBridgePlugin()] });
    await osVif.plug(bridgeVif(), instance());
    const pings = await startPing(outside, '192.0.2.7');
    for (let guest = 1; guest <= 5; guest++) {
      inside.run('ip', 'tuntap', 'add', 'tapx', 'mode', 'tap');
      inside.run('ip', 'link', 'set', 'tapx', 'address', `02:00:00:00:00:0${guest}`, 'master', BRIDGE, 'up');
      await sleep(50);
      inside.run('ip', 'link', 'del', 'tapx');
    }
    expect(await pings.stop()).toEqual({ lost: [], duplicates: 0 });
  });
});

/** Two namespaces with a wire: the host with the NIC eth0, and the outside with addresses of both IP versions. */
async function prepare(commands: readonly string[]): Promise<{ host: LinuxHost; inside: Netns; outside: Netns }> {
  const [inside, outside] = [await makeNetns(), await makeNetns()];
  inside.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'wire', 'netns', pidOf(outside));
  inside.run('ip', 'link', 'set', 'eth0', 'up');
  for (const command of [
    'link set wire up',
    'addr add 192.0.2.1/24 dev wire',
    'addr add 2001:db8::1/64 nodad dev wire',
    'route add 198.51.100.0/24 dev wire',
    '-6 route add 2001:db8:7::/48 dev wire',
  ])
    outside.run('ip', ...command.split(' '));
  for (const command of commands) inside.run('ip', ...command.split(' '));
  const host = await LinuxHost.open({ netns: inside.path });
  onTestFinished(() => host.close());
  return { host, inside, outside };
}

function pidOf({ path }: Netns): string {
  return path.split('/')[2] ?? '';
}
