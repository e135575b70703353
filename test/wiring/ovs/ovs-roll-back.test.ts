/** What a plug that fails later takes back in Open vSwitch's database, whatever was there before. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { apply } from '../../../src/wiring/apply.ts';
import type { Element } from '../../../src/wiring/wiring.ts';

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
    bridges: [...view.bridges()].map(({ uuid: _, ...bridge }) => bridge),
    ports: [...view.bridges()].flatMap(({ name }) =>
      [...view.ports(name)].map(({ uuid: _, ...port }) => ({ ...port, interface: interfaceOf(port.name) })),
    ),
    qos: [...view.allQos()].map(({ type, externalIds }) => ({ type, externalIds })),
  };

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
    [BRIDGE, { edit: 'add-port', bridge: 'br0', name: 'p0', interface: { type: 'internal' } }],
    [PORT],
  ],
  [
    'a type where there was another',
    [BRIDGE, { edit: 'add-port', bridge: 'br0', name: 'p0', interface: { type: 'tap' } }],
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
        externalIds: { 'os-vif': 'vif-1' },
        interface: { type: 'internal', options: { key: '1' }, externalIds: { 'iface-id': 'i' }, mtuRequest: 1500 },
      },
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
