import { afterEach, expect, test, vi } from 'vitest';
import { nextRound, sleep } from '../../src/wiring/timing.ts';

afterEach(() => vi.unstubAllGlobals());

test('a sleep ends when its signal is aborted, before or meanwhile', async () => {
  const controller = new AbortController();
  const meanwhile = sleep(3_600_000, controller.signal);
  controller.abort();
  await meanwhile;
  await sleep(3_600_000, controller.signal);
});

test('a sleep without an abort ends after its time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const end = vi.fn();
    void sleep(50, new AbortController().signal).then(end);
    await vi.advanceTimersByTimeAsync(49);
    expect(end).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(end).toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

test.each([
  ['Node.js', globalThis.setImmediate],
  ['a browser, which has no setImmediate', undefined],
])('in %s, the next round comes after the microtasks of this round', async (_, setImmediate) => {
  vi.stubGlobal('setImmediate', setImmediate);
  const order: string[] = [];
  const round = nextRound().then(() => order.push('round'));
  for (let i = 0; i < 10; i++) await Promise.resolve();
  order.push('microtasks');
  await round;
  expect(order).toEqual(['microtasks', 'round']);
});
