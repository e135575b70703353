/**
 * Which host OsVif uses and closes, and what close() means for calls before, during and after it.
 */

import { readdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LinuxHost } from '../src/host/linux/linux-host.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import type { Host } from '../src/host-contract/host.ts';
import { interceptHost } from '../src/host-contract/intercept.ts';
import type { OsVifOptions } from '../src/opening.ts';
import { OsVif } from '../src/os-vif.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './host/netns.ts';
import { instance, tapVif } from './plugins/vifs.ts';

const CLOSED = { code: 'ERR_OSVIF_CLOSED', message: 'this OsVif is closed: open a new one' };

const attachment = () => ({ vif: tapVif(), instance: instance() });
/** Each call of OsVif but close(). */
const CALLS: Readonly<Record<Exclude<keyof OsVif, 'close' | symbol>, (osVif: OsVif) => unknown>> = {
  plug: (osVif) => osVif.plug(tapVif(), instance()),
  unplug: (osVif) => osVif.unplug(tapVif(), instance()),
  check: (osVif) => osVif.check(tapVif(), instance()),
  plan: (osVif) => osVif.plan(tapVif(), instance()),
  adopt: (osVif) => osVif.adopt(tapVif(), instance()),
  graph: (osVif) => osVif.graph(tapVif(), instance(), { show: 'plan' }),
  plugAll: (osVif) => osVif.plugAll([attachment()]),
  unplugAll: (osVif) => osVif.unplugAll([attachment()]),
  checkAll: (osVif) => osVif.checkAll([attachment()]),
  planAll: (osVif) => osVif.planAll([attachment()]),
  watch: (osVif) => osVif.watch([attachment()]).next(),
  collectGarbage: (osVif) => osVif.collectGarbage([]),
  list: (osVif) => osVif.list(),
  hostInfo: (osVif) => osVif.hostInfo(),
};

describe('close()', () => {
  test.each(Object.entries(CALLS))('refuses a later %s, and the host stays as it is', async (_, call) => {
    const host = new MemoryHost();
    const osVif = await OsVif.open({ host });
    await osVif.close();
    await expect((async () => call(osVif))()).rejects.toMatchObject(CLOSED);
    expect((await host.links.list()).map(({ name }) => name)).toEqual(['lo']);
  });

  test.each(Object.entries(CALLS).filter(([name]) => name !== 'hostInfo' && name !== 'watch'))(
    'waits for a %s that is under way, and refuses calls meanwhile',
    async (_, call) => {
      const { host, reached, release } = held(new MemoryHost());
      const osVif = await OsVif.open({ host, timeout: 0 });
      const running = Promise.resolve(call(osVif));
      await reached;
      const order: string[] = [];
      const closed = osVif.close().then(() => order.push('closed'));
      await expect(osVif.plug(tapVif(), instance())).rejects.toMatchObject(CLOSED);
      const again = osVif.close().then(() => order.push('closed again'));
      await setImmediate();
      expect(order).toEqual([]);
      release();
      await running.then(() => order.push('done'));
      await Promise.all([closed, again]);
      expect(order).toEqual(['done', 'closed', 'closed again']);
    },
  );

  test('waits for all VIFs of a call for many', async () => {
    const { host, reached, release } = held(new MemoryHost());
    const osVif = await OsVif.open({ host, closeHost: true });
    const vifs = [1, 2, 3].map((i) => tapVif({ id: `00000000-0000-4000-8000-00000000000${i}`, vifName: `tap${i}` }));
    const plugged = osVif.plugAll(
      vifs.map((vif) => ({ vif, instance: instance() })),
      { concurrency: 1 },
    );
    await reached;
    const closed = osVif.close();
    release();
    expect((await plugged).map(({ changed }) => changed)).toEqual([true, true, true]);
    await closed;
    await expect(host.links.list()).rejects.toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
  });

  test('resolves if a call under way fails', async () => {
    const host = interceptHost(new MemoryHost(), async () => {
      await setImmediate();
      throw new Error('broken');
    });
    const osVif = await OsVif.open({ host });
    const failure = expect(osVif.plug(tapVif(), instance())).rejects.toThrow('broken');
    await osVif.close();
    await failure;
  });
});

describe('the host', () => {
  test('that is given stays open, unless OsVif shall close it', async () => {
    const host = new MemoryHost();
    await (await OsVif.open({ host })).close();
    await (await OsVif.open({ host, closeHost: false })).close();
    expect(await host.links.list()).toHaveLength(1);
    {
      await using osVif = await OsVif.open({ host, closeHost: true });
      await osVif.check(tapVif(), instance());
    }
    await expect(host.links.list()).rejects.toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
  });

  test.each<[OsVifOptions, string]>([
    [{ host: new MemoryHost(), netns: 'blue' }, 'the option host excludes netns: give it to LinuxHost.open'],
    [
      { host: new MemoryHost(), ovsdb: {}, sysfsRoot: '/sys' },
      'excludes ovsdb, sysfsRoot: give them to LinuxHost.open',
    ],
    [{ closeHost: true }, 'the option closeHost needs the option host'],
    [{ closeHost: false, netns: 'blue' }, 'the option closeHost needs the option host'],
  ])('is not opened with options that contradict each other: %o', async (options, message) => {
    await expect(OsVif.open(options)).rejects.toMatchObject({
      code: 'ERR_OSVIF_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });

  test('is not opened if a plugin cannot be loaded', async () => {
    await expect(OsVif.open({ netns: '/nowhere', plugins: ['no-such-plugin'] })).rejects.toMatchObject({
      code: 'ERR_OSVIF_PLUGIN',
    });
  });
});

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('OsVif opens the host with its options, and closes its files', async () => {
    const netns = await makeNetns();
    const before = await openFiles();
    {
      await using osVif = await OsVif.open({ netns: netns.path });
      await osVif.plug(tapVif(), instance());
      expect((await openFiles()).length).toBeGreaterThan(before.length);
    }
    expect(await openFiles()).toEqual(before);
    expect(netns.links().map(({ ifname }) => ifname)).toEqual(['tapdc065497-3c']);
  });

  test('a LinuxHost that is closed finishes the creation of a TAP, which takes several requests', async () => {
    const netns = await makeNetns();
    const host = await LinuxHost.open({ netns: netns.path });
    const created = host.links.create({ kind: 'tap', name: 'tap0', mtu: 1400, up: true, alias: 'mine' });
    await host.close();
    expect(await created).toBeGreaterThan(0);
    expect(netns.links()).toMatchObject([{ ifname: 'tap0', mtu: 1400, ifalias: 'mine' }]);
  });
});

/** A host whose calls wait until they are released. */
function held(host: Host): { readonly host: Host; readonly reached: Promise<void>; readonly release: () => void } {
  let [arrive, release] = [(): void => {}, (): void => {}];
  const reached = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = interceptHost(host, async (_, proceed) => {
    arrive();
    await released;
    return proceed();
  });
  return { host: slow, reached, release };
}

/**
 * The files and sockets that this process has open. Their numbers differ from one moment to the
 * next.
 */
async function openFiles(): Promise<string[]> {
  return (await readdir('/proc/self/fd')).sort();
}
