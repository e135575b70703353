/** What a plug that fails later takes back in Open vSwitch's database, whatever was there before. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { apply } from '../../../src/wiring/apply.ts';
import type { Element } from '../../../src/wiring/wiring.ts';

const OWN = { 'os-vif': 'vif-1' };
const BRIDGE: OvsdbEdit = { edit: 'add-bridge', name: 'br0' };
/** No such device: the plug fails here. */
const FAILS: Element = { kind: 'existing-link', name: 'missing0' };
const PORT: Element = {
  kind: 'ovs-port',
  name: 'p0',
  bridge: 'br0',
  type: 'internal',
  options: { key: '2', 'remote-ip': '192.0.2.1' },
  externalIds: { 'iface-id': 'i', 'attached-mac': '02:fe:00:00:00:01' },
  mtuRequest: 1400,
};

/** Everything in the database that a plug may touch, by name. */
async function stateOf({ ovsdb }: MemoryHost): Promise<unknown> {
  const view = await ovsdb.view();
  return {
    bridges: byName([...view.bridges()].map(({ uuid: _, ...bridge }) => bridge)),
    ports: byName(
      [...view.bridges()].flatMap(({ name }) =>
        [...view.ports(name)].map(({ uuid: _, qos, ...port }) => ({
          ...port,
          qos: qosOf(qos),
          interface: interfaceOf(port.name),
        })),
      ),
    ),
    qos: [...view.allQos()].map(({ externalIds }) => JSON.stringify(externalIds)).sort(),
  };

  function byName<T extends { readonly name: string }>(rows: T[]): T[] {
    return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  function qosOf(uuid: string | undefined): unknown {
    const { type, externalIds } = view.qos(uuid ?? '') ?? {};
    return { type, externalIds };
  }

  function interfaceOf(port: string): unknown {
    const { uuid: _, ofport: __, ...found } = view.interface(port) ?? {};
    return found;
  }
}

test.each<[what: string, before: OvsdbEdit[], wiring: Element[]]>([
  ['bridge and port that were not there', [], [{ kind: 'ovs-bridge', name: 'br0' }, PORT]],
  ['a port on a bridge that was there', [BRIDGE], [PORT]],
  ['a port with its QoS', [BRIDGE], [PORT, { kind: 'ovs-qos', name: 'p0', type: 'linux-noop', id: 'q' }]],
  [
    'both ends of a patch, and the bridge of the second',
    [BRIDGE],
    [
      { kind: 'ovs-bridge', name: 'br1' },
      { kind: 'ovs-patch', name: 'pa', bridge: 'br0', peer: 'pb', peerBridge: 'br1' },
    ],
  ],
  [
    'what was changed of a port that was there, and nothing else of it',
    [
      BRIDGE,
      {
        edit: 'add-port',
        bridge: 'br0',
        name: 'p0',
        tag: 7,
        vlanMode: 'access',
        externalIds: { theirs: 'x' },
        interface: {
          type: 'internal',
          options: { key: '1', other: 'y' },
          externalIds: { 'iface-id': 'i', theirs: 'z' },
          mtuRequest: 1500,
        },
      },
    ],
    [PORT],
  ],
  [
    'an MTU that was asked for where none was',
    [BRIDGE, { edit: 'add-port', bridge: 'br0', name: 'p0', externalIds: OWN, interface: { type: 'internal' } }],
    [PORT],
  ],
  [
    'a type where there was another',
    [BRIDGE, { edit: 'add-port', bridge: 'br0', name: 'p0', externalIds: OWN, interface: { type: 'tap' } }],
    [PORT],
  ],
  [
    'a port that was on another bridge, with its VLANs and all that its interface says',
    [
      BRIDGE,
      { edit: 'add-bridge', name: 'br1' },
      {
        edit: 'add-port',
        bridge: 'br1',
        name: 'p0',
        trunks: [1, 2],
        vlanMode: 'trunk',
        externalIds: OWN,
        interface: { type: 'internal', options: { key: '1' }, externalIds: { 'iface-id': 'i' }, mtuRequest: 1500 },
      },
    ],
    [PORT],
  ],
  [
    'ports, a bridge and QoS rows that the VIF had before its wiring changed',
    [
      BRIDGE,
      { edit: 'add-bridge', name: 'own', datapathType: 'netdev', externalIds: OWN },
      { edit: 'add-port', bridge: 'own', name: 'p0', externalIds: OWN, interface: { type: 'internal' } },
      { edit: 'add-qos', port: 'p0', type: 'linux-htb', externalIds: { id: 'q', _type: 'linux-htb' } },
      { edit: 'add-port', bridge: 'own', name: 'theirs', tag: 7, interface: { type: 'internal' } },
      { edit: 'add-qos', port: 'theirs', type: 'linux-sfq', externalIds: { theirs: 'x' } },
      { edit: 'add-port', bridge: 'br0', name: 'old', externalIds: OWN, interface: { type: 'internal' } },
      { edit: 'add-qos', port: 'old', type: 'linux-noop', externalIds: { id: 'r', _type: 'linux-noop' } },
    ],
    [PORT],
  ],
])('%s', async (_, before, wiring) => {
  const host = new MemoryHost();
  await host.ovsdb.change(() => before);
  const state = await stateOf(host);

  const plugged = new MemoryHost();
  await plugged.ovsdb.change(() => before);
  await apply(wiring, { host: plugged, owner: 'vif-1' });
  expect(await stateOf(plugged)).not.toEqual(state);

  await expect(apply([...wiring, FAILS], { host, owner: 'vif-1' })).rejects.toMatchObject({
    element: 'existing-link missing0',
    left: [],
  });
  expect(await stateOf(host)).toEqual(state);
});

test('a bridge that others put a port on in the meantime stays, with their port', async () => {
  const host = new MemoryHost();
  const { get } = host.links;
  host.links.get = async (link) => {
    if (link === 'missing0') {
      const theirs: OvsdbEdit = { edit: 'add-port', bridge: 'br0', name: 'theirs', interface: { type: 'internal' } };
      await host.ovsdb.change(() => [theirs]);
    }
    return get.call(host.links, link);
  };
  await expect(
    apply([{ kind: 'ovs-bridge', name: 'br0' }, PORT, FAILS], { host, owner: 'vif-1' }),
  ).rejects.toMatchObject({ left: [] });
  const view = await host.ovsdb.view();
  expect([...view.ports('br0')].map(({ name }) => name)).toEqual(['br0', 'theirs']);
});
