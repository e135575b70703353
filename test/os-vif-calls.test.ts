import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LinuxHost } from '../src/host/linux/linux-host.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import type { Host } from '../src/host-contract/host.ts';
import { interceptHost } from '../src/host-contract/intercept.ts';
import { OsVif } from '../src/os-vif.ts';
import { TapPlugin } from '../src/plugins/tap-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './host/netns.ts';
import { recordOperations, treeOf } from './host-contract/diagnostics/record.ts';
import { bridgeVif, instance, tapVif, VIF_ID } from './plugins/vifs.ts';

describe('a call that takes too long', () => {
  test('ends at its deadline, takes back what it did, and says so', async () => {
    const host = new MemoryHost();
    await host.links.create({ kind: 'veth', name: 'eth0', peer: { name: 'far0' } });
    await using osVif = await OsVif.open({ host: slow(host, 30), timeout: 100 });
    await expect(osVif.plug(bridgeVif(), instance())).rejects.toMatchObject({
      code: 'ERR_OSVIF_PLUG',
      left: [],
      cause: { name: 'TimeoutError' },
    });
    expect(await names(host)).toEqual(['lo', 'eth0', 'far0']);
  });

  test('says what may be left when the host does not answer at all', { timeout: 20_000 }, async () => {
    const host = interceptHost(new MemoryHost(), async ({ method }, proceed) =>
      method === 'create' ? new Promise(() => {}) : proceed(),
    );
    await using osVif = await OsVif.open({ host });
    await expect(osVif.plug(tapVif(), instance(), { timeout: 50 })).rejects.toMatchObject({
      cause: { name: 'TimeoutError' },
      left: ['tap tapdc065497-3c (the host has not answered yet, so the effect of the request is not known)'],
    });
  });

  test('an option of the call comes before that of OsVif, and 0 is for ever', async () => {
    await using osVif = await OsVif.open({ host: slow(new MemoryHost(), 30), timeout: 10 });
    await expect(osVif.plug(tapVif(), instance())).rejects.toMatchObject({ cause: { name: 'TimeoutError' } });
    await osVif.plug(tapVif(), instance(), { timeout: 0 });
    await expect(osVif.unplug(tapVif(), instance(), { timeout: 5 })).rejects.toMatchObject({
      code: 'ERR_OSVIF_UNPLUG',
    });
    await osVif.unplug(tapVif(), instance(), { timeout: 5000 });
  });

  test.each(['plug', 'unplug', 'check', 'plan', 'graph'] as const)(
    '%s ends when it is aborted while it waits for another call for the same VIF',
    async (verb) => {
      const busy = withResolvers();
      const host = interceptHost(new MemoryHost(), async ({ method }, proceed) => {
        if (method === 'create') await busy.promise;
        return proceed();
      });
      await using osVif = await OsVif.open({ host, timeout: 0 });
      const first = osVif.plug(tapVif(), instance());
      const controller = new AbortController();
      const waiting = osVif[verb](tapVif(), instance(), { signal: controller.signal });
      controller.abort(new Error('too late'));
      const reason = await waiting.then(
        () => undefined,
        (error: Error) => error.cause ?? error,
      );
      expect(reason).toMatchObject({ message: 'too late' });
      busy.resolve();
      await first;
      expect(await osVif.check(tapVif(), instance())).toEqual([]);
    },
  );

  test('ends when it is aborted while it waits for a plug that shares a bridge', async () => {
    const busy = withResolvers();
    const host = new MemoryHost();
    await host.links.create({ kind: 'veth', name: 'eth0', peer: { name: 'far0' } });
    const slowHost = interceptHost(host, async ({ method }, proceed) => {
      if (method === 'create') await busy.promise;
      return proceed();
    });
    await using osVif = await OsVif.open({ host: slowHost, timeout: 0 });
    const first = osVif.plug(bridgeVif(), instance());
    const controller = new AbortController();
    const other = bridgeVif({ id: 'aaaaaaaa-3c8d-4f44-8fb4-e1d33c16a536', vifName: 'tap-other' });
    const waiting = osVif.plug(other, instance(), { signal: controller.signal });
    controller.abort(new Error('too late'));
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_OSVIF_PLUG', cause: { message: 'too late' } });
    busy.resolve();
    await first;
    expect(await osVif.check(bridgeVif(), instance())).toEqual([]);
  });

  test.each(['check', 'plan'] as const)('%s ends at its deadline too', async (verb) => {
    await using osVif = await OsVif.open({ host: slow(new MemoryHost(), 30) });
    await expect(osVif[verb](bridgeVif(), instance(), { timeout: 15 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('garbage collection ends at its deadline too, and goes on where it left off', async () => {
    const host = new MemoryHost();
    await using quick = await OsVif.open({ host, plugins: [new TapPlugin()] });
    await quick.plug(tapVif(), instance());
    await using osVif = await OsVif.open({ host: slow(host, 30), plugins: [new TapPlugin()] });
    await expect(osVif.collectGarbage([], { timeout: 15 })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await names(host)).toEqual(['lo', 'tapdc065497-3c']);
    await osVif.collectGarbage([]);
    expect(await names(host)).toEqual(['lo']);
  });

  test('ends when its signal is aborted, in the midst of its steps', async () => {
    const host = new MemoryHost();
    const controller = new AbortController();
    const aborting = interceptHost(host, async (call, proceed) => {
      const result = await proceed();
      if (call.method === 'create') controller.abort(new Error('the guest is gone'));
      return result;
    });
    await using osVif = await OsVif.open({ host: aborting });
    await expect(osVif.plug(bridgeVif(), instance(), { signal: controller.signal })).rejects.toMatchObject({
      left: [],
      cause: { message: 'the guest is gone' },
    });
    expect(await names(host)).toEqual(['lo']);
  });
});

test('every call publishes its steps, and how each of them ended', async () => {
  const host = new MemoryHost();
  await using osVif = await OsVif.open({ host });
  const operations = recordOperations();
  await osVif.plug(bridgeVif(), instance());
  await osVif.check(bridgeVif(), instance());
  await osVif.unplug(bridgeVif(), instance());
  await osVif.plan(tapVif(), instance());
  await osVif.adopt(tapVif(), instance());
  await osVif.unplug(tapVif(), instance());
  await osVif.collectGarbage([tapVif()], { dryRun: true });
  await host.links.create({ kind: 'bridge', name: 'tapdc065497-3c' });
  await osVif.plug(tapVif(), instance()).catch(() => {});
  expect(treeOf(operations)).toEqual([
    'plug linux_bridge',
    '  ensure bridge brqb82c1929-05',
    '  ensure port eth0',
    'check linux_bridge',
    '  inspect bridge brqb82c1929-05',
    '  inspect port eth0',
    'unplug linux_bridge',
    'plan tap',
    '  inspect tap tapdc065497-3c',
    'adopt tap',
    '  inspect tap tapdc065497-3c',
    'unplug tap',
    '  remove tap tapdc065497-3c',
    'gc 1 true',
    'plug tap failed: ERR_OSVIF_PLUG',
    '  ensure tap tapdc065497-3c failed: ERR_OSVIF_FOREIGN_LINK',
  ]);
  expect(new Set(operations.map(({ vif }) => vif))).toEqual(new Set([VIF_ID, undefined]));
});

test('the failure of a plugin is published as the error that the caller gets', async () => {
  const operations = recordOperations(['os-vif:plug']);
  const host = interceptHost(new MemoryHost(), () => Promise.reject(new Error('broken')));
  await using osVif = await OsVif.open({ host });
  const error = await osVif.plug(tapVif(), instance()).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ERR_OSVIF_PLUG' });
  expect(operations.map((operation) => operation.error)).toEqual([error]);
});

test.skipIf(NETNS_UNAVAILABLE)(
  'plug and unplug start no child process, and one of their own only for filter rules',
  async () => {
    const netns = await makeNetns();
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'far0');
    await using host = await LinuxHost.open({ netns: netns.path });
    await using osVif = await OsVif.open({ host });
    const started = await childProcesses(async () => {
      for (const vif of [tapVif({ id: '00000000-0000-4000-8000-000000000001', vifName: 'tap1' }), bridgeVif()]) {
        await osVif.plug(vif, instance());
        await osVif.unplug(vif, instance());
      }
    });
    expect(started).toEqual([]);
    const forFilter = await childProcesses(() => osVif.plug(bridgeVif({ hasTrafficFiltering: false }), instance()));
    const commands = ['iptables', 'ip6tables'].flatMap((command) => [`${command}-save`, `${command}-restore`]);
    expect(new Set(forFilter)).toEqual(new Set(commands));
  },
);

/** The commands that this process starts meanwhile. */
async function childProcesses(action: () => Promise<unknown>): Promise<unknown[]> {
  const started: unknown[] = [];
  const listen = (message: unknown) => {
    const child: unknown =
      typeof message === 'object' && message !== null ? Reflect.get(message, 'process') : undefined;
    // What is started is known once spawn() has returned.
    queueMicrotask(() =>
      started.push(typeof child === 'object' && child !== null ? Reflect.get(child, 'spawnfile') : undefined),
    );
  };
  subscribe('child_process', listen);
  try {
    await action();
  } finally {
    unsubscribe('child_process', listen);
  }
  return started;
}

function slow(host: Host, ms: number): Host {
  return interceptHost(host, async (_, proceed) => {
    await sleep(ms);
    return proceed();
  });
}

async function names(host: Host): Promise<string[]> {
  return (await host.links.list()).map(({ name }) => name);
}

/** A promise that the test resolves. */
function withResolvers(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
