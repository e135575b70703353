/** Watches in memory: which events come, and which checks and repairs are made. */

import { setImmediate as nextRound } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Operation } from '../../src/host-contract/diagnostics/messages.ts';
import { subscribeOperations } from '../../src/host-contract/diagnostics/subscribe.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { HostPluginInfo } from '../../src/objects/host-info.ts';
import { OsVif } from '../../src/os-vif.ts';
import { NoopPlugin } from '../../src/plugins/noop-plugin.ts';
import { tapVif as ovsTapVif } from '../plugins/ovs/ovs-vifs.ts';
import { instance, tapVif } from '../plugins/vifs.ts';
import { idOf, shown, tapOf, watching } from './watched.ts';

async function deleteTap(host: Host, name: string): Promise<void> {
  const link = await host.links.get(name);
  await host.links.delete(link?.index ?? 0);
}

async function setMtu(host: Host, name: string, mtu: number): Promise<void> {
  const link = await host.links.get(name);
  await host.links.change(link?.index ?? 0, { mtu });
}

/** The names of the VIFs that are checked from now on. */
function checks(): string[] {
  const checked: string[] = [];
  onTestFinished(subscribeOperations(['os-vif:check'], { start: ({ vif }) => checked.push(vif ?? '') }));
  return checked;
}

afterEach(() => void vi.useRealTimers());

describe('a watch tells', () => {
  test('that all VIFs were checked, once, after the drift at the start', async () => {
    const host = new MemoryHost();
    const checked = checks();
    const osVif = await OsVif.open({ host });
    await osVif.plug(tapOf(1).vif, instance());
    await using watch = osVif.watch([tapOf(1), tapOf(2)]);
    expect(shown(await watch.next())).toBe('drift tap2');
    expect(shown(await watch.next())).toBe('all start');
    expect(checked).toEqual([idOf(1), idOf(2)]);
  });

  test('drift when it comes about, and its end', async () => {
    const host = new MemoryHost();
    const { watch, next, osVif } = await watching(host, [tapOf(1), tapOf(2)]);
    expect(await next(1)).toEqual(['all start']);
    await setMtu(host, 'tap1', 1300);
    expect(await watch.next()).toMatchObject({
      value: { type: 'drift', drifts: [{ type: 'differs', on: 'tap1', property: 'mtu', want: 1450, have: 1300 }] },
    });
    await deleteTap(host, 'tap1');
    expect(await watch.next()).toMatchObject({ value: { type: 'drift', drifts: [{ type: 'missing', on: 'tap1' }] } });
    await osVif.plug(tapOf(1).vif, instance());
    expect(await next(1)).toEqual(['restored tap1']);
  });

  test('the last event of each type when nobody has read the earlier ones', async () => {
    const host = new MemoryHost();
    const { watch, next } = await watching(host, [tapOf(1)]);
    expect(await next(1)).toEqual(['all start']);
    for (const mtu of [1301, 1302, 1303, 1450, 1304]) {
      await setMtu(host, 'tap1', mtu);
      await vi.waitUntil(async () => true);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await next(1)).toEqual(['restored tap1']);
    expect(await watch.next()).toMatchObject({ value: { type: 'drift', drifts: [{ have: 1304 }] } });
  });

  test('a plugin that does not check at the beginning', async () => {
    class Blind extends NoopPlugin {
      override describe(): HostPluginInfo {
        return new HostPluginInfo({ pluginName: 'blind', vifInfo: [] });
      }
    }
    Object.defineProperty(Blind.prototype, 'check', { value: undefined });
    const osVif = await OsVif.open({ host: new MemoryHost(), plugins: [new Blind()] });
    const vif = tapVif({ plugin: 'blind' });
    expect(() => osVif.watch([{ vif, instance: instance() }])).toThrow('the plugin blind does not support check');
  });

  test('a check that fails, and tries again', async () => {
    const memory = new MemoryHost();
    let isBroken = false;
    const host = interceptHost(memory, async ({ method }, proceed) => {
      if (isBroken && method === 'get') throw new Error('the host is on fire');
      return proceed();
    });
    const { watch, next } = await watching(host, [tapOf(1)]);
    expect(await next(1)).toEqual(['all start']);
    isBroken = true;
    await setMtu(memory, 'tap1', 1300);
    expect(await watch.next()).toMatchObject({
      value: { type: 'failed', retryIn: 100, error: { message: expect.stringContaining('on fire') } },
    });
    isBroken = false;
    expect(await next(1)).toEqual(['drift tap1']);
    await setMtu(memory, 'tap1', 1450);
    expect(await next(1)).toEqual(['restored tap1']);
    isBroken = true;
    await setMtu(memory, 'tap1', 1300);
    expect(await next(1)).toEqual(['failed tap1']);
    await setMtu(memory, 'tap1', 1450);
    isBroken = false;
    expect(await next(1)).toEqual(['restored tap1']);
  });
});

describe('a watch checks', () => {
  test('the VIFs that have read what has changed, and no others', async () => {
    const host = new MemoryHost();
    const { next } = await watching(host, [tapOf(1), tapOf(2), tapOf(3)]);
    expect(await next(1)).toEqual(['all start']);
    const checked = checks();
    await host.links.create({ kind: 'tap', name: 'other' });
    await setMtu(host, 'tap2', 1300);
    expect(await next(1)).toEqual(['drift tap2']);
    expect(checked).toEqual([idOf(2)]);
  });

  test('again what has changed during its check', async () => {
    const memory = new MemoryHost();
    let meddle: (() => Promise<void>) | undefined;
    const host = interceptHost(memory, async ({ method, args }, proceed) => {
      const result = await proceed();
      const once = meddle;
      if (method !== 'get' || args[0] !== 'tap1' || once === undefined) return result;
      meddle = undefined;
      await once();
      return result;
    });
    const { watch, next } = await watching(host, [tapOf(1)]);
    expect(await next(1)).toEqual(['all start']);
    meddle = () => setMtu(memory, 'tap1', 1302);
    await setMtu(memory, 'tap1', 1301);
    expect(await watch.next()).toMatchObject({ value: { drifts: [{ have: 1301 }] } });
    expect(await watch.next()).toMatchObject({ value: { drifts: [{ have: 1302 }] } });
  });

  test('all VIFs when changes were lost', async () => {
    const memory = new MemoryHost();
    let isLost = false;
    const host = interceptHost(memory, async ({ port, method }, proceed) => {
      const result = await proceed();
      if (port !== 'links' || method !== 'changes' || !isLost) return result;
      return { ...Object(result), names: [], complete: false };
    });
    const { next } = await watching(host, [tapOf(1), tapOf(2)]);
    expect(await next(1)).toEqual(['all start']);
    isLost = true;
    await setMtu(memory, 'tap1', 1300);
    expect(await next(2)).toEqual(['drift tap1', 'all events lost']);
  });

  test('all VIFs at intervals, for what has no events', async () => {
    const host = new MemoryHost();
    const { next } = await watching(host, [tapOf(1)], { interval: 5 });
    expect(await next(2)).toEqual(['all start', 'all interval']);
  });

  test('many VIFs with one list of devices', async () => {
    const memory = new MemoryHost();
    const calls: string[] = [];
    const host = interceptHost(memory, ({ port, method }, proceed) => {
      calls.push(`${port}.${method}`);
      return proceed();
    });
    const many = Array.from({ length: 100 }, (_, i) => tapOf(i));
    const { next } = await watching(host, many);
    calls.length = 0;
    expect(await next(1)).toEqual(['all start']);
    expect(calls.filter((call) => call === 'links.list')).toHaveLength(1);
    expect(calls.filter((call) => call === 'links.get')).toHaveLength(0);
  });

  test('VIFs of a plugin while those of another one wait for its database', async () => {
    const memory = new MemoryHost();
    let isSilent = false;
    const host = interceptHost(memory, async ({ port, method }, proceed) => {
      if (isSilent && port === 'ovsdb' && method === 'view') await new Promise(() => {});
      return proceed();
    });
    await memory.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' }]);
    const many = Array.from({ length: 20 }, (_, i) => [tapOf(i + 1), { vif: ovsTapVif(i + 1), instance: instance() }]);
    const { next } = await watching(host, many.flat(), { interval: 5 });
    expect(await next(1)).toEqual(['all start']);
    isSilent = true;
    await setMtu(memory, 'tap1', 1300);
    const events: string[] = [];
    while (events.at(-1) !== 'drift tap1') events.push(...(await next(1)));
    isSilent = false;
  });

  test('VIFs that were added later, and not those that were removed', async () => {
    const host = new MemoryHost();
    const { watch, next, osVif } = await watching(host, [tapOf(1), tapOf(2)]);
    expect(await next(1)).toEqual(['all start']);
    watch.add(tapOf(3));
    expect(await next(1)).toEqual(['drift tap3']);
    watch.remove(idOf(1).toUpperCase());
    expect([1, 2, 3].map((n) => watch.has(idOf(n)))).toEqual([false, true, true]);
    await osVif.unplug(tapOf(2).vif, instance());
    expect(watch.has(idOf(2))).toBe(false);
    await deleteTap(host, 'tap1');
    await osVif.plug(tapOf(3).vif, instance());
    expect(await next(1)).toEqual(['restored tap3']);
  });

  test('a VIF that was plugged in another way against its new form', async () => {
    const host = new MemoryHost();
    const { next, osVif, watch } = await watching(host, [tapOf(1)]);
    expect(await next(1)).toEqual(['all start']);
    const changed = tapVif({ id: idOf(1), vifName: 'tap1', address: 'fa:16:3e:00:00:01' });
    await osVif.plug(changed, instance());
    const checked = checks();
    await setMtu(host, 'tap1', 1300);
    expect(await watch.next()).toMatchObject({ value: { type: 'drift', vif: changed, drifts: [{ property: 'mtu' }] } });
    expect(checked.length).toBeGreaterThan(0);
  });
});

test('the events of a watch are on a tracing channel', async () => {
  const host = new MemoryHost();
  const told: unknown[] = [];
  const start = ({ event, vif, plugin, reason }: Operation<'os-vif:watch'>) =>
    told.push({ event, vif, plugin, reason });
  onTestFinished(subscribeOperations(['os-vif:watch'], { start }));
  const { next } = await watching(host, [tapOf(1)], { repair: true });
  expect(await next(1)).toEqual(['all start']);
  await deleteTap(host, 'tap1');
  expect(await next(2)).toEqual(['drift tap1', 'repaired tap1']);
  const of = { vif: idOf(1), plugin: 'tap', reason: undefined };
  expect(told).toEqual([
    { event: 'resynchronized', vif: undefined, plugin: undefined, reason: 'start' },
    { event: 'drift', ...of },
    { event: 'repaired', ...of },
  ]);
});

test('calls with wrong arguments are refused beside a watch too', async () => {
  const { osVif, next, watch } = await watching(new MemoryHost(), [tapOf(1)]);
  expect(await next(1)).toEqual(['all start']);
  for (const junk of [undefined, null, 7, { id: 7 }, { id: idOf(1) }]) {
    await expect(osVif.plug(junk as never, instance())).rejects.toMatchObject({ code: /^ERR_OSVIF_/ });
    await expect(osVif.unplug(junk as never, instance())).rejects.toMatchObject({ code: /^ERR_OSVIF_/ });
  }
  expect(watch.has(idOf(1))).toBe(true);
});

describe('a watch that repairs', () => {
  test('plugs VIFs again', async () => {
    const host = new MemoryHost();
    const { watch, next } = await watching(host, [tapOf(1)], { repair: true });
    expect(await next(1)).toEqual(['all start']);
    await deleteTap(host, 'tap1');
    expect(await next(1)).toEqual(['drift tap1']);
    expect(await watch.next()).toMatchObject({
      value: { type: 'repaired', drifts: [{ type: 'missing' }], result: { changed: true, steps: [{ on: 'tap1' }] } },
    });
    expect(await host.links.get('tap1')).toMatchObject({ mtu: 1450 });
  });

  test('waits longer each time for a VIF that drifts again and again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const host = new MemoryHost();
    const { watch } = await watching(host, [tapOf(1)], { repair: true });
    let repairs = 0;
    const read = (async () => {
      for await (const { type } of watch) if (type === 'repaired') repairs += 1;
    })();
    const counts: number[] = [];
    for (let elapsed = 0; elapsed < 3200; elapsed += 20) {
      if ((await host.links.get('tap1')) !== undefined) await deleteTap(host, 'tap1');
      await vi.advanceTimersByTimeAsync(20);
      await nextRound();
      counts.push(repairs);
    }
    // At 0, 0.1, 0.3, 0.7, 1.5 and 3.1 s, each up to two rounds of this loop later.
    expect([4, 12, 30, 60, 120].map((round) => counts[round])).toEqual([1, 2, 3, 4, 5]);
    await watch.return();
    await read;
  });

  test('tells a repair that fails, and tries again later', async () => {
    const host = new MemoryHost();
    const { watch, next } = await watching(host, [tapOf(1)], { repair: true });
    expect(await next(1)).toEqual(['all start']);
    await deleteTap(host, 'tap1');
    const other = await host.links.create({ kind: 'bridge', name: 'tap1' });
    const events = [];
    while (events.at(-1) !== 'failed tap1') events.push(shown(await watch.next()));
    await host.links.delete(other);
    while (events.at(-1) !== 'repaired tap1') events.push(shown(await watch.next()));
    expect(await host.links.get('tap1')).toMatchObject({ kind: 'tap' });
  });

  test('does not plug a VIF again that was unplugged', async () => {
    const host = new MemoryHost();
    const { osVif, next } = await watching(host, [tapOf(1), tapOf(2)], { repair: true });
    expect(await next(1)).toEqual(['all start']);
    await osVif.unplug(tapOf(1).vif, instance());
    await osVif.unplugAll([]);
    await deleteTap(host, 'tap2');
    expect(await next(2)).toEqual(['drift tap2', 'repaired tap2']);
    expect(await host.links.get('tap1')).toBeUndefined();
  });

  test('repairs many VIFs', async () => {
    const host = new MemoryHost();
    const many = Array.from({ length: 100 }, (_, i) => tapOf(i));
    const { watch, next } = await watching(host, many, { repair: true });
    expect(await next(1)).toEqual(['all start']);
    for (const { vif } of many) await deleteTap(host, vif.vifName ?? '');
    const repaired = new Set<string>();
    for await (const event of watch) {
      if (event.type === 'repaired') repaired.add(event.vif.id ?? '');
      if (repaired.size === many.length) break;
    }
    expect((await host.links.list()).length).toBe(many.length + 1);
  });
});

describe('a watch ends', () => {
  test('with its signal, and the iterator throws the reason', async () => {
    const controller = new AbortController();
    const { watch, next } = await watching(new MemoryHost(), [tapOf(1)], { signal: controller.signal });
    expect(await next(1)).toEqual(['all start']);
    const waiting = watch.next();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  test('at once with a signal that was aborted before', async () => {
    const reason = new Error('too late');
    const { watch } = await watching(new MemoryHost(), [tapOf(1)], { signal: AbortSignal.abort(reason) });
    await expect(watch.next()).rejects.toBe(reason);
  });

  test('with the loop over it', async () => {
    const { watch } = await watching(new MemoryHost(), [tapOf(1)]);
    for await (const event of watch) {
      expect(event.type).toBe('resynchronized');
      break;
    }
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  test('with its OsVif', async () => {
    const { watch, next, osVif } = await watching(new MemoryHost(), [tapOf(1)]);
    expect(await next(1)).toEqual(['all start']);
    const waiting = watch.next();
    await osVif.close();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(() => osVif.watch([])).toThrow('this OsVif is closed');
  });

  test('with its host, and the iterator throws the error of the host', async () => {
    const host = new MemoryHost();
    const { watch, next } = await watching(host, [tapOf(1)]);
    expect(await next(1)).toEqual(['all start']);
    const waiting = watch.next();
    await host.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_OSVIF_CLOSED' });
  });
});
