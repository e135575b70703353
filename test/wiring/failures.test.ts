/** What a plug or unplug that fails says, does again, and tells whoever listens. */
import { syncBuiltinESMExports } from 'node:module';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NetlinkError } from '../../src/errors/kernel.ts';
import { PlugError, UnplugError } from '../../src/errors/plugin.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Operation } from '../../src/host-contract/diagnostics/messages.ts';
import { subscribeOperations } from '../../src/host-contract/diagnostics/subscribe.ts';
import { type HostCall, interceptHost } from '../../src/host-contract/intercept.ts';
import { apply } from '../../src/wiring/apply.ts';
import { remove } from '../../src/wiring/remove.ts';
import type { Element } from '../../src/wiring/wiring.ts';

const TAP: Element = { kind: 'tap', name: 'tap0' };
const TAPS: Element[] = [TAP, { kind: 'tap', name: 'tap1' }];
/** No such device: the plug fails here. */
const FAILS: Element = { kind: 'existing-link', name: 'missing0' };
const refused = (what: string) => new NetlinkError(what, 'EPERM', 'Operation not permitted');

/** A host that fails where `refusal` gives an error, or does not answer where it gives `never`. */
function given(refusal: (call: HostCall) => Error | 'never' | undefined) {
  const memory = new MemoryHost();
  const host = interceptHost(memory, async (call, proceed) => {
    const error = refusal(call);
    if (error === 'never') return new Promise(() => {});
    if (error !== undefined) throw error;
    return proceed();
  });
  return {
    memory,
    plug: (elements: Element[], signal?: AbortSignal) => apply(elements, { host, owner: 'vif-1' }, signal),
    unplug: (elements: Element[]) => remove(elements, { host, owner: 'vif-1' }),
  };
}

/** Timers that run only when the test ticks. */
function mockTimers() {
  mock.timers.enable({ apis: ['setTimeout'] });
  // Modules that import node:timers/promises see its mocked functions only after this call.
  syncBuiltinESMExports();
  onTestFinished(() => {
    mock.timers.reset();
    syncBuiltinESMExports();
  });
  /** Waits for everything that needs no timer, before and after the milliseconds pass. */
  const tick = async (ms: number): Promise<void> => {
    for (let i = 0; i < 20; i++) await setImmediate();
    mock.timers.tick(ms);
    for (let i = 0; i < 20; i++) await setImmediate();
  };
  return { tick };
}

describe('a plug', () => {
  test('that fails says where, why, and that the host is as before', async () => {
    const { plug } = given(() => undefined);
    const failure = plug([TAP, FAILS]);
    await expect(failure).rejects.toThrow(PlugError);
    await expect(failure).rejects.toMatchObject({
      element: 'existing-link missing0',
      operation: 'ensure',
      left: [],
      message: expect.stringMatching(
        /^plugging VIF vif-1 failed at existing-link missing0: .*needs the device missing0.*; the host is as it was before$/,
      ),
    });
  });

  test('whose roll-back fails names all that is left, the last first, and why', async () => {
    const { plug } = given(({ method }) => (method === 'delete' ? refused('a deletion') : undefined));
    await expect(plug([...TAPS, FAILS])).rejects.toMatchObject({
      left: [
        'tap tap1 (a deletion: Operation not permitted (EPERM))',
        'tap tap0 (a deletion: Operation not permitted (EPERM))',
      ],
      message: expect.stringContaining(
        'roll-back is incomplete, left on the host: tap tap1 (a deletion: Operation not permitted (EPERM)), tap tap0 (',
      ),
    });
  });

  test('starts over where a device went away, five times at the most, and not for any other reason', async () => {
    for (const [errno, attempts] of [
      ['ENODEV', 5],
      ['EPERM', 1],
    ] as const) {
      let asked = 0;
      const { plug } = given(({ method }) => {
        if (method !== 'create') return undefined;
        asked++;
        return new NetlinkError('creation of tap tap0', errno, 'no');
      });
      await expect(plug([TAP])).rejects.toThrow('creation of tap tap0: no');
      expect(asked).toBe(attempts);
    }
  });

  test('pauses longer before each new attempt: 10 ms, 20, 40 and 80', async () => {
    const { tick } = mockTimers();
    let attempts = 0;
    const { plug } = given(({ method, args: [name] }) => {
      if (method === 'get' && name === 'missing0') attempts++;
      return undefined;
    });
    const failure = expect(plug([FAILS])).rejects.toThrow(PlugError);
    const seen: number[] = [];
    for (const pause of [10, 20, 40, 80]) {
      await tick(pause - 1);
      seen.push(attempts);
      await tick(1);
    }
    await failure;
    expect([...seen, attempts]).toEqual([1, 2, 3, 4, 5]);
  });

  test('that is aborted in such a pause ends without the rest of it, for the reason of the signal', async () => {
    const { tick } = mockTimers();
    const aborting = new AbortController();
    const reason = new Error('enough');
    const { plug } = given(() => undefined);
    const failure = expect(plug([TAP, FAILS], aborting.signal)).rejects.toMatchObject({
      element: 'existing-link missing0',
      cause: reason,
      message: expect.stringContaining('missing0: enough; the host is as it was before'),
    });
    await tick(5);
    aborting.abort(reason);
    await failure;
  });

  test('that is aborted while the host does not answer says that it is not known what is done', async () => {
    const { tick } = mockTimers();
    const aborting = new AbortController();
    const { plug } = given(({ method }) => (method === 'create' ? 'never' : undefined));
    const failure = plug([TAP], aborting.signal).catch((error: unknown) => error);
    await tick(0);
    aborting.abort(new Error('enough'));
    await tick(5000);
    expect(await failure).toMatchObject({
      element: 'tap tap0',
      left: ['tap tap0 (the host has not answered yet, so the effect of the request is not known)'],
      message: expect.stringContaining('failed at tap tap0: enough; roll-back is incomplete'),
    });
  });

  test('tells of each step that it takes back', async () => {
    const elements: string[] = [];
    const asyncEnd = ({ element }: Operation<'os-vif:undo'>) => void elements.push(element);
    onTestFinished(subscribeOperations(['os-vif:undo'], { asyncEnd }));
    const { plug } = given(() => undefined);
    await expect(plug([...TAPS, FAILS])).rejects.toThrow(PlugError);
    expect(elements).toEqual(['tap tap1', 'tap tap0']);
  });
});

describe('an unplug', () => {
  const stuck = (...names: string[]) => {
    const all = given(({ method, args: [name] }) =>
      method === 'get' && names.includes(String(name)) ? refused(`a look at ${name}`) : undefined,
    );
    return { ...all, prepare: () => apply(TAPS, { host: all.memory, owner: 'vif-1' }) };
  };

  test('that fails for one element names it, has its error as cause, and removes the rest', async () => {
    const { memory, prepare, unplug } = stuck('tap1');
    await prepare();
    const failure = unplug(TAPS);
    await expect(failure).rejects.toThrow(UnplugError);
    await expect(failure).rejects.toMatchObject({
      left: ['tap tap1'],
      cause: expect.any(NetlinkError),
      message:
        'unplugging VIF vif-1 left tap tap1 on the host: tap tap1: a look at tap1: Operation not permitted (EPERM)',
    });
    expect((await memory.links.list()).map(({ name }) => name)).toEqual(['lo', 'tap1']);
  });

  test('that fails for several names all of them, and has all their errors', async () => {
    const { prepare, unplug } = stuck('tap0', 'tap1');
    await prepare();
    const error: unknown = await unplug(TAPS).catch((reason: unknown) => reason);
    if (!(error instanceof UnplugError) || !(error.cause instanceof AggregateError)) throw new Error(String(error));
    expect(error.message).toBe(
      'unplugging VIF vif-1 left tap tap1, tap tap0 on the host: tap tap1: a look at tap1: Operation not permitted (EPERM); ' +
        'tap tap0: a look at tap0: Operation not permitted (EPERM)',
    );
    expect(error.cause.errors).toEqual([expect.any(NetlinkError), expect.any(NetlinkError)]);
  });
});
