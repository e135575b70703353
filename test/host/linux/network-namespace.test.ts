import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

describe.skipIf(NETNS_UNAVAILABLE)('LinuxHost.open({ netns })', () => {
  test('works on a namespace that ip netns knows by name', async () => {
    const name = `os-vif-test-${process.pid}-${Date.now()}`;
    execFileSync('ip', ['netns', 'add', name]);
    onTestFinished(() => void execFileSync('ip', ['netns', 'del', name]));
    await using host = await LinuxHost.open({ netns: name });
    await host.links.create({ kind: 'tap', name: 'tap0' });
    expect(execFileSync('ip', ['-n', name, '-o', 'link'], { encoding: 'utf8' })).toContain('tap0');
  });

  test('two hosts work on two namespaces at once, and this process stays in its own', async () => {
    const own = readlinkSync('/proc/self/ns/net');
    const [a, b] = [await makeNetns(), await makeNetns()];
    await using hostA = await LinuxHost.open({ netns: a.path });
    await using hostB = await LinuxHost.open({ netns: b.path });
    await Promise.all([
      hostA.links.create({ kind: 'tap', name: 'tapa' }),
      hostB.links.create({ kind: 'tap', name: 'tapb' }),
      hostA.links.create({ kind: 'bridge', name: 'bra' }),
    ]);
    expect(
      a
        .links()
        .map(({ ifname }) => ifname)
        .sort(),
    ).toEqual(['bra', 'tapa']);
    expect(b.links().map(({ ifname }) => ifname)).toEqual(['tapb']);
    expect(readlinkSync('/proc/self/ns/net')).toBe(own);
    expect(readlinkSync('/proc/thread-self/ns/net')).toBe(own);
  });

  test.each(['nosuch-namespace', '/proc/4194305/ns/net'])('%s is an error that says how to make one', async (netns) => {
    await expect(LinuxHost.open({ netns })).rejects.toMatchObject({
      code: 'ERR_OSVIF_NAMESPACE',
      message: expect.stringContaining('ip netns add'),
    });
  });

  test('a file that is no namespace is an error', async () => {
    await expect(LinuxHost.open({ netns: '/etc/passwd' })).rejects.toMatchObject({
      code: 'ERR_OSVIF_NAMESPACE',
      message: expect.stringContaining('EINVAL'),
    });
  });
});
