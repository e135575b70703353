/**
 * If check returns an empty list, a plug changes nothing. If a plug would change something or fail, the list is not empty. Random
 * hosts that others configured, on the kernel and in memory.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
import { arbitraryFound, arbitraryMeddling, arbitraryWiring, configure, OWNER } from './arbitrary-host.ts';
import { snapshot } from './cases.ts';

test('in memory', { timeout: 300_000 }, async () => {
  const found = arbitraryFound(['tap', 'bridge', 'veth', 'vlan', 'macvtap']);
  const wiring = arbitraryWiring(['bridge', 'vlan', 'veth', 'port', 'tap', 'macvtap']);
  const property = fc.asyncProperty(found, arbitraryMeddling, wiring, async (devices, meddling, elements) => {
    await using host = new MemoryHost();
    await configure(host, devices, meddling);
    await expectInvariant(host, elements);
  });
  await fc.assert(property, runs(200));
});

describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => {
  test('without VLAN devices', { timeout: 300_000 }, async () => {
    const found = arbitraryFound(['tap', 'bridge', 'veth', 'macvtap']);
    const wiring = arbitraryWiring(['bridge', 'veth', 'port', 'tap', 'macvtap']);
    const property = fc.asyncProperty(found, arbitraryMeddling, wiring, async (devices, meddling, elements) => {
      const { path } = await makeNetns();
      await using host = await LinuxHost.open({ netns: path });
      await configure(host, devices, meddling);
      await expectInvariant(host, elements);
    });
    await fc.assert(property, runs(60));
  });
});

async function expectInvariant(host: Host, wiring: Wiring): Promise<void> {
  const context = { host, owner: OWNER };
  const before = await snapshot(host);
  const drifts = await check(wiring, context);
  const { changes, error } = await plug(host, wiring);
  if (drifts.length === 0) expect({ changes, error }).toEqual({ changes: [], error: undefined });
  if (error !== undefined) {
    expect(error).toMatchObject({ left: [] });
    expect(await snapshot(host)).toEqual(before);
    return;
  }
  expect(drifts.filter(({ type }) => type === 'conflict')).toEqual([]);
  if (changes.length > 0) expect(drifts).not.toEqual([]);
  expect(await check(wiring, context)).toEqual([]);
  expect(await plug(host, wiring)).toEqual({ changes: [], error: undefined });
  await remove(wiring, context);
}

/** What a plug changes, and why it fails. */
async function plug(host: Host, wiring: Wiring): Promise<{ readonly changes: string[]; readonly error: unknown }> {
  const changes: string[] = [];
  const watched = interceptHost(host, async (call, proceed) => {
    if (call.changes) changes.push(`${call.port}.${call.method} ${JSON.stringify(call.args)}`);
    return proceed();
  });
  const error = await apply(wiring, { host: watched, owner: OWNER }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { changes, error };
}
