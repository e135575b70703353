import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { VIFVHostUser } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { NoopPlugin } from '../../src/plugins/noop-plugin.ts';
import type { PluginContext, VIFPlugin } from '../../src/plugins/vif-plugin.ts';
import { commandUnderTest } from '../cli/command.ts';
import { startHelper } from '../cli/helper/helper-process.ts';
import { instance, VIF_ID } from '../plugins/vifs.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './netns.ts';
import { remoteOf } from './remote/helper-host.ts';

const osVif = commandUnderTest();

test('a MemoryHost, and a RemoteHost of a helper on one, have no network namespace', async () => {
  const memory: Host = new MemoryHost();
  expect(memory.netns).toBeUndefined();
  expect((await remoteOf(new MemoryHost())).netns).toBeUndefined();
});

describe.skipIf(NETNS_UNAVAILABLE)('on Linux', () => {
  test('a LinuxHost has the network namespace that it was opened with, and none for that of the process', async () => {
    const { path } = await makeNetns();
    expect((await linuxHost({ netns: path })).netns).toBe(path);
    expect((await linuxHost()).netns).toBeUndefined();
  });

  test('a plugin gets the network namespace with its context, also with a deadline', async () => {
    const { path } = await makeNetns();
    const seen: (string | undefined)[] = [];
    const plugin: VIFPlugin = {
      describe: () => new NoopPlugin().describe(),
      plug: async (_vif, _instance, { host }: PluginContext) => void seen.push(host.netns),
      unplug: async () => {},
      collectGarbage: async (_owners, _dryRun, { host }) => {
        seen.push(host.netns);
        return [];
      },
    };
    const plugger = await OsVif.open({ host: await linuxHost({ netns: path }), plugins: [plugin] });
    const vif = new VIFVHostUser({ id: VIF_ID, plugin: 'noop', path: '/run/vhu0', mode: 'client' });
    await plugger.plug(vif, instance(), { timeout: 10_000 });
    await plugger.collectGarbage([vif], { timeout: 10_000 });
    expect(seen).toEqual([path, path]);
  });

  test('a RemoteHost has the network namespace of the host of its helper', async () => {
    const { path } = await makeNetns();
    expect((await remoteOf(await linuxHost({ netns: path }))).netns).toBe(path);
  });

  test('a RemoteHost has the network namespace that the command `os-vif helper` was given', async () => {
    const netns = await makeNetns();
    const { socket } = await startHelper(osVif, netns);
    await using host = await RemoteHost.connect({ socket });
    expect(host.netns).toBe(netns.path);
  });
});

async function linuxHost(options?: { readonly netns: string }): Promise<Host> {
  const host = await LinuxHost.open(options);
  onTestFinished(() => host.close());
  return host;
}
