/** What a signal ends: at once what was not begun, and after five seconds what does not come back. */
import { getEventListeners } from 'node:events';
import { mock } from 'node:test';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { abortableHost, graceSignal, withGracePeriod } from '../../src/wiring/deadline.ts';

const REASON = new Error('enough');

describe('a host behind a gate', () => {
  test('is asked until the signal is aborted, and again once the gate is lifted', async () => {
    const aborting = new AbortController();
    const { host, release } = abortableHost(new MemoryHost(), aborting.signal);
    expect(await host.links.get('lo')).toMatchObject({ name: 'lo' });
    aborting.abort(REASON);
    await expect(host.links.get('lo')).rejects.toBe(REASON);
    release();
    expect(await host.links.get('lo')).toMatchObject({ name: 'lo' });
  });

  test('is the host itself where there is no signal', () => {
    const host = new MemoryHost();
    const gate = abortableHost(host, undefined);
    gate.release();
    expect(gate.host).toBe(host);
  });
});

describe('work', () => {
  /** Work that ends when it is told to, under a signal. */
  function given() {
    mock.timers.enable({ apis: ['setTimeout'] });
    onTestFinished(() => mock.timers.reset());
    const aborting = new AbortController();
    let resolve: (result: string) => void = () => {};
    let reject: (error: Error) => void = () => {};
    const work = new Promise<string>((...ends) => {
      [resolve, reject] = ends;
    });
    let isGivenUp = false;
    const giveUp = () => {
      isGivenUp = true;
    };
    const start = () => withGracePeriod(work, aborting.signal, giveUp);
    return { aborting, resolve, reject, start, isGivenUp: () => isGivenUp };
  }

  test('that comes back before any abort is what it is, and leaves no listener', async () => {
    const { aborting, resolve, start, isGivenUp } = given();
    const outcome = start();
    expect(getEventListeners(aborting.signal, 'abort')).toHaveLength(1);
    resolve('done');
    expect(await outcome).toBe('done');
    expect(getEventListeners(aborting.signal, 'abort')).toHaveLength(0);
    expect(isGivenUp()).toBe(false);
  });

  test.each([
    ['while it is under way', false],
    ['before it began', true],
  ])('of which the signal is aborted %s gets five seconds', async (_, isBefore) => {
    const { aborting, start, isGivenUp } = given();
    if (isBefore) aborting.abort(REASON);
    const outcome = start();
    const settled = outcome.catch(() => 'given up');
    aborting.abort(REASON);
    mock.timers.tick(4999);
    expect([await Promise.race([settled, Promise.resolve('waiting')]), isGivenUp()]).toEqual(['waiting', false]);
    mock.timers.tick(1);
    await expect(outcome).rejects.toBe(REASON);
    expect(isGivenUp()).toBe(true);
  });

  test('that comes back within them is what it is, and is not given up later', async () => {
    const { aborting, resolve, start, isGivenUp } = given();
    const outcome = start();
    aborting.abort(REASON);
    mock.timers.tick(3000);
    resolve('done');
    expect(await outcome).toBe('done');
    mock.timers.tick(10_000);
    expect(isGivenUp()).toBe(false);
  });

  test('that fails tells its own failure', async () => {
    const { aborting, reject, start } = given();
    const outcome = start();
    aborting.abort(REASON);
    reject(new Error('broken'));
    await expect(outcome).rejects.toThrow('broken');
  });

  test('that nobody is told of is given up all the same', async () => {
    const { aborting } = given();
    const outcome = withGracePeriod(new Promise(() => {}), aborting.signal);
    aborting.abort(REASON);
    mock.timers.tick(5000);
    await expect(outcome).rejects.toBe(REASON);
  });

  test('without a signal is waited for', async () => {
    expect(await withGracePeriod(Promise.resolve('done'), undefined)).toBe('done');
  });
});

test('work that is not to take longer than that has a signal of its own', () => {
  const signal = graceSignal();
  expect([signal instanceof AbortSignal, signal.aborted]).toEqual([true, false]);
});
