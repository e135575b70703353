/** How a host tells of changes: the same for the kernel, its model in memory and a helper. */

import { describe, expect, test } from 'vitest';
import { HostClosedError } from '../../src/errors/host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import type { Links } from '../../src/host-contract/links.ts';

export function changesSuite(name: string, open: () => Promise<Host>): void {
  describe(name, () => {
    test.each<[string, (links: Links) => Promise<unknown>, string[]]>([
      ['a created bridge', (links) => links.create({ kind: 'bridge', name: 'br0' }), ['br0']],
      ['both ends of a veth', (links) => links.create({ kind: 'veth', name: 'a', peer: { name: 'b' } }), ['a', 'b']],
      ['a changed MTU', async (links) => links.change(await indexOf(links, 'tap0'), { mtu: 1400 }), ['tap0']],
      ['a device that is down', async (links) => links.change(await indexOf(links, 'tap0'), { up: false }), ['tap0']],
      ['an alias', async (links) => links.change(await indexOf(links, 'tap0'), { alias: 'os-vif:x' }), ['tap0']],
      ['a deleted device', async (links) => links.delete(await indexOf(links, 'tap0')), ['tap0']],
      ['devices that are deleted together', deleteBoth, ['tap0', 'tap1']],
      ['a device that joins a bridge', joinBridge, ['tap0']],
      ['a setting of a port', changePort, ['tap0']],
    ])('%s is told by name', async (_, change, names) => {
      const { links } = await open();
      await links.create({ kind: 'tap', name: 'tap0', up: true });
      await links.create({ kind: 'tap', name: 'tap1' });
      const { cursor, names: none, complete } = await links.changes();
      expect({ none, complete }).toEqual({ none: [], complete: true });
      await change(links);
      expect(await namesAfter(links, cursor, names)).toEqual(expect.arrayContaining(names));
    });

    test('a caller that waits hears of the next change, and another caller hears of it later', async () => {
      const { links } = await open();
      const first = await links.changes();
      const waiting = links.changes(first.cursor);
      await links.create({ kind: 'tap', name: 'tap0' });
      expect(await waiting).toMatchObject({ names: ['tap0'], complete: true });
      expect(await namesAfter(links, first.cursor, ['tap0'])).toEqual(['tap0']);
    });

    test('without a change, the call ends after its wait', async () => {
      const { links } = await open();
      const { cursor } = await links.changes();
      expect(await links.changes(cursor, { wait: 1 })).toEqual({ cursor, names: [], complete: true });
    });

    test('a cursor of another host tells that changes may be missing', async () => {
      const { cursor } = await (await open()).links.changes();
      const { links } = await open();
      const { cursor: own } = await links.changes();
      expect(await links.changes(cursor)).toEqual({ cursor: own, names: [], complete: false });
    });

    test('a signal ends the wait with its reason', async () => {
      const { links } = await open();
      const { cursor } = await links.changes();
      const controller = new AbortController();
      const waiting = links.changes(cursor, { signal: controller.signal });
      const reason = new Error('enough');
      controller.abort(reason);
      await expect(waiting).rejects.toBe(reason);
      await expect(links.changes(cursor, { signal: controller.signal })).rejects.toBe(reason);
    });

    test('the end of the host ends the wait', async () => {
      const host = await open();
      const { cursor } = await host.links.changes();
      const waiting = host.links.changes(cursor);
      const refused = expect(waiting).rejects.toThrow(HostClosedError);
      await host.close();
      await refused;
    });
  });
}

/** Waits until all the names have been told. */
async function namesAfter(links: Links, cursor: string, wanted: readonly string[]): Promise<string[]> {
  const told = new Set<string>();
  for (let since = cursor; !wanted.every((name) => told.has(name)); ) {
    const changes = await links.changes(since);
    for (const name of changes.names) told.add(name);
    since = changes.cursor;
  }
  return [...told];
}

async function indexOf(links: Links, name: string): Promise<number> {
  return (await links.get(name))?.index ?? 0;
}

async function deleteBoth(links: Links): Promise<void> {
  await links.deleteAll([await indexOf(links, 'tap0'), await indexOf(links, 'tap1')]);
}

async function joinBridge(links: Links): Promise<void> {
  const bridge = await links.create({ kind: 'bridge', name: 'br0' });
  await links.change(await indexOf(links, 'tap0'), { master: bridge });
}

async function changePort(links: Links): Promise<void> {
  await joinBridge(links);
  const { cursor } = await links.changes();
  await links.change(await indexOf(links, 'tap0'), { port: { isolated: true } });
  await namesAfter(links, cursor, ['tap0']);
}
