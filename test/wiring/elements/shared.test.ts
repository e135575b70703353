/** What several VIFs use: who works on it when, and when it goes. */
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { isMarkedForDeletion } from '../../../src/host-contract/interface-groups.ts';
import { deleteUnused, requireNotBeingDeleted } from '../../../src/wiring/devices/shared-links.ts';
import { withSharedDeviceLock } from '../../../src/wiring/shared-device-lock.ts';
import type { Wiring } from '../../../src/wiring/wiring.ts';

const on = (name: string): Wiring => [{ kind: 'bridge', name, shared: true }];

describe('plugs of one process', () => {
  /** Starts one, and after it another; tells whether the second began before the first had ended. */
  async function overlap(first: Wiring, second: Wiring, host: MemoryHost, other = host): Promise<boolean> {
    let end = () => {};
    let isBegun = false;
    const one = withSharedDeviceLock(first, host, () => new Promise<void>((resolve) => (end = resolve)));
    const two = withSharedDeviceLock(second, other, async () => {
      isBegun = true;
    });
    for (let i = 0; i < 10; i++) await Promise.resolve();
    const seen = isBegun;
    end();
    await Promise.all([one, two]);
    expect(isBegun).toBe(true);
    return seen;
  }

  test('that share a bridge of a host take turns, and no others', async () => {
    const host = new MemoryHost();
    expect(await overlap(on('br0'), on('br0'), host)).toBe(false);
    expect(await overlap(on('br0'), on('br0'), host)).toBe(false);
    expect(await overlap(on('br0'), on('br1'), host)).toBe(true);
    expect(await overlap([...on('br0'), ...on('br1')], on('br1'), host)).toBe(false);
    expect(await overlap(on('br0'), on('br0'), host, new MemoryHost())).toBe(true);
    const own: Wiring = [{ kind: 'bridge', name: 'br0' }];
    expect(await overlap(own, own, host)).toBe(true);
    const ovs: Wiring = [{ kind: 'ovs-bridge', name: 'br0', shared: true }];
    expect(await overlap(ovs, ovs, host)).toBe(true);
  });

  test('go on after one that failed, which alone learns of that', async () => {
    const host = new MemoryHost();
    const failing = withSharedDeviceLock(on('br0'), host, () => Promise.reject(new Error('no')));
    const next = withSharedDeviceLock(on('br0'), host, async () => 'done');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});

describe('a shared device', () => {
  async function withBridge() {
    const host = new MemoryHost();
    await host.links.create({ kind: 'bridge', name: 'br0' });
    const bridge = await host.links.get('br0');
    if (bridge === undefined) throw new Error('br0 is missing');
    return { host, bridge };
  }

  test('goes when nobody uses it', async () => {
    const { host, bridge } = await withBridge();
    await host.links.create({ kind: 'tap', name: 'tap0' });
    expect(await deleteUnused(host, bridge)).toBe(true);
    expect(await host.links.get('br0')).toBeUndefined();
  });

  test.each([
    ['a port', 'tap'],
    ['a VLAN device', 'vlan'],
  ])('stays for %s, and is no more about to go', async (_, kind) => {
    const { host, bridge } = await withBridge();
    if (kind === 'tap') await host.links.create({ kind: 'tap', name: 'tap0', master: bridge.index });
    else await host.links.create({ kind: 'vlan', name: 'br0.7', lower: bridge.index, vlan: { id: 7 } });
    expect(await deleteUnused(host, bridge)).toBe(false);
    expect(await host.links.get('br0')).toMatchObject({ group: 0 });
    await requireNotBeingDeleted(host, bridge.index, 'tap tap0');
  });

  test('that is about to go, or gone, is no device to stand on', async () => {
    const { host, bridge } = await withBridge();
    await requireNotBeingDeleted(host, bridge.index, 'tap tap0');
    await requireNotBeingDeleted(host, 0, 'tap tap0');
    let seen: string | undefined;
    const { list } = host.links;
    host.links.list = async () => {
      const link = await host.links.get('br0');
      expect(link && isMarkedForDeletion(link)).toBe(true);
      await requireNotBeingDeleted(host, bridge.index, 'tap tap0').catch((error: Error) => {
        seen = error.message;
      });
      return list.call(host.links);
    };
    await deleteUnused(host, bridge);
    expect(seen).toContain('tap tap0 needs the device br0');
    await expect(requireNotBeingDeleted(host, bridge.index, 'tap tap0')).rejects.toThrow(`of index ${bridge.index}`);
  });
});
