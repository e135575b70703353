/** Which elements of a wiring are worked on together, and how messages name them then. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { interceptHost } from '../../src/host-contract/intercept.ts';
import { apply } from '../../src/wiring/apply.ts';
import { plan } from '../../src/wiring/check.ts';
import { remove } from '../../src/wiring/remove.ts';
import { stepsOf } from '../../src/wiring/steps.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';

/** How many devices each deletion of an unplug took. */
async function deletionsOf(wiring: Wiring): Promise<number[]> {
  const memory = new MemoryHost();
  memory.links.addNic({ name: 'eth0' });
  const context = { host: memory, owner: 'vif-1' };
  await apply(wiring, context);
  const deletions: number[] = [];
  const host = interceptHost(memory, async ({ port, method, args: [what] }, proceed) => {
    if (port === 'links' && method.startsWith('delete')) deletions.push(Array.isArray(what) ? what.length : 1);
    return proceed();
  });
  await remove(wiring, { host, owner: 'vif-1' });
  return deletions;
}

test("a VIF's own veth, TAP and bridge go in one deletion", async () => {
  expect(
    await deletionsOf([
      { kind: 'bridge', name: 'br0' },
      { kind: 'veth', name: 'v0', peer: 'v1', master: 'br0' },
      { kind: 'tap', name: 'tap0', master: 'br0' },
    ]),
  ).toEqual([3]);
});

test('a device on another goes before it, and a shared one stays between those that go', async () => {
  expect(
    await deletionsOf([
      { kind: 'tap', name: 'tap0' },
      { kind: 'vlan', name: 'v7', id: 7, lower: 'eth0' },
      { kind: 'tap', name: 'tap1' },
    ]),
  ).toEqual([1, 1, 1]);
  expect(
    await deletionsOf([
      { kind: 'tap', name: 'tap0' },
      { kind: 'bridge', name: 'br0', shared: true },
      { kind: 'tap', name: 'tap1' },
    ]),
  ).toEqual([1, 1]);
});

test('neighbours in the database are one step, those that may come later among them', () => {
  const wiring: Wiring = [
    { kind: 'tap', name: 'tap0' },
    { kind: 'ovs-bridge', name: 'br0' },
    { kind: 'existing-link', name: 'tap0', optional: true },
    { kind: 'ovs-port', name: 'tap0', bridge: 'br0' },
    { kind: 'existing-link', name: 'eth0' },
    { kind: 'ovs-patch', name: 'pa', bridge: 'br0', peer: 'pb', peerBridge: 'br0' },
  ];
  expect(stepsOf(wiring).map(({ label }) => label)).toEqual([
    'tap tap0',
    'ovs-bridge br0, existing-link tap0, ovs-port tap0',
    'existing-link eth0',
    'ovs-patch pa',
  ]);
});

test('a device that may come later is worked on beside the database, and alone where there is none', async () => {
  const host = new MemoryHost();
  const context = { host, owner: 'vif-1' };
  await host.links.create({ kind: 'tap', name: 'tap0' });
  const later = { kind: 'existing-link', name: 'tap0', mtu: 1400, up: true, optional: true } as const;
  await apply([{ kind: 'ovs-bridge', name: 'br0' }, later], context);
  expect(await host.links.get('tap0')).toMatchObject({ mtu: 1400, up: true });
  await remove([{ kind: 'ovs-bridge', name: 'br0' }, later], context);
  expect(await host.links.get('tap0')).toMatchObject({ up: false });
  await apply([later], context);
  expect(await host.links.get('tap0')).toMatchObject({ up: true });
  const asked: string[] = [];
  const watched = interceptHost(host, async ({ port }, proceed) => {
    asked.push(port);
    return proceed();
  });
  await apply([later], { host: watched, owner: 'vif-1' });
  expect(asked).not.toContain('ovsdb');
});

test('a plan names kind and name of each device and row once', async () => {
  const wiring: Wiring = [
    { kind: 'bridge', name: 'qbr0' },
    { kind: 'veth', name: 'qvb0', peer: 'qvo0', master: 'qbr0' },
    { kind: 'ovs-bridge', name: 'br-int' },
    { kind: 'ovs-port', name: 'qvo0', bridge: 'br-int' },
    { kind: 'ovs-qos', name: 'qvo0', type: 'linux-noop', id: 'qos0' },
    { kind: 'ovs-bridge', name: 'pb0' },
    { kind: 'ovs-patch', name: 'ibp0', bridge: 'br-int', peer: 'pbp0', peerBridge: 'pb0' },
  ];
  const steps = await plan(wiring, { host: new MemoryHost(), owner: 'vif-1' });
  expect(steps.map(({ element, on }) => [element, on])).toEqual([
    ['bridge qbr0', 'qbr0'],
    ['veth qvb0', 'qvb0'],
    ['veth qvb0', 'qvo0'],
    ['ovs-bridge br-int', 'br-int'],
    ['ovs-port qvo0', 'qvo0'],
    ['ovs-bridge pb0', 'pb0'],
    ['ovs-patch ibp0', 'ibp0'],
    ['ovs-patch ibp0', 'pbp0'],
  ]);
});
