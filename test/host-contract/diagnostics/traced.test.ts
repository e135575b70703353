import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Operation } from '../../../src/host-contract/diagnostics/messages.ts';
import { subscribeOperations } from '../../../src/host-contract/diagnostics/subscribe.ts';
import { currentOperations, onBehalfOf, traced } from '../../../src/host-contract/diagnostics/traced.ts';
import { recordOperations, treeOf } from './record.ts';

const STEP = { vif: 'vif-1', element: 'tap tap0' };
const REQUEST = { what: 'creation of tap0', changes: true };

describe('an operation', () => {
  test('is published on all events of its channel with one message', async () => {
    const { events, messages } = eventsOf('os-vif:ensure');
    const { spend } = mockClock();
    const action = async () => {
      events.push('action');
      await spend(20);
      return 'done';
    };
    expect(await traced('os-vif:ensure', STEP, action)).toBe('done');
    expect(events).toEqual(['start', 'action', 'end', 'asyncStart', 'asyncEnd']);
    expect([...messages]).toStrictEqual([{ channel: 'os-vif:ensure', ...STEP, duration: 20 }]);
  });

  test('that fails is published with its error, which the caller gets too', async () => {
    const { events, messages } = eventsOf('os-vif:ensure');
    const { spend } = mockClock();
    const error = new Error('broken');
    const failing = async () => {
      await spend(20);
      throw error;
    };
    await expect(traced('os-vif:ensure', STEP, failing)).rejects.toBe(error);
    expect(events).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect([...messages]).toStrictEqual([{ channel: 'os-vif:ensure', ...STEP, error, duration: 20 }]);
  });

  test('that fails with undefined is published as failed', async () => {
    const { events } = eventsOf('os-vif:ensure');
    await expect(traced('os-vif:ensure', STEP, () => Promise.reject())).rejects.toBeUndefined();
    expect(events).toContain('error');
  });

  test('of another channel is not published', async () => {
    const { events } = eventsOf('os-vif:ensure');
    expect(await traced('os-vif:remove', STEP, async () => 'done')).toBe('done');
    expect(events).toEqual([]);
  });

  test('reads a store that a tracer binds to the channel', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const spans = new AsyncLocalStorage<string>();
    const { start } = tracingChannel('os-vif:ensure');
    start.bindStore(spans, (operation) => `span of ${Object(operation).element}`);
    onTestFinished(() => void start.unbindStore(spans));
    const span = await traced('os-vif:ensure', STEP, async () => {
      await null;
      return spans.getStore();
    });
    expect(span).toBe('span of tap tap0');
  });
});

describe('an operation within another one', () => {
  test('names it as its parent, begins after it and ends before it', async () => {
    const { events } = eventsOf('os-vif:ensure', 'os-vif:netlink');
    const operations = recordOperations();
    await traced('os-vif:ensure', STEP, async () => {
      await null;
      await traced('os-vif:netlink', REQUEST, async () => {});
    });
    expect(treeOf(operations)).toEqual(['ensure tap tap0', '  netlink creation of tap0 true']);
    expect(events.filter((event) => event === 'start' || event === 'asyncEnd')).toEqual([
      'start',
      'start',
      'asyncEnd',
      'asyncEnd',
    ]);
  });

  test('has the VIF of its parent', async () => {
    const operations = recordOperations();
    await traced('os-vif:ensure', STEP, () => traced('os-vif:netlink', REQUEST, async () => {}));
    expect(operations.map(({ vif }) => vif)).toEqual(['vif-1', 'vif-1']);
  });

  test('has its parent and VIF also if nobody subscribed to the channel of the parent', async () => {
    const [operations] = [recordOperations(['os-vif:netlink'])];
    await traced('os-vif:ensure', STEP, () => traced('os-vif:netlink', REQUEST, async () => {}));
    expect(operations).toMatchObject([{ vif: 'vif-1', parent: { channel: 'os-vif:ensure', ...STEP } }]);
  });

  test('has the right parent among many that run at the same time', async () => {
    const operations = recordOperations();
    const plugs = Array.from({ length: 20 }, (_, i) => ({ vif: `vif-${i}`, element: `tap tap${i}` }));
    await Promise.all(
      plugs.map((step, i) =>
        traced('os-vif:ensure', step, async () => {
          for (let turn = 0; turn < i % 5; turn++) await null;
          await traced('os-vif:netlink', { what: `creation of tap${i}`, changes: true }, async () => {});
        }),
      ),
    );
    expect(treeOf(operations)).toEqual(
      plugs.flatMap(({ element }, i) => [`ensure ${element}`, `  netlink creation of tap${i} true`]),
    );
  });
});

describe('work that several operations share', () => {
  test.each([
    ['of several VIFs has no VIF', 'vif-2', undefined],
    ['of one VIF has this VIF', 'vif-1', 'vif-1'],
  ])('names all of them, and %s', async (_, other, vif) => {
    const operations = recordOperations();
    const waiting: Operation[] = [];
    const join = async () => void waiting.push(...currentOperations());
    await traced('os-vif:remove', STEP, join);
    await traced('os-vif:remove', { ...STEP, vif: other }, join);
    await onBehalfOf([...waiting, ...waiting], () => traced('os-vif:netlink', REQUEST, async () => {}));
    const [first, second, request] = operations;
    expect(request).toMatchObject({ channel: 'os-vif:netlink' });
    expect(request?.parent).toBe(first);
    expect(request?.otherParents).toEqual([second]);
    expect(request?.vif).toBe(vif);
  });

  test('belongs to no operation if none is given', async () => {
    const operations = recordOperations();
    await traced('os-vif:remove', STEP, () => onBehalfOf([], () => traced('os-vif:netlink', REQUEST, async () => {})));
    expect(treeOf(operations)).toEqual(['remove tap tap0', 'netlink creation of tap0 true']);
  });
});

describe('subscribeOperations', () => {
  test('calls the functions of its events until the subscription ends', async () => {
    const seen: string[] = [];
    const unsubscribe = subscribeOperations(['os-vif:ensure', 'os-vif:remove'], {
      start: ({ channel }) => void seen.push(`start of ${channel}`),
      asyncEnd: ({ channel }) => void seen.push(`end of ${channel}`),
      error: ({ error }) => void seen.push(`${error}`),
    });
    await traced('os-vif:ensure', STEP, async () => {});
    await traced('os-vif:remove', STEP, () => Promise.reject('refused')).catch(() => {});
    unsubscribe();
    await traced('os-vif:ensure', STEP, async () => {});
    expect(seen).toEqual([
      'start of os-vif:ensure',
      'end of os-vif:ensure',
      'start of os-vif:remove',
      'refused',
      'end of os-vif:remove',
    ]);
  });

  test('refuses channels and events that do not exist', () => {
    // @ts-expect-error a misspelt channel
    const misspelt = () => subscribeOperations(['os-vif:plgu'], {});
    expect(misspelt).toThrow(
      /there is no channel "os-vif:plgu", did you mean os-vif:plug\? the channels are os-vif:plug,/,
    );
    // @ts-expect-error a misspelt event
    expect(() => subscribeOperations(['os-vif:plug'], { finish: () => {} })).toThrow(
      'there is no option "finish"; the options are start, end, asyncStart, asyncEnd, error',
    );
  });

  test('gives nothing but operations to its functions', () => {
    const operations = recordOperations(['os-vif:ensure']);
    tracingChannel('os-vif:ensure').start.publish({ vif: 'of another program' });
    expect(operations).toEqual([]);
  });
});

test('an action keeps no operation while nobody observes', async () => {
  const running = await traced('os-vif:ensure', STEP, async () => currentOperations());
  expect(running).toEqual([]);
});

/** The events on these channels during this test, and the messages without doubles. */
function eventsOf(...channels: string[]) {
  const events: string[] = [];
  const messages = new Set<unknown>();
  for (const channel of channels) {
    for (const event of ['start', 'end', 'asyncStart', 'asyncEnd', 'error']) {
      const listen = (message: unknown) => {
        events.push(event);
        messages.add(message);
      };
      subscribe(`tracing:${channel}:${event}`, listen);
      onTestFinished(() => void unsubscribe(`tracing:${channel}:${event}`, listen));
    }
  }
  return { events, messages };
}

/** A clock that each action of `spend` moves forward. */
function mockClock() {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => void vi.restoreAllMocks());
  const spend = async (ms: number): Promise<void> => {
    now += ms;
  };
  return { spend };
}
