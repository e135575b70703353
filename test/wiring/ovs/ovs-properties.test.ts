/** Held for random databases and wirings: check is empty exactly when a plug changes nothing, and others keep their rows. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import type { OvsdbEdit, OvsdbView } from '../../../src/host-contract/ovsdb.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
import { remove } from '../../../src/wiring/remove.ts';
import type { Element, OvsElement } from '../../../src/wiring/wiring.ts';
import { OVS_UNAVAILABLE, openOvsHost } from '../../plugins/ovs/ovs-host.ts';
import { runs } from '../../property-runs.ts';

const OWNER = 'vif-1';
const BRIDGES = ['br0', 'br1'] as const;
const FUNCTIONS = ['0000:03:00.2', '0000:03:00.3'] as const;

const tag = fc.constantFrom<Record<string, string>>(
  {},
  { 'os-vif': OWNER },
  { 'os-vif': 'vif-2' },
  { 'os-vif': OWNER, 'os-vif-pci': FUNCTIONS[0] },
  { 'os-vif': 'vif-2', 'os-vif-pci': FUNCTIONS[1] },
);
const ids = fc.constantFrom<Record<string, string>>({}, { 'iface-id': 'i1' }, { 'iface-id': 'i2' });

/** What is in the database before: the bridges, and up to four ports, some of them with a QoS row. */
const database = fc
  .tuple(
    fc.tuple(
      ...BRIDGES.map(() =>
        fc.option(fc.constantFrom({}, { 'os-vif': 'shared' }, { 'os-vif': OWNER }, { 'os-vif': 'vif-2' })),
      ),
    ),
    fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('p0', 'p1', 'p2', 'p3', 'tpi-1'),
        on: fc.constantFrom(...BRIDGES),
        externalIds: tag,
        ids,
        type: fc.constantFrom('internal', 'patch'),
        qos: fc.constantFrom(undefined, { id: 'q', _type: 'linux-noop' }, { id: 'theirs' }),
      }),
      { selector: ({ name }) => name, maxLength: 4 },
    ),
  )
  .map(([bridges, ports]): OvsdbEdit[] => {
    const present = BRIDGES.filter((_, i) => bridges[i] !== null);
    return [
      ...present.map(
        (name): OvsdbEdit => ({ edit: 'add-bridge', name, externalIds: bridges[BRIDGES.indexOf(name)] ?? {} }),
      ),
      ...ports.flatMap(({ name, on, externalIds, ids, type, qos }): OvsdbEdit[] => {
        if (!present.includes(on)) return [];
        const options = type === 'patch' ? { peer: 'x' } : {};
        const port: OvsdbEdit = {
          edit: 'add-port',
          bridge: on,
          name,
          externalIds,
          interface: { type, options, externalIds: ids },
        };
        return qos ? [port, { edit: 'add-qos', port: name, type: 'linux-htb', externalIds: qos }] : [port];
      }),
    ];
  });

/** A bridge, up to two ports on it, and perhaps a patch to the other bridge. */
const wirings = fc
  .record({
    shared: fc.boolean(),
    exclusive: fc.boolean(),
    ports: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('p0', 'p1', 'p2'),
        external: fc.boolean(),
        pciAddress: fc.option(fc.constantFrom(...FUNCTIONS), { nil: undefined }),
        hasQos: fc.boolean(),
      }),
      { selector: ({ name }) => name, maxLength: 2 },
    ),
    hasPatch: fc.boolean(),
  })
  .map(({ shared, exclusive, ports, hasPatch }): OvsElement[] => [
    { kind: 'ovs-bridge', name: 'br0', shared, exclusive: exclusive && !shared },
    ...ports.flatMap(({ name, external, pciAddress, hasQos }): OvsElement[] => {
      const externalIds = { 'iface-id': 'i1' };
      const port: OvsElement = { kind: 'ovs-port', name, bridge: 'br0', type: 'internal', externalIds };
      if (external) return [{ ...port, external }];
      const element: OvsElement = pciAddress === undefined ? port : { ...port, pciAddress };
      return hasQos ? [element, { kind: 'ovs-qos', name, type: 'linux-noop', id: `id of ${name}` }] : [element];
    }),
    ...(hasPatch
      ? [
          { kind: 'ovs-bridge', name: 'br1', shared: true } as const,
          { kind: 'ovs-patch', name: 'pa', bridge: 'br0', peer: 'pb', peerBridge: 'br1' } as const,
        ]
      : []),
  ]);

/** Every row, as text. */
function rowsOf(view: OvsdbView): string[] {
  const bridges = [...view.bridges()].map(({ name, externalIds }) => `bridge ${name} ${JSON.stringify(externalIds)}`);
  const ports = [...view.bridges()].flatMap((bridge) =>
    [...view.ports(bridge.name)].map(({ name, externalIds, qos }) => {
      const found = view.interface(name);
      const queueing = view.qos(qos ?? '')?.externalIds;
      return `port ${name} on ${bridge.name} ${JSON.stringify([sorted(externalIds), found?.type, sorted(found?.externalIds), sorted(queueing)])}`;
    }),
  );
  return [...bridges, ...ports].sort();
}

function sorted(map: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isOthers(row: string): boolean {
  return row.startsWith('port ') && row.includes('["os-vif","vif-2"]');
}

/** Rows of VIF 2 that name another function than a port of the wiring are stale. */
function mayReplace(row: string, wiring: readonly Element[]): boolean {
  return wiring.some(
    (element) =>
      element.kind === 'ovs-port' &&
      element.pciAddress === FUNCTIONS[0] &&
      row.startsWith(`port ${element.name} `) &&
      row.includes(FUNCTIONS[1]),
  );
}

async function holds(host: Host, before: readonly OvsdbEdit[], wiring: readonly OvsElement[]): Promise<void> {
  await host.ovsdb.change(() => before);
  const context = { host, owner: OWNER };
  const rows = async () => rowsOf(await host.ovsdb.view());
  const old = await rows();
  const drifts = await check(wiring, context);
  const conflicts = drifts.flatMap((drift) => (drift.type === 'conflict' ? [drift.reason] : []));

  const failure = await apply(wiring, context).then(
    () => undefined,
    (error: Error) => error.message,
  );

  const now = await rows();
  expect(failure !== undefined, failure).toBe(conflicts.length > 0);
  if (failure === undefined) {
    expect(JSON.stringify(now) === JSON.stringify(old)).toBe(drifts.length === 0);
    expect(await check(wiring, context)).toEqual([]);
    await apply(wiring, context);
    expect(await rows()).toEqual(now);
  } else {
    expect(conflicts.some((reason) => failure.includes(reason))).toBe(true);
    expect(now).toEqual(old);
  }
  expect(now).toEqual(expect.arrayContaining(old.filter((row) => isOthers(row) && !mayReplace(row, wiring))));

  await remove(wiring, context);
  const left = await rows();
  expect(left.filter((row) => row.startsWith('port ') && row.includes(`["os-vif","${OWNER}"]`))).toEqual([]);
  expect(left.filter(isOthers)).toEqual(now.filter(isOthers));
  await remove(wiring, context);
  expect(await rows()).toEqual(left);
}

test('in memory', async () => {
  await fc.assert(
    fc.asyncProperty(database, wirings, (before, wiring) => holds(new MemoryHost(), before, wiring)),
    runs(500),
  );
});

describe.skipIf(OVS_UNAVAILABLE)('on a real ovsdb-server', () => {
  test('as in memory', { timeout: 60_000 }, async () => {
    const { host } = await openOvsHost({ withSwitch: false });
    const clear = () =>
      host.ovsdb.change((view) => [
        ...[...view.bridges()].map(({ name }): OvsdbEdit => ({ edit: 'remove-bridge', name })),
        ...[...view.allQos()].map(({ uuid }): OvsdbEdit => ({ edit: 'remove-qos', uuid })),
      ]);
    await fc.assert(
      fc.asyncProperty(database, wirings, async (before, wiring) => {
        await clear();
        await holds(host, before, wiring);
      }),
      runs(60),
    );
  });
});
