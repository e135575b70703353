import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { instance, tapVif } from '../../plugins/vifs.ts';
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

  test('refuses every call after the name was given to another namespace, or to none', async () => {
    const name = `os-vif-test-${process.pid}-${Date.now()}`;
    execFileSync('ip', ['netns', 'add', name]);
    onTestFinished(() => void execFileSync('ip', ['netns', 'del', name]));
    for (const netns of [name, `/run/netns/${name}`]) {
      await using host = await LinuxHost.open({ netns });
      await using osVif = await OsVif.open({ host });
      await osVif.plug(tapVif(), instance());
      execFileSync('ip', ['netns', 'del', name]);
      const deleted = {
        code: 'ERR_OSVIF_NAMESPACE',
        message: expect.stringContaining(`/run/netns/${name} was deleted, `),
      };
      await expect(host.links.list()).rejects.toMatchObject(deleted);
      execFileSync('ip', ['netns', 'add', name]);
      const replaced = {
        code: 'ERR_OSVIF_NAMESPACE',
        message: expect.stringContaining('was deleted and created again, and this host still belongs to the old one'),
      };
      await expect(osVif.plug(tapVif(), instance())).rejects.toMatchObject({ cause: replaced });
      await expect(osVif.check(tapVif(), instance())).rejects.toMatchObject(replaced);
      await expect(osVif.collectGarbage([])).rejects.toMatchObject(replaced);
      expect(execFileSync('ip', ['-n', name, '-br', 'link'], { encoding: 'utf8' })).not.toContain('tap');
    }
    await using osVif = await OsVif.open({ netns: name });
    expect((await osVif.plug(tapVif(), instance())).changed).toBe(true);
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
