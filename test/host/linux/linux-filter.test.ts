import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { filterSuite, type IpVersion } from '../filter-suite.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../netns.ts';

const COMMANDS = { IPv4: 'iptables', IPv6: 'ip6tables' } as const;

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  filterSuite('LinuxHost: packet filters', async () => {
    const netns = await makeNetns();
    const host = await LinuxHost.open({ netns: netns.path });
    onTestFinished(() => host.close());
    return {
      host,
      append: (version, chain, rule) => append(netns, version, chain, rule),
      forward: (version) => forward(netns, version),
    };
  });

  test('a bridge is created by several processes at once with one jump for each IP version', async () => {
    const netns = await makeNetns();
    const hosts = await Promise.all([1, 2, 3, 4].map(() => LinuxHost.open({ netns: netns.path })));
    onTestFinished(async () => void (await Promise.all(hosts.map((host) => host.close()))));
    for (let round = 0; round < 3; round++) {
      await Promise.all(hosts.map((host) => host.filter.set('os-vif-br0', ['-i br0 -j ACCEPT'])));
      for (const version of ['IPv4', 'IPv6'] as const) {
        expect(forward(netns, version)).toEqual(['-j os-vif-br0']);
        netns.run(COMMANDS[version], '-D', 'FORWARD', '-j', 'os-vif-br0');
      }
    }
  });

  test('a rule with a comment in which iptables options stand is read as what it is', async () => {
    const netns = await makeNetns();
    await using host = await LinuxHost.open({ netns: netns.path });
    const comment = ['-m', 'comment', '--comment', 'not -j ACCEPT "or" so'];
    netns.run('iptables', '-A', 'FORWARD', '-i', 'eth9', ...comment, '-j', 'DROP');
    netns.run('iptables', '-N', 'os-vif-br0');
    netns.run('iptables', '-A', 'FORWARD', '-j', 'os-vif-br0');
    netns.run('ip6tables', '-N', 'os-vif-br0');
    netns.run('ip6tables', '-A', 'FORWARD', '-j', 'os-vif-br0');
    expect(await host.filter.get('os-vif-br0')).toEqual({ rules: [], jumpedTo: true });
    netns.run('iptables', '-I', 'FORWARD', ...comment, '-j', 'DROP');
    expect(await host.filter.get('os-vif-br0')).toMatchObject({ jumpedTo: false });
  });
});

function append(netns: Netns, version: IpVersion, chain: string, rule: string): void {
  if (chain !== 'FORWARD' && !netns.run(COMMANDS[version], '-S').includes(`-N ${chain}\n`))
    netns.run(COMMANDS[version], '-N', chain);
  netns.run(COMMANDS[version], '-A', chain, ...rule.split(' '));
}

function forward(netns: Netns, version: IpVersion): string[] {
  const lines = netns.run(COMMANDS[version], '-S', 'FORWARD').trim().split('\n').slice(1);
  return lines.map((line) => line.replace('-A FORWARD ', '').replace(/ --reject-with \S+$/, ''));
}
