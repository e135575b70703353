/** The events of the kernel, caused by `ip` and `tc`. */

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LinkEvents } from '../../../src/host/linux/events/link-events.ts';
import { loadLibc } from '../../../src/host/linux/libc.ts';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { NetlinkSocket } from '../../../src/host/linux/netlink/socket.ts';
import { openNetworkNamespace } from '../../../src/host/linux/network-namespace.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../netns.ts';

/** Tells of changes until one of this device. */
async function until(host: LinuxHost, cursor: string, name: string): Promise<string[]> {
  const told: string[] = [];
  for (let since = cursor; !told.includes(name); ) {
    const changes = await host.links.changes(since);
    told.push(...changes.names);
    since = changes.cursor;
  }
  return told;
}

function batch({ run }: Netns, lines: readonly string[]): void {
  run('sh', '-c', `ip -batch - <<END\n${lines.join('\n')}\nEND`);
}

describe.skipIf(NETNS_UNAVAILABLE)('the events of the kernel', () => {
  test.each([
    ['a new name, with the old one', ['ip', 'link', 'set', 'br0', 'name', 'br9'], ['br0', 'br9']],
    ['an alternative name', ['ip', 'link', 'property', 'add', 'dev', 'br0', 'altname', 'another'], ['br0', 'another']],
    ['a queueing discipline that is deleted', ['tc', 'qdisc', 'del', 'dev', 'br0', 'clsact'], ['br0']],
    ['a bridge that is down', ['ip', 'link', 'set', 'br0', 'down'], ['br0']],
    ['a port', ['ip', 'link', 'set', 'port0', 'master', 'br0'], ['port0']],
  ])('tell %s', async (_, [command = '', ...args], names) => {
    const netns = await makeNetns();
    batch(netns, ['link add br0 up type bridge', 'link add port0 up type veth', 'link add end type bridge']);
    netns.run('tc', 'qdisc', 'add', 'dev', 'br0', 'clsact');
    await using host = await LinuxHost.open({ netns: netns.path });
    const { cursor } = await host.links.changes();
    netns.run(command, ...args);
    netns.run('ip', 'link', 'del', 'end');
    const told = await until(host, cursor, 'end');
    expect(told).toEqual(expect.arrayContaining(names));
  });

  test('tell nothing of a device whose properties stay', async () => {
    const netns = await makeNetns();
    batch(netns, ['link add br0 up type bridge', 'link add end type bridge']);
    await using host = await LinuxHost.open({ netns: netns.path });
    const { cursor } = await host.links.changes();
    // The kernel sends an event for each of them.
    batch(netns, ['link set br0 txqueuelen 77', 'link set br0 up', 'link del end']);
    expect(await until(host, cursor, 'end')).toEqual(['end']);
  });

  test('are told to a caller that has waited for a long time beside others', async () => {
    const netns = await makeNetns();
    await using host = await LinuxHost.open({ netns: netns.path });
    const { cursor } = await host.links.changes();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const waiting = host.links.changes(cursor);
    await host.links.changes();
    await vi.advanceTimersByTimeAsync(120_000);
    vi.useRealTimers();
    netns.run('ip', 'link', 'add', 'br0', 'type', 'bridge');
    expect(await waiting).toMatchObject({ names: ['br0'], complete: true });
  });

  test('leave no socket open when the devices cannot be listed', async () => {
    const libc = await loadLibc();
    const namespace = openNetworkNamespace(libc, (await makeNetns()).path);
    onTestFinished(() => namespace.close());
    const socket = NetlinkSocket.open(libc, namespace);
    await socket.close();
    const streams = () => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;
    const before = streams();
    const events = new LinkEvents(libc, namespace, socket);
    for (let i = 0; i < 3; i++) await expect(events.changes(undefined)).rejects.toThrow('closed');
    await events.close();
    await vi.waitUntil(() => streams() === before);
  });

  test('are told as lost when the kernel had no room for them', { timeout: 60_000 }, async () => {
    const netns = await makeNetns();
    batch(netns, ['link add br0 up type bridge', 'link add end type bridge']);
    await using host = await LinuxHost.open({ netns: netns.path });
    const { cursor } = await host.links.changes();
    // This call holds the event loop, so that nothing reads the events.
    const lines = 'for i in $(seq 5000); do echo link set br0 mtu 1400; echo link set br0 mtu 1401; done';
    netns.run('sh', '-c', `(${lines}) | ip -batch -`);
    let changes = await host.links.changes(cursor);
    while (changes.complete) changes = await host.links.changes(changes.cursor);
    expect(changes.names).toEqual([]);
    // The names of devices are known again.
    netns.run('ip', 'link', 'set', 'br0', 'name', 'br9');
    expect(await until(host, changes.cursor, 'br9')).toContain('br0');
  });
});
