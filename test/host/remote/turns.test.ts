/** The order in which a helper starts the requests of its clients. */

import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TaskQueue, Turns } from '../../../src/host/remote/turns.ts';

const ALWAYS = () => true;

/** Fills the lane until all requests of a test wait. */
const fillLane = (turns: Turns) => turns.run(new TaskQueue(0, ALWAYS), 'kernel', () => setImmediate());

/** Runs tasks one after the other, and returns their names in the order in which they ran. */
async function orderOf(queues: readonly (readonly [TaskQueue, string[]])[]): Promise<string[]> {
  const order: string[] = [];
  const turns = new Turns({ kernel: 1 });
  void fillLane(turns);
  const tasks = queues.flatMap(([queue, names]) =>
    names.map((name) => turns.run(queue, 'kernel', async () => void order.push(name))),
  );
  await Promise.all(tasks);
  return order;
}

test('a client with many requests does not delay another client of its user', async () => {
  const busy = new TaskQueue(7, ALWAYS);
  const other = new TaskQueue(7, ALWAYS);
  const order = await orderOf([
    [busy, ['busy 1', 'busy 2', 'busy 3']],
    [other, ['other']],
  ]);
  expect(order).toEqual(['busy 1', 'other', 'busy 2', 'busy 3']);
});

test.each([7, undefined])('a user with many clients does not delay another user (%s)', async (user) => {
  const many: [TaskQueue, string[]][] = ['a', 'b', 'c'].map((name) => [
    new TaskQueue(user, ALWAYS),
    [`${name} 1`, `${name} 2`],
  ]);
  const order = await orderOf([...many, [new TaskQueue(8, ALWAYS), ['other 1', 'other 2']]]);
  expect(order).toEqual(['a 1', 'other 1', 'b 1', 'other 2', 'c 1', 'a 2', 'b 2', 'c 2']);
});

test('a client that does not read its answers does not delay the others of its user', async () => {
  const order: string[] = [];
  const turns = new Turns({ kernel: 1 });
  let isRead = false;
  const unread = new TaskQueue(7, () => isRead);
  const late = turns.run(unread, 'kernel', async () => void order.push('unread'));
  await turns.run(new TaskQueue(7, ALWAYS), 'kernel', async () => void order.push('other'));
  isRead = true;
  turns.next();
  await late;
  expect(order).toEqual(['other', 'unread']);
});

test('requests of a full lane do not delay those of another lane', async () => {
  const order: string[] = [];
  const turns = new Turns({ kernel: 1, program: 1 });
  let finish = () => {};
  const first = turns.run(new TaskQueue(7, ALWAYS), 'program', () => new Promise((resolve) => (finish = resolve)));
  const second = turns.run(new TaskQueue(7, ALWAYS), 'program', async () => void order.push('program'));
  await turns.run(new TaskQueue(7, ALWAYS), 'kernel', async () => void order.push('kernel'));
  expect(order).toEqual(['kernel']);
  finish();
  await Promise.all([first, second]);
  expect(order).toEqual(['kernel', 'program']);
});

test('dropped tasks end without a run, and later tasks of their queue run', async () => {
  const turns = new Turns({ kernel: 1 });
  void fillLane(turns);
  const queue = new TaskQueue(7, ALWAYS);
  let hasRun = false;
  const run = async () => {
    hasRun = true;
  };
  const dropped = turns.run(queue, 'kernel', run);
  queue.clear();
  await dropped;
  expect(hasRun).toBe(false);
  await turns.run(queue, 'kernel', run);
  expect(hasRun).toBe(true);
});
