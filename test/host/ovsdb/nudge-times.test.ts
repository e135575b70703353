/** When a call that waits reminds ovs-vswitchd, with timers that the test controls. */
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Deadline } from '../../../src/host/ovsdb/deadline.ts';
import { waitWithNudge } from '../../../src/host/ovsdb/nudge.ts';

/** A call that waits on a connection whose answer the test gives. */
function given() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let answer: (found: unknown) => void = () => {};
  let isReadOnly = false;
  let reminders = 0;
  const connection = {
    findLater: async <T>(): Promise<T | undefined> => new Promise((resolve) => (answer = resolve as typeof answer)),
    transact: async () => {
      reminders++;
      if (isReadOnly) throw new Error('read-only');
      return [];
    },
  };
  const call = new Deadline('unix:test', {}, 0, () => 'the call');
  onTestFinished(() => call.end());
  return {
    found: waitWithNudge(() => 7, connection, call),
    answer: (value: unknown) => answer(value),
    makeReadOnly: () => {
      isReadOnly = true;
    },
    /** The number of reminders when this many milliseconds have passed. */
    after: async (ms: number): Promise<number> => {
      vi.advanceTimersByTime(ms);
      await setImmediate();
      return reminders;
    },
  };
}

test('the first reminder comes after 500 ms, and each pause is twice as long as the one before', async () => {
  const { after } = given();
  expect([await after(499), await after(1)]).toEqual([0, 1]);
  expect([await after(999), await after(1)]).toEqual([1, 2]);
  expect([await after(1999), await after(1)]).toEqual([2, 3]);
});

test('no reminder comes when the result is there', async () => {
  const { after, answer, found } = given();
  expect(await after(500)).toBe(1);
  answer(7);
  expect(await found).toBe(7);
  expect(await after(100_000)).toBe(1);
});

test('a refused reminder does not end the call, and the next one comes in its time', async () => {
  const { after, answer, found, makeReadOnly } = given();
  makeReadOnly();
  expect([await after(500), await after(1000)]).toEqual([1, 2]);
  answer(7);
  expect(await found).toBe(7);
});
