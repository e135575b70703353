import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NetlinkError } from '../../src/errors/kernel.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { DeletionQueue } from '../../src/wiring/deletion-queue.ts';

/** A host with TAPs, the deletions that it is asked for, and the TAPs that it cannot delete. */
async function given(...names: string[]) {
  const memory = new MemoryHost();
  const indexes = await Promise.all(names.map((name) => memory.links.create({ kind: 'tap', name, alias: 'os-vif:a' })));
  const asked: unknown[] = [];
  const stuck = new Map<unknown, Error>();
  /** Called before each deletion, while the kernel would work on it. */
  const during: (() => Promise<void> | void)[] = [];
  const host = interceptHost(memory, async ({ method, args: [what] }, proceed) => {
    if (method !== 'deleteAll') return proceed();
    asked.push(what);
    await during.shift()?.();
    for (const index of [what].flat()) if (stuck.has(index)) throw stuck.get(index);
    return proceed();
  });
  const left = async () => (await memory.links.list()).map(({ name }) => name).filter((name) => name !== 'lo');
  return { queue: new DeletionQueue(host), memory, asked, during, stuck, indexes, left };
}

/** Stops the timers. Returns a function that lets time pass and the event loop run. */
function withoutTime(): (ms: number) => Promise<void> {
  mock.timers.enable({ apis: ['setTimeout'] });
  onTestFinished(() => mock.timers.reset());
  return async (ms) => {
    for (let round = 0; round < 8; round++) await setImmediate();
    mock.timers.tick(ms);
    for (let round = 0; round < 8; round++) await setImmediate();
  };
}

describe('a deletion queue', () => {
  test('deletes devices together that are asked for at the same time', async () => {
    const { queue, asked, indexes, left } = await given('tap0', 'tap1', 'tap2');
    await Promise.all(indexes.map((index) => queue.delete({ index })));
    expect(asked).toEqual([indexes]);
    expect(await left()).toEqual([]);
  });

  test('waits for an unplug that it expects, and deletes its device with the others', async () => {
    const { queue, asked, indexes } = await given('tap0', 'tap1');
    const [first = 0, second = 0] = indexes;
    let goOn = (): void => {};
    const ready = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const later = queue.during(async (deletions) => {
      await ready;
      await deletions.delete({ index: second });
    }, true);
    const sooner = queue.during((deletions) => deletions.delete({ index: first }));
    await setImmediate();
    goOn();
    await Promise.all([sooner, later]);
    expect(asked).toEqual([indexes]);
  });

  test('does not wait for an expected unplug that ends without a deletion, or takes long', async () => {
    const { queue, asked, indexes } = await given('tap0', 'tap1');
    const [first = 0, second = 0] = indexes;
    await Promise.all([
      queue.during(async () => {}, true),
      queue.during((deletions) => deletions.delete({ index: first })),
    ]);
    let end = (): void => {};
    const endless = queue.during(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
      true,
    );
    await queue.during((deletions) => deletions.delete({ index: second }));
    expect(asked).toEqual([[first], [second]]);
    end();
    await endless;
  });

  test('deletes the devices of unplugs of several callers together while they arrive', async () => {
    withoutTime();
    const { queue, asked, indexes } = await given('tap0', 'tap1', 'tap2');
    const unplugs = indexes.map((index, rounds) =>
      queue.during(async (deletions) => {
        for (let round = 0; round < 4 * rounds; round++) await setImmediate();
        await deletions.delete({ index });
      }),
    );
    await Promise.all(unplugs);
    expect(asked).toEqual([indexes]);
  });

  test('waits 3 ms for the unplug of another caller that takes long', async () => {
    const tick = withoutTime();
    const { queue, asked, indexes } = await given('tap0', 'tap1');
    const [first = 0, second = 0] = indexes;
    let goOn = (): void => {};
    const ready = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const slow = queue.during(async (deletions) => {
      await ready;
      await deletions.delete({ index: second });
    });
    const quick = queue.during((deletions) => deletions.delete({ index: first }));
    for (const ms of [1, 1]) await tick(ms);
    expect(asked).toEqual([]);
    await tick(1);
    await quick;
    expect(asked).toEqual([[first]]);
    goOn();
    await slow;
    expect(asked).toEqual([[first], [second]]);
  });

  test('does not wait for an unplug whose deletion is under way', async () => {
    withoutTime();
    const { queue, asked, during, indexes } = await given('tap0', 'tap1');
    const [first = 0, second = 0] = indexes;
    const later: Promise<void>[] = [];
    during.push(() => void later.push(queue.during((deletions) => deletions.delete({ index: second }))));
    await queue.during((deletions) => deletions.delete({ index: first }));
    await Promise.all(later);
    expect(asked).toEqual([[first], [second]]);
  });

  test('deletes a single device at once', async () => {
    const { queue, asked, indexes } = await given('tap0');
    await queue.delete({ index: indexes[0] ?? 0 });
    expect(asked).toEqual([indexes]);
  });

  test('deletes those together that are asked for during a deletion', async () => {
    const { queue, asked, during, indexes } = await given('tap0', 'tap1', 'tap2');
    const [first = 0, ...others] = indexes;
    const later: Promise<void>[] = [];
    during.push(() => void later.push(...others.map((index) => queue.delete({ index }))));
    await queue.delete({ index: first });
    await Promise.all(later);
    expect(asked).toEqual([[first], others]);
  });

  test('reports a device that cannot be deleted to its own caller, and deletes the others', async () => {
    const { queue, stuck, indexes, left } = await given('tap0', 'tap1', 'tap2');
    const refusal = new NetlinkError('deletion of tap1', 'EPERM', '');
    stuck.set(indexes[1], refusal);
    expect(await Promise.allSettled(indexes.map((index) => queue.delete({ index })))).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: refusal },
      { status: 'fulfilled', value: undefined },
    ]);
    expect(await left()).toEqual(['tap1']);
  });

  test('leaves a device alone that another owner has taken over', async () => {
    const { queue, memory, during, indexes, left } = await given('tap0', 'tap1');
    const [first = 0, second = 0] = indexes;
    during.push(() => memory.links.change(second, { alias: 'os-vif:b' }));
    await Promise.all(indexes.map((index) => queue.delete({ index, alias: 'os-vif:a' })));
    expect([await left(), first]).toEqual([['tap1'], first]);
  });

  test('drops a deletion that is aborted while it waits, and makes the others', async () => {
    const { queue, during, indexes, left } = await given('tap0', 'tap1', 'tap2');
    const [first = 0, second = 0, third = 0] = indexes;
    const controller = new AbortController();
    const later: Promise<void>[] = [];
    during.push(() => {
      later.push(queue.delete({ index: second }, controller.signal), queue.delete({ index: third }));
      controller.abort(new Error('too late'));
    });
    await queue.delete({ index: first });
    const [aborted] = await Promise.allSettled(later);
    expect(aborted).toMatchObject({ status: 'rejected', reason: { message: 'too late' } });
    expect(await left()).toEqual(['tap1']);
  });
});
