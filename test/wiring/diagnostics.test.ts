import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { traced } from '../../src/wiring/diagnostics.ts';

const STEP = { vif: 'vif-1', element: 'tap tap0' };

function heard(): unknown[] {
  const messages: unknown[] = [];
  const listen = (message: unknown) => messages.push(message);
  subscribe('os-vif:ensure', listen);
  onTestFinished(() => void unsubscribe('os-vif:ensure', listen));
  return messages;
}

const aFewMs = expect.toSatisfy((duration) => duration >= 15 && duration < 5000, 'some ms');

test('what went well is told with the milliseconds that it took', async () => {
  const messages = heard();
  expect(await traced('os-vif:ensure', STEP, () => sleep(20, 'done'))).toBe('done');
  expect(messages).toStrictEqual([{ ...STEP, duration: aFewMs }]);
});

test('what failed is told with its error, which the caller gets too', async () => {
  const messages = heard();
  const error = new Error('broken');
  const failing = async () => {
    await sleep(20);
    throw error;
  };
  await expect(traced('os-vif:ensure', STEP, failing)).rejects.toBe(error);
  expect(messages).toStrictEqual([{ ...STEP, duration: aFewMs, error }]);
});

test('nobody hears of what is done on another channel', async () => {
  const messages = heard();
  expect(await traced('os-vif:remove', STEP, async () => 'done')).toBe('done');
  expect(messages).toEqual([]);
});
