import { describe, expect, test } from 'vitest';
import { KeyedQueue } from '../../src/host-contract/keyed-queue.ts';

/** An action that notes when it starts, and ends when it is told to. */
function action(log: string[], name: string) {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = async (): Promise<string> => {
    log.push(name);
    await ended;
    return name;
  };
  return { run, end };
}

/** Lets everything run that does not wait for an action. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('actions in a keyed queue', () => {
  test('that share a key run one after the other, in the order in which they came', async () => {
    const [queue, log]: [KeyedQueue, string[]] = [new KeyedQueue(), []];
    const [a, b] = [action(log, 'a'), action(log, 'b')];
    const results = [queue.run(['x', 'y'], a.run), queue.run(['y', 'z'], b.run)];
    await settle();
    expect(log).toEqual(['a']);
    a.end();
    await settle();
    expect(log).toEqual(['a', 'b']);
    b.end();
    expect(await Promise.all(results)).toEqual(['a', 'b']);
  });

  test('that share no key run at the same time', async () => {
    const [queue, log]: [KeyedQueue, string[]] = [new KeyedQueue(), []];
    const [a, b, c] = [action(log, 'a'), action(log, 'b'), action(log, 'c')];
    for (const [keys, each] of [
      [['x'], a],
      [['y'], b],
      [[], c],
    ] as const)
      void queue.run(keys, each.run);
    await settle();
    expect(log.sort()).toEqual(['a', 'b', 'c']);
  });

  test('run after an action that failed', async () => {
    const queue = new KeyedQueue();
    const failed = queue.run(['x'], () => Promise.reject(new Error('no')));
    expect(await queue.run(['x'], async () => 'yes')).toBe('yes');
    await expect(failed).rejects.toThrow('no');
  });

  test('that are aborted while they wait fail at once and never start', async () => {
    const [queue, log]: [KeyedQueue, string[]] = [new KeyedQueue(), []];
    const [a, b] = [action(log, 'a'), action(log, 'b')];
    const running = queue.run(['x'], a.run);
    const controller = new AbortController();
    const waiting = queue.run(['x'], b.run, controller.signal);
    controller.abort(new Error('too late'));
    await expect(waiting).rejects.toThrow('too late');
    a.end();
    await running;
    await queue.idle();
    expect(log).toEqual(['a']);
  });

  test('that follow an aborted one still wait for the one before it', async () => {
    const [queue, log]: [KeyedQueue, string[]] = [new KeyedQueue(), []];
    const [a, b, c] = [action(log, 'a'), action(log, 'b'), action(log, 'c')];
    const running = queue.run(['x'], a.run);
    const controller = new AbortController();
    const aborted = queue.run(['x'], b.run, controller.signal);
    const last = queue.run(['x'], c.run);
    controller.abort();
    await expect(aborted).rejects.toThrow();
    await settle();
    expect(log).toEqual(['a']);
    a.end();
    c.end();
    expect(await Promise.all([running, last])).toEqual(['a', 'c']);
    expect(log).toEqual(['a', 'c']);
  });

  test('that come with an aborted signal fail, and one that has started is not interrupted', async () => {
    const [queue, log]: [KeyedQueue, string[]] = [new KeyedQueue(), []];
    await expect(queue.run(['x'], action(log, 'a').run, AbortSignal.abort())).rejects.toThrow();
    expect(log).toEqual([]);
    const [controller, b] = [new AbortController(), action(log, 'b')];
    const running = queue.run(['x'], b.run, controller.signal);
    await settle();
    controller.abort();
    b.end();
    expect(await running).toBe('b');
  });
});
