import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { traced } from '../../src/host-contract/diagnostics.ts';

const STEP = { vif: 'vif-1', element: 'tap tap0' };

/** What comes on the channel during this test, the duration told apart. */
function heard() {
  const messages: unknown[] = [];
  const durations: number[] = [];
  const listen = (message: unknown) => {
    const { duration, ...rest } = Object(message);
    messages.push(rest);
    durations.push(duration);
  };
  subscribe('os-vif:ensure', listen);
  onTestFinished(() => void unsubscribe('os-vif:ensure', listen));
  return { messages, durations };
}

test('what went well is told with the milliseconds that it took', async () => {
  const { messages, durations } = heard();
  expect(await traced('os-vif:ensure', STEP, () => sleep(20, 'done'))).toBe('done');
  expect(messages).toStrictEqual([STEP]);
  expectAFewMs(durations);
});

test('what failed is told with its error, which the caller gets too', async () => {
  const { messages, durations } = heard();
  const error = new Error('broken');
  const failing = async () => {
    await sleep(20);
    throw error;
  };
  await expect(traced('os-vif:ensure', STEP, failing)).rejects.toBe(error);
  expect(messages).toStrictEqual([{ ...STEP, error }]);
  expectAFewMs(durations);
});

test('nobody hears of what is done on another channel', async () => {
  const { messages } = heard();
  expect(await traced('os-vif:remove', STEP, async () => 'done')).toBe('done');
  expect(messages).toEqual([]);
});

function expectAFewMs([duration, ...more]: readonly number[]): void {
  expect(more).toEqual([]);
  expect(duration).toBeGreaterThan(15);
  expect(duration).toBeLessThan(5000);
}
