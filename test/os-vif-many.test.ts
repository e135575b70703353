import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LinuxHost } from '../src/host/linux/linux-host.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import type { Host } from '../src/host-contract/host.ts';
import { interceptHost } from '../src/host-contract/intercept.ts';
import { DELETION_MARK_GROUP } from '../src/host-contract/interface-groups.ts';
import { OsVif } from '../src/os-vif.ts';
import { BridgedTapPlugin, bridgedTaps } from './children/bridged-taps.ts';
import { inTwoProcesses } from './children/in-two-processes.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './host/netns.ts';

const BRIDGE = 'brq-shared';

describe('in memory', () => manySuite(async () => new MemoryHost()));

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  manySuite(async () => {
    const host = await LinuxHost.open({ netns: (await makeNetns()).path });
    onTestFinished(() => host.close());
    return host;
  });

  test('50 plugs at once from two processes that share a bridge all succeed, on one bridge', {
    timeout: 120_000,
  }, async () => {
    const netns = await makeNetns();
    const inTwo = await inTwoProcesses(netns);
    await inTwo('plug');
    const links = netns.links();
    const bridges = links.filter(({ linkinfo }) => linkinfo?.info_kind === 'bridge');
    expect(bridges.map(({ ifname }) => ifname)).toEqual([BRIDGE]);
    expect(links.filter(({ master }) => master === BRIDGE)).toHaveLength(50);
    await inTwo('unplug');
    expect(netns.links().map(({ ifname }) => ifname)).toEqual([BRIDGE]);

    await using host = await LinuxHost.open({ netns: netns.path });
    await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
    await osVif.collectGarbage([]);
    expect(netns.links()).toEqual([]);
  });

  test('plugs that fail take no bridge from under those that succeed, whatever process they are in', {
    timeout: 60_000,
  }, async () => {
    const { path } = await makeNetns();
    for (let round = 0; round < 5; round++) {
      // Two hosts know no more of each other than two processes do.
      await using failing = await LinuxHost.open({ netns: path });
      await using host = await LinuxHost.open({ netns: path });
      await using unlucky = await OsVif.open({ host: withoutTaps(failing), plugins: [new BridgedTapPlugin()] });
      await using lucky = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
      const failures = Promise.allSettled(bridgedTaps(50, 20).map(({ vif, instance }) => unlucky.plug(vif, instance)));
      await Promise.all(bridgedTaps(0, 20).map(({ vif, instance }) => lucky.plug(vif, instance)));
      expect(new Set((await failures).map(({ status }) => status))).toEqual(new Set(['rejected']));

      const bridge = await host.links.get(BRIDGE);
      const masters = (await host.links.list()).filter(({ kind }) => kind === 'tap').map(({ master }) => master);
      expect(masters).toEqual(Array.from({ length: 20 }, () => bridge?.index));
      expect(bridge).toMatchObject({ group: 0 });
      await lucky.unplugAll(bridgedTaps(0, 20));
      await lucky.collectGarbage([]);
      expect(await names(host)).toEqual(['lo']);
    }
  });

  test('two processes that plug the same VIF at once agree on one device', async () => {
    const { path } = await makeNetns();
    await using first = await LinuxHost.open({ netns: path });
    await using second = await LinuxHost.open({ netns: path });
    await using one = await OsVif.open({ host: first, plugins: [new BridgedTapPlugin()] });
    await using other = await OsVif.open({ host: second, plugins: [new BridgedTapPlugin()] });
    const attachments = bridgedTaps(0, 10);
    await Promise.all([one.plugAll(attachments), other.plugAll(attachments)]);
    for (const { vif, instance } of attachments) expect(await one.check(vif, instance)).toEqual([]);
    await Promise.all([one.unplugAll(attachments), other.unplugAll(attachments)]);
    expect(await names(first)).toEqual(['lo', BRIDGE]);
  });
});

function manySuite(open: () => Promise<Host>): void {
  test('plugAll plugs all, unplugAll unplugs all, both again and again', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
    const attachments = bridgedTaps(0, 12);
    for (let i = 0; i < 2; i++) await osVif.plugAll(attachments);
    expect((await names(host)).sort()).toEqual(
      [BRIDGE, 'lo', ...attachments.map(({ vif }) => vif.vifName ?? '')].sort(),
    );
    for (let i = 0; i < 2; i++) await osVif.unplugAll(attachments);
    expect(await names(host)).toEqual(['lo', BRIDGE]);
  });

  test('no more VIFs are worked on at once than asked for', async () => {
    let [running, most] = [0, 0];
    const host = interceptHost(await open(), async ({ method }, proceed) => {
      if (method === 'create') most = Math.max(most, ++running);
      try {
        return await proceed();
      } finally {
        if (method === 'create') running -= 1;
      }
    });
    await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
    await osVif.plugAll(bridgedTaps(0, 12), { concurrency: 3 });
    expect(most).toBeLessThanOrEqual(3);
  });

  test('others get at the event loop between any two that begin', async () => {
    await using osVif = await OsVif.open({ host: await open(), plugins: [new BridgedTapPlugin()] });
    const attachments = bridgedTaps(0, 12);
    for (const verb of ['plug', 'unplug'] as const) {
      const calls = vi.spyOn(BridgedTapPlugin.prototype, verb);
      onTestFinished(() => calls.mockRestore());
      let isDone = false;
      const all = osVif[`${verb}All`](attachments).finally(() => {
        isDone = true;
      });
      const begun = [0];
      while (!isDone) {
        await setImmediate();
        begun.push(calls.mock.calls.length);
      }
      await all;
      expect(calls, verb).toHaveBeenCalledTimes(12);
      expect(Math.max(...begun.map((count, i) => count - (begun[i - 1] ?? 0))), verb).toBe(1);
    }
  });

  test('one that fails keeps none of the others, and is named', async () => {
    const host = await open();
    const attachments = bridgedTaps(0, 5);
    const [, bad] = attachments;
    await host.links.create({ kind: 'bridge', name: bad?.vif.vifName ?? '' });
    await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
    const expected = {
      code: 'ERR_OSVIF_BATCH',
      failures: new Map([
        [bad?.vif.id, expect.objectContaining({ cause: expect.objectContaining({ code: 'ERR_OSVIF_FOREIGN_LINK' }) })],
      ]),
    };
    await expect(osVif.plugAll(attachments)).rejects.toMatchObject(expected);
    expect(await names(host)).toHaveLength(2 + 5);
    await expect(osVif.unplugAll(attachments)).rejects.toMatchObject(expected);
    expect((await names(host)).sort()).toEqual([BRIDGE, 'lo', bad?.vif.vifName].sort());
  });

  test('unplugAll deletes the devices of its VIFs together', async () => {
    const host = await open();
    const deletions: string[] = [];
    const watched = interceptHost(host, async ({ method }, proceed) => {
      if (method.startsWith('delete')) deletions.push(method);
      return proceed();
    });
    await using osVif = await OsVif.open({ host: watched, plugins: [new BridgedTapPlugin()] });
    await osVif.plugAll(bridgedTaps(0, 20));
    await osVif.unplugAll(bridgedTaps(0, 20));
    expect(deletions).toEqual(['deleteAll']);
  });

  test('unplugs that arrive together delete their devices in a few requests', async () => {
    const deletions: string[] = [];
    const watched = interceptHost(await open(), async ({ method }, proceed) => {
      if (method.startsWith('delete')) deletions.push(method);
      return proceed();
    });
    await using osVif = await OsVif.open({ host: watched, plugins: [new BridgedTapPlugin()] });
    await osVif.plugAll(bridgedTaps(0, 30));
    await Promise.all(bridgedTaps(0, 30).map(({ vif, instance }) => osVif.unplug(vif, instance)));
    expect(new Set(deletions)).toEqual(new Set(['deleteAll']));
    expect(deletions.length).toBeLessThan(10);
    expect(await names(watched)).toEqual(['lo', BRIDGE]);
  });

  test('garbage collection removes what belongs to VIFs that are no more, and nothing else', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
    const attachments = bridgedTaps(0, 4);
    await osVif.plugAll(attachments);
    // Others' devices: of the same pattern, with an alias of their own, and a bridge.
    await host.links.create({ kind: 'tap', name: 'tap-0000009' });
    await host.links.create({ kind: 'tap', name: 'tap-0000008', alias: 'somebody else: os-vif:x' });
    await host.links.create({ kind: 'bridge', name: 'br-other' });
    const valid = attachments.slice(0, 1).map(({ vif }) => vif);
    const gone = attachments.slice(1).map(({ vif }) => ({ kind: 'tap', name: vif.vifName ?? '', owner: vif.id ?? '' }));
    const before = await names(host);

    expect(await osVif.collectGarbage(valid, { dryRun: true })).toEqual(gone);
    expect(await names(host)).toEqual(before);
    expect(await osVif.collectGarbage(valid)).toEqual(gone);
    expect(await names(host)).toEqual(before.filter((name) => !gone.some((garbage) => garbage.name === name)));
    expect(await osVif.collectGarbage(valid)).toEqual([]);

    // Now nobody uses the shared bridge.
    expect((await osVif.collectGarbage([])).map(({ name }) => name).sort()).toEqual([
      BRIDGE,
      attachments[0]?.vif.vifName,
    ]);
    expect(await names(host)).toEqual(['lo', 'tap-0000009', 'tap-0000008', 'br-other']);
  });

  test('a shared bridge whose deletion was announced and never done is taken over', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
    await osVif.plugAll(bridgedTaps(0, 1));
    await osVif.unplugAll(bridgedTaps(0, 1));
    const bridge = await host.links.get(BRIDGE);
    // What deleteUnused() does first; then its process was killed.
    await host.links.change(bridge?.index ?? 0, { group: DELETION_MARK_GROUP });
    await osVif.plugAll(bridgedTaps(0, 1));
    expect(await host.links.get(BRIDGE)).toMatchObject({ index: bridge?.index, group: 0 });
    expect(await host.links.get('tap-0000000')).toMatchObject({ master: bridge?.index });
  });

  test('a shared bridge that is in use, has an address, or belongs to a VIF that is still there, stays', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host, plugins: [new BridgedTapPlugin()] });
    await osVif.plugAll(bridgedTaps(0, 1));
    await host.links.create({ kind: 'tap', name: 'guest' });
    const [bridge, guest] = [await host.links.get(BRIDGE), await host.links.get('guest')];
    await host.links.change(guest?.index ?? 0, { master: bridge?.index ?? 0 });
    await osVif.collectGarbage([]);
    expect(await names(host)).toEqual(['lo', BRIDGE, 'guest']);
    await host.links.change(guest?.index ?? 0, { master: 0 });
    await osVif.collectGarbage([]);
    expect(await names(host)).toEqual(['lo', 'guest']);
  });
}

function withoutTaps(host: Host): Host {
  return interceptHost(host, async ({ method, args: [link] }, proceed) => {
    if (method === 'create' && typeof link === 'object' && link !== null && Reflect.get(link, 'kind') === 'tap')
      throw new Error('no TAPs today');
    return proceed();
  });
}

async function names(host: Host): Promise<string[]> {
  return (await host.links.list()).map(({ name }) => name);
}
