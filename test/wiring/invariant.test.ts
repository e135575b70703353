/**
 * If check returns an empty list, a plug changes nothing. If a plug would change something or fail, the list is not empty. Random
 * hosts that others configured, on the kernel and in memory.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DoneStep } from '../../src/errors/plug-result.ts';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { apply } from '../../src/wiring/apply.ts';
import { check } from '../../src/wiring/check.ts';
import { remove } from '../../src/wiring/remove.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { runs } from '../property-runs.ts';
import { addNics, arbitrarySituation, meddle, OWNER, type Situation } from './arbitrary-host.ts';
import { snapshot } from './cases.ts';

/** Plugs that fail wait before they start over, so many situations are tried at a time. */
const TOGETHER = 50;

test('in memory', { timeout: 300_000 }, async () => {
  const situations = fc.array(arbitrarySituation(true), { minLength: 1, maxLength: TOGETHER, size: 'max' });
  await fc.assert(
    fc.asyncProperty(situations, async (all) => {
      const outcomes = await Promise.allSettled(all.map((each) => tryOut(new MemoryHost(), each)));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    }),
    runs(15),
  );
});

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('without VLAN devices', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySituation(false), async (situation) => {
        const { path } = await makeNetns();
        await tryOut(await LinuxHost.open({ netns: path }), situation);
      }),
      runs(40),
    );
  });
});

async function tryOut(host: Host, { wiring, before, meddling }: Situation): Promise<void> {
  try {
    await addNics(host);
    if (before !== undefined) await plug(host, wiring, before);
    for (const each of meddling) await meddle(host, each);
    await expectInvariant(host, wiring);
  } finally {
    await host.close();
  }
}

async function expectInvariant(host: Host, wiring: Wiring): Promise<void> {
  const context = { host, owner: OWNER };
  const before = await snapshot(host);
  const drifts = await check(wiring, context);
  const { changes, steps, error } = await plug(host, wiring);
  if (drifts.length === 0) expect({ changes, steps, error }).toEqual({ changes: [], steps: [], error: undefined });
  if (error !== undefined) {
    expect(error).toMatchObject({ left: [] });
    expect(await snapshot(host)).toEqual(before);
    return;
  }
  expect(drifts.filter(({ type }) => type === 'conflict')).toEqual([]);
  if (changes.length > 0) expect(drifts).not.toEqual([]);
  expect(await check(wiring, context)).toEqual([]);
  expect(steps.length > 0, JSON.stringify(changes)).toBe(changes.length > 0);
  expect(await plug(host, wiring)).toEqual({ changes: [], steps: [], error: undefined });
  await remove(wiring, context);
}

/** What a plug changes, what it says of it, and why it fails. */
async function plug(
  host: Host,
  wiring: Wiring,
  owner = OWNER,
): Promise<{ readonly changes: string[]; readonly steps: readonly DoneStep[]; readonly error: unknown }> {
  const changes: string[] = [];
  const watched = interceptHost(host, async (call, proceed) => {
    if (call.changes) changes.push(`${call.port}.${call.method} ${JSON.stringify(call.args)}`);
    return proceed();
  });
  try {
    return { changes, steps: await apply(wiring, { host: watched, owner }), error: undefined };
  } catch (error) {
    return { changes, steps: [], error };
  }
}
