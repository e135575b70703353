import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../src/host/linux/command.ts';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import type { SourceMacDrop } from '../../../src/host-contract/filters/packet-filters.ts';
import { bundleChild } from '../../children/child.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../netns.ts';

const HERE = { run: <T>(action: () => T): T => action(), requireName: () => {}, close: () => {} };

describe.skipIf(NETNS_UNAVAILABLE)('addresses that a device refuses', () => {
  test('two processes that add and delete at once lose none, and leave nothing', async () => {
    const netns = await withNic();
    await using first = await LinuxHost.open({ netns: netns.path });
    await using second = await LinuxHost.open({ netns: netns.path });
    const refusals = Array.from({ length: 20 }, (_, i) => refusal(i));
    const portOf = (i: number) => (i % 2 ? first : second).ingress;

    await Promise.all(refusals.map((each, i) => portOf(i).create(each)));
    expect(await first.ingress.list()).toHaveLength(20);

    // Some come while others go.
    await Promise.all(refusals.map((each, i) => (i < 10 ? portOf(i).delete(each) : undefined)));
    await Promise.all(refusals.map((each, i) => (i < 10 ? portOf(i).create(each) : portOf(i).delete(each))));
    expect((await first.ingress.list()).map(({ owner }) => owner).sort()).toEqual(
      refusals.slice(0, 10).map(({ owner }) => owner),
    );
    await Promise.all(refusals.map((each, i) => (i < 10 ? portOf(i).delete(each) : undefined)));
    expect(netns.run('nft', 'list', 'ruleset')).toBe('');
  });

  test.each([
    'flush chain netdev os-vif-eth0 ingress',
    'flush chain netdev os-vif-eth0 drop-refused',
    'insert rule netdev os-vif-eth0 ingress accept',
    'delete chain netdev os-vif-eth0 ingress',
    'flush chain netdev os-vif-eth0 egress',
    'insert rule netdev os-vif-eth0 egress accept',
    'delete chain netdev os-vif-eth0 egress',
  ])('after `nft %s` it says that it has no effect, and the next one that is added mends it', async (command) => {
    const netns = await withNic();
    await using host = await LinuxHost.open({ netns: netns.path });
    await host.ingress.create(refusal(1));
    netns.run('nft', command);
    expect(await host.ingress.list()).toEqual([{ ...refusal(1), active: false }]);
    await host.ingress.create(refusal(2));
    expect((await host.ingress.list()).map(({ active }) => active)).toEqual([true, true]);
  });

  test('after `nft flush set` it says that it has no effect, and the same one mends it', async () => {
    const netns = await withNic();
    await using host = await LinuxHost.open({ netns: netns.path });
    for (const i of [1, 2]) await host.ingress.create(refusal(i));
    netns.run('nft', 'delete element netdev os-vif-eth0 isolated { fa:16:3e:00:00:01 }');
    expect((await host.ingress.list()).map(({ mac, active }) => [mac, active])).toEqual([
      ['fa:16:3e:00:00:01', false],
      ['fa:16:3e:00:00:02', true],
    ]);
    await host.ingress.delete(refusal(1));
    await host.ingress.create(refusal(1));
    expect((await host.ingress.list()).map(({ active }) => active)).toEqual([true, true]);
  });

  test('a table of an earlier version, without the egress, has no effect; its entries are deleted', async () => {
    const netns = await withNic();
    netns.run('nft', TABLE_OF_0_1);
    await using host = await LinuxHost.open({ netns: netns.path });
    expect(await host.ingress.list()).toMatchObject([{ active: false }, { active: false }]);
    await host.ingress.create(refusal(3));
    for (const i of [1, 2, 3]) await host.ingress.delete(refusal(i));
    expect(netns.run('nft', 'list', 'ruleset')).toBe('');
  });

  test('tables and entries of others stay', async () => {
    const netns = await withNic();
    await using host = await LinuxHost.open({ netns: netns.path });
    netns.run(
      'nft',
      'table netdev mine { set s { type ether_addr; elements = { fa:16:3e:00:00:01 comment "os-vif:x" }; }; }',
    );
    const before = netns.run('nft', 'list', 'ruleset');
    expect(await host.ingress.list()).toEqual([]);
    await host.ingress.create(refusal(1));
    await host.ingress.delete(refusal(1));
    expect(netns.run('nft', 'list', 'ruleset')).toBe(before);
  });

  test('what nft refuses comes back in its own words', async () => {
    const { path } = await withNic();
    await using host = await LinuxHost.open({ netns: path });
    await expect(host.ingress.create({ ...refusal(1), owner: 'x'.repeat(300) })).rejects.toMatchObject({
      code: 'ERR_OSVIF_SYSTEM_CALL',
      message: expect.stringMatching(/^nft: drop frames from fa:16:3e:00:00:01 on eth0: /),
    });
  });
});

test.skipIf(NETNS_UNAVAILABLE)(
  'without nft an isolated guest is refused with what to install, and garbage collection goes on',
  async () => {
    const child = await bundleChild('isolate-guest.ts');
    const withoutNft = 'mount -t tmpfs tmpfs /usr/sbin && exec "$@"';
    const output = execFileSync('unshare', ['--mount', '--net', 'sh', '-c', withoutNft, 'sh', process.execPath, child]);
    expect(JSON.parse(output.toString())).toMatchObject({
      message: expect.stringMatching(/source-mac-filter.*nft.*apt-get install nftables.*the host is as it was before/),
      garbage: [],
    });
  },
);

test.skipIf(NETNS_UNAVAILABLE).each([
  // What nft 1.0.6 says on Linux 5.10.
  ['kernel', 'Could not process rule: Operation not supported\nError: No such file or directory'],
  ['nft', 'Invalid hook'],
])('a %s without the egress hook still gets the filter of received frames', async (_, words) => {
  const child = await bundleChild('isolate-guest.ts');
  const folder = mkdtempSync(join(tmpdir(), 'os-vif-nft-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const without = `#!/bin/sh\ncase "$*" in *egress*) echo "Error: ${words}" >&2; exit 1;; esac\nexec ${folder}/real "$@"\n`;
  writeFileSync(join(folder, 'nft'), without, { mode: 0o755 });
  const setUp = `cp "$(readlink -f /usr/sbin/nft)" ${folder}/real && mount --bind ${folder}/nft /usr/sbin/nft && exec "$@"`;
  const output = execFileSync('unshare', ['--mount', '--net', 'sh', '-c', setUp, 'sh', process.execPath, child]);
  expect(JSON.parse(output.toString())).toMatchObject({ drops: [{ active: true }], garbage: [{}, {}] });
});

describe.skipIf(process.platform !== 'linux')('a program that filters packets', () => {
  test('that is not installed is an error that says what to install', async () => {
    await expect(runCommand(HERE, ['no-such-program'], { debianPackage: 'nftables' })).rejects.toMatchObject({
      code: 'ERR_OSVIF_MISSING_COMMAND',
      message: expect.stringMatching(/no-such-program.*apt-get install nftables/),
    });
  });

  test.skipIf(process.getuid?.() !== 0)('that may not is an error that says who may', async () => {
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
    const command = [...asNobody, 'nft', '-j', 'list', 'ruleset', 'netdev'];
    await expect(runCommand(HERE, command, { debianPackage: 'nftables' })).rejects.toMatchObject({
      code: 'ERR_OSVIF_PERMISSION',
      message: expect.stringContaining('CAP_NET_ADMIN'),
    });
  });
});

const TABLE_OF_0_1 = `table netdev os-vif-eth0 {
  map refused { type ether_addr : verdict; elements = {
    fa:16:3e:00:00:01 comment "os-vif:vif-01" : goto drop-refused,
    fa:16:3e:00:00:02 comment "os-vif:vif-02" : goto drop-refused } }
  chain drop-refused { drop; }
  chain ingress { type filter hook ingress device "eth0" priority 0; ether saddr vmap @refused; }
}`;

async function withNic(): Promise<Netns> {
  const netns = await makeNetns();
  netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
  return netns;
}

function refusal(i: number): SourceMacDrop {
  const number = String(i).padStart(2, '0');
  return { device: 'eth0', mac: `fa:16:3e:00:00:${number}`, owner: `vif-${number}` };
}
