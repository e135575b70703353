/** Deletions of unplugs that run at once: the host is asked once, and each unplug learns of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { NetlinkError } from '../../src/errors/host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { batchDeletions } from '../../src/wiring/batch-deletions.ts';
import type { Host } from '../../src/wiring/host.ts';
import { interceptHost } from '../../src/wiring/intercept.ts';

/** A host with some TAPs, the calls that delete them, and those that can't be deleted. */
async function given(...names: string[]) {
  const memory = new MemoryHost();
  for (const name of names) await memory.links.create({ kind: 'tap', name });
  const asked: unknown[] = [];
  const stuck = new Map<number, Error>();
  const host = interceptHost(memory, async ({ method, args: [what] }, proceed) => {
    if (method.startsWith('delete')) asked.push(what);
    const indexes = Array.isArray(what) ? what : [what];
    for (const index of indexes) if (method.startsWith('delete') && stuck.has(index)) throw stuck.get(index);
    return proceed();
  });
  const indexes = await Promise.all(names.map(async (name) => (await memory.links.get(name))?.index ?? 0));
  const left = async () => (await memory.links.list()).map(({ name }) => name).filter((name) => name !== 'lo');
  return { batch: batchDeletions(host), asked, stuck, indexes, left };
}

test('unplugs that all come to a deletion ask the host once', async () => {
  const { batch, asked, indexes, left } = await given('tap0', 'tap1', 'tap2');
  await Promise.all(indexes.map((index) => batch.run(() => lookAndDelete(batch.host, index))));
  expect(asked).toEqual([indexes]);
  expect(await left()).toEqual([]);
});

test('an unplug with nothing to delete keeps the others waiting no longer than it runs', async () => {
  const { batch, asked, indexes } = await given('tap0');
  const start = performance.now();
  await Promise.all([batch.run(async () => sleep(10)), batch.run(() => batch.host.links.delete(indexes[0] ?? 0))]);
  expect(performance.now() - start).toBeLessThan(90);
  expect(asked).toEqual([indexes]);
});

test('a deletion waits for an unplug that takes long a while, and then no more', async () => {
  const { batch, asked, indexes } = await given('tap0', 'tap1');
  const [first = 0, second = 0] = indexes;
  let goOn = () => {};
  const slow = batch.run(async () => {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await batch.host.links.delete(second);
  });
  await batch.run(() => batch.host.links.delete(first));
  expect(asked).toEqual([[first]]);
  goOn();
  await slow;
  expect(asked).toEqual([[first], [second]]);
});

test('one that can not be deleted is the failure of its own unplug, and keeps none of the others', async () => {
  const { batch, stuck, indexes, left } = await given('tap0', 'tap1', 'tap2');
  const [, second = 0, third = 0] = indexes;
  const refusal = new NetlinkError('deletion of tap1', 'EPERM', '');
  stuck.set(second, refusal);
  stuck.set(third, new NetlinkError('deletion of tap2', 'ENODEV', ''));
  const outcomes = await Promise.allSettled(indexes.map((index) => batch.run(() => lookAndDelete(batch.host, index))));
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: undefined },
    { status: 'rejected', reason: refusal },
    { status: 'fulfilled', value: undefined },
  ]);
  expect(await left()).toEqual(['tap1', 'tap2']);
});

test('a batch within a batch asks the host once too', async () => {
  const { asked, batch, indexes } = await given('tap0', 'tap1', 'tap2');
  const inner = batchDeletions(batch.host);
  const [first = 0, ...others] = indexes;
  await Promise.all([
    batch.run(() => lookAndDelete(batch.host, first)),
    batch.run(async () => {
      await Promise.all(others.map((index) => inner.run(() => lookAndDelete(inner.host, index))));
    }),
  ]);
  expect(asked).toEqual([indexes]);
});

test('everything but deletions goes to the host at once', async () => {
  const { batch, asked } = await given('tap0');
  await batch.run(async () => {
    await batch.host.links.create({ kind: 'tap', name: 'tap9' });
    expect(await batch.host.links.get('tap9')).toMatchObject({ kind: 'tap' });
    await batch.host.filter.delete('chain');
  });
  expect(asked).toEqual(['chain']);
});

/** As every unplug does. */
async function lookAndDelete({ links }: Host, index: number): Promise<void> {
  const link = await links.get(index);
  if (link) await links.delete(link.index);
}
