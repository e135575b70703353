import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import type { SourceGuard } from '../../../src/host-contract/guards/source-guards.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../netns.ts';

describe.skipIf(NETNS_UNAVAILABLE)('source guards in nf_tables', () => {
  test('`nft flush ruleset` of another program is found, and the next set restores the guard', async () => {
    const { host, netns } = await withTaps(1);
    await host.guards.set(guardOf(0));
    netns.run('nft', 'flush', 'ruleset');
    expect([await host.guards.list(), await host.guards.get('tap0')]).toEqual([[], undefined]);
    await host.guards.set(guardOf(0));
    expect(await host.guards.get('tap0')).toMatchObject({ active: true, bound: true });
  });

  test.each([
    'flush chain netdev TABLE guard-tap0',
    'insert rule netdev TABLE guard-tap0 accept',
    'flush chain netdev TABLE targets-tap0',
    'add rule netdev TABLE own-ipv4 accept',
    'insert rule netdev TABLE own-icmpv6 accept',
  ])('after `nft %s` the guard is not active, and the next set repairs it', async (command) => {
    const { host, netns } = await withTaps(1);
    // With so many addresses, the targets of neighbour discovery have a chain of their own.
    const guard = { ...guardOf(0), addresses: ['10.0.0.10', 'fd00::a', 'fd00::b', 'fd00::c'] };
    await host.guards.set(guard);
    const [table = ''] = /os-vif-guards-\w+/.exec(netns.run('nft', 'list', 'tables')) ?? [];
    netns.run('nft', command.replace('TABLE', table));
    expect(await host.guards.get('tap0')).toMatchObject({ active: false });
    expect(await host.guards.states()).toEqual([await host.guards.get('tap0')]);
    await host.guards.set(guard);
    expect(await host.guards.get('tap0')).toMatchObject({ active: true });
  });

  test('a guard that gets more addresses, and fewer again, has no chain of its former addresses', async () => {
    const { host, netns } = await withTaps(1);
    const [few, many] = [['fd00::a'], ['fd00::a', 'fd00::b', 'fd00::c', 'fd00::d']];
    for (const addresses of [few, many, few]) {
      await host.guards.set({ ...guardOf(0), addresses });
      expect(await host.guards.get('tap0')).toMatchObject({ addresses, active: true });
      expect(netns.run('nft', 'list', 'ruleset').includes('chain targets-tap0')).toBe(addresses === many);
    }
    await host.guards.set({ ...guardOf(0), addresses: many });
    await host.guards.delete(guardOf(0));
    expect(netns.run('nft', 'list', 'ruleset')).toBe('');
  });

  test('nothing of a guard stays after the deletion of its device', async () => {
    const { host, netns } = await withTaps(1);
    await host.guards.set(guardOf(0));
    // Before Linux 6.16, the kernel deletes the chain with the device.
    netns.run('ip', 'link', 'delete', 'tap0');
    await host.guards.delete(guardOf(0));
    expect(netns.run('nft', 'list', 'ruleset')).toBe('');
  });

  test('a device that is renamed loses its guard, and the next device of the name is not counted as guarded', async () => {
    const { host, netns } = await withTaps(1);
    await host.guards.set(guardOf(0));
    // Before Linux 6.2, only a device that is down is renamed.
    netns.run('sh', '-ec', 'ip link set tap0 down; ip link set tap0 name tap9');
    expect((await host.guards.list()).filter(({ bound }) => bound)).toEqual([]);
    await host.links.create({ kind: 'tap', name: 'tap0' });
    expect((await host.guards.list()).filter(({ bound }) => bound)).toEqual([]);
    await host.guards.set(guardOf(0));
    expect(await host.guards.get('tap0')).toMatchObject({ bound: true, active: true });
  });

  test('eight writers at once lose no guard, and leave nothing', { timeout: 60_000 }, async () => {
    const { host, netns } = await withTaps(40);
    const writers = await Promise.all(Array.from({ length: 8 }, () => LinuxHost.open({ netns: netns.path })));
    try {
      const all = Array.from({ length: 40 }, (_, i) => guardOf(i));
      const byWriter = (action: (host: LinuxHost, guard: SourceGuard) => Promise<void>) =>
        Promise.all(
          writers.map(async (writer, w) => {
            for (const [i, guard] of all.entries()) if (i % 8 === w) await action(writer, guard);
          }),
        );
      await byWriter(({ guards }, guard) => guards.set(guard));
      expect((await host.guards.list()).filter(({ bound }) => bound)).toHaveLength(40);
      await byWriter(async ({ guards }, guard) => expect(await guards.get(guard.device)).toMatchObject(guard));
      await byWriter(({ guards }, guard) => guards.delete(guard));
      expect(netns.run('nft', 'list', 'ruleset')).toBe('');
    } finally {
      await Promise.all(writers.map((writer) => writer.close()));
    }
  });

  test('eight writers of one guard: one of the values stays, complete', { timeout: 60_000 }, async () => {
    const { host, netns } = await withTaps(1);
    const writers = await Promise.all(Array.from({ length: 8 }, () => LinuxHost.open({ netns: netns.path })));
    try {
      const values = writers.map((_, i) => ({ ...guardOf(0), addresses: [`10.0.0.${i}`] }));
      await Promise.all(writers.map(({ guards }, i) => guards.set(values[i] ?? guardOf(0))));
      const found = await host.guards.get('tap0');
      expect(found).toMatchObject({ active: true, bound: true });
      expect(values.map(({ addresses }) => addresses)).toContainEqual(found?.addresses);
    } finally {
      await Promise.all(writers.map((writer) => writer.close()));
    }
  });

  test('nft shows the owner, the MAC address and the addresses', async () => {
    const { host, netns } = await withTaps(1);
    await host.guards.set(guardOf(0));
    const shown = netns.run('nft', 'list', 'ruleset');
    expect(shown).toMatch(/comment "os-vif:vif-0 mac-and-ip fa:16:3e:00:00:00 device \d+"/);
    expect(shown).toContain('comment "10.0.0.10"');
    expect(shown).toContain('counter name "guard-tap0" drop');
  });

  test('tables of others stay', async () => {
    const { host, netns } = await withTaps(1);
    netns.run('nft', 'table netdev mine { chain guard-tap0 { type filter hook ingress device "tap0" priority 0; }; }');
    const before = netns.run('nft', 'list', 'ruleset');
    expect(await host.guards.list()).toEqual([]);
    await host.guards.set(guardOf(0));
    await host.guards.delete(guardOf(0));
    expect(netns.run('nft', 'list', 'ruleset')).toBe(before);
  });
});

async function withTaps(count: number) {
  const netns = await makeNetns();
  const host = await LinuxHost.open({ netns: netns.path });
  onTestFinished(() => host.close());
  for (let i = 0; i < count; i++) await host.links.create({ kind: 'tap', name: `tap${i}`, up: true });
  return { host, netns };
}

function guardOf(i: number): SourceGuard {
  const mac = `fa:16:3e:00:00:${i.toString(16).padStart(2, '0')}`;
  const addresses = ['10.0.0.10', 'fd00::a'];
  return { device: `tap${i}`, hook: 'ingress', mac, mode: 'mac-and-ip', addresses, owner: `vif-${i}` };
}
