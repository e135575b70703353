import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test, vi } from 'vitest';
import { traced } from '../../src/host-contract/diagnostics.ts';

const STEP = { vif: 'vif-1', element: 'tap tap0' };

/** The messages on the channel during this test, without their durations, and the durations. */
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

/** A clock that each action of `after` moves forward. */
function mockClock() {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => void vi.restoreAllMocks());
  const after = async (ms: number): Promise<void> => {
    now += ms;
  };
  return { after };
}

test('a success is reported with the milliseconds that it took', async () => {
  const { messages, durations } = heard();
  const { after } = mockClock();
  const action = async () => {
    await after(20);
    return 'done';
  };
  expect(await traced('os-vif:ensure', STEP, action)).toBe('done');
  expect(messages).toStrictEqual([STEP]);
  expect(durations).toEqual([20]);
});

test('a failure is reported with its error, which the caller gets too', async () => {
  const { messages, durations } = heard();
  const { after } = mockClock();
  const error = new Error('broken');
  const failing = async () => {
    await after(20);
    throw error;
  };
  await expect(traced('os-vif:ensure', STEP, failing)).rejects.toBe(error);
  expect(messages).toStrictEqual([{ ...STEP, error }]);
  expect(durations).toEqual([20]);
});

test('an action of another channel is not reported', async () => {
  const { messages } = heard();
  expect(await traced('os-vif:remove', STEP, async () => 'done')).toBe('done');
  expect(messages).toEqual([]);
});
