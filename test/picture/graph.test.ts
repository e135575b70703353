import { describe, expect, test } from 'vitest';
import {
  Network,
  VIFBridge,
  VIFDirect,
  VIFGeneric,
  VIFHostDevice,
  VIFNestedDPDK,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
} from '../../src/entries/index.ts';
import { type Graph, graphOf } from '../../src/entries/picture.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { OvsPlugin } from '../../src/plugins/ovs/ovs-plugin.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { bridgeVif, directVif, instance, tapVif, VIF_ID } from '../plugins/vifs.ts';

const FUNCTION = '0000:03:10.1';

/** eth0, and a virtual function of it with a representor. */
function hostWithNic(): MemoryHost {
  const host = new MemoryHost();
  host.links.addNic({ name: 'eth0', up: true });
  host.links.addNic({ name: 'eth0_3', up: true });
  host.pci.add('0000:03:00.0', { interfaces: ['eth0'] });
  host.pci.add(FUNCTION, { interfaces: [], physicalFunction: { address: '0000:03:00.0', number: 3 } });
  host.pci.addSwitchPort('eth0', { switchId: 'abc', portName: 'p0' });
  host.pci.addSwitchPort('eth0_3', { switchId: 'abc', portName: 'pf0vf3' });
  return host;
}

async function graphFor(vif: VIFBase, plugins = [new OvsPlugin()]): Promise<Graph> {
  const osVif = await OsVif.open({ host: hostWithNic(), ...(vif.plugin === 'ovs' && { plugins }) });
  return osVif.graph(vif, instance(), { show: 'nothing' });
}

const network = new Network({ bridge: 'br-int', mtu: 1450, label: 'private' });
const common = { id: VIF_ID, plugin: 'ovs', address: 'fa:16:3e:4a:5b:6c', network };
const portProfile = new VIFPortProfileOpenVSwitch({ interfaceId: VIF_ID, datapathType: 'system' });

/** The names on each line of the picture, `a - b`, and `a ~ b` where b only governs a. */
function joined({ nodes, edges }: Graph): string[] {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return edges.map(({ from, to, kind }) => `${names.get(from)} ${kind === 'carries' ? '-' : '~'} ${names.get(to)}`);
}

/** From the guest to the wire, where the picture is a line. */
function line(graph: Graph): string {
  const [first = '', ...rest] = joined(graph);
  return rest.reduce((drawn, edge) => {
    const [from = '', to = ''] = edge.split(' - ');
    expect(drawn.endsWith(from)).toBe(true);
    return `${drawn} - ${to}`;
  }, first);
}

const GUEST = 'instance-0000000a';

describe('the picture leads from the guest to the wire', () => {
  test.each<[string, VIFBase, string]>([
    [
      'of a hybrid VIF: TAP, Linux bridge, veth pair, Open vSwitch',
      new VIFBridge({ ...common, vifName: 'vnet0', bridgeName: 'qbrdc065497-3c', portProfile }),
      `${GUEST} - vnet0 - qbrdc065497-3c - qvbdc065497-3c - qvodc065497-3c - br-int - private`,
    ],
    [
      'of a native VIF whose port the hypervisor makes',
      new VIFOpenVSwitch({ ...common, vifName: 'tap0', portProfile }),
      `${GUEST} - tap0 - br-int - private`,
    ],
    [
      'of a native VIF whose TAP is made here',
      new VIFOpenVSwitch({
        ...common,
        vifName: 'tap0',
        portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: VIF_ID, createPort: true, createTap: true }),
      }),
      `${GUEST} - tap0 - br-int - private`,
    ],
    [
      'of a vhost-user socket on Open vSwitch',
      new VIFVHostUser({
        ...common,
        path: '/run/vhu0',
        mode: 'server',
        portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: VIF_ID, datapathType: 'netdev' }),
      }),
      `${GUEST} - /run/vhu0 - vhudc065497-3c - br-int - private`,
    ],
    [
      'of a vhost-user socket whose switch others set up',
      new VIFVHostUser({ ...common, plugin: 'noop', path: '/run/vhu0', mode: 'client' }),
      `${GUEST} - /run/vhu0 - a switch in user space - private`,
    ],
    [
      'of a virtual function with a representor',
      new VIFHostDevice({
        ...common,
        devAddress: FUNCTION,
        devType: 'ethernet',
        portProfile: new VIFPortProfileOVSRepresentor({
          interfaceId: VIF_ID,
          representorName: 'x',
          representorAddress: FUNCTION,
        }),
      }),
      `${GUEST} - ${FUNCTION} - eth0_3 - br-int - private`,
    ],
    [
      'of a virtual function whose switch is the NIC',
      new VIFHostDevice({ ...common, plugin: 'noop', devAddress: FUNCTION, devType: 'ethernet' }),
      `${GUEST} - ${FUNCTION} - private`,
    ],
    ['of a macvtap device', directVif(), `${GUEST} - macvtap0 - 0000:03:00.0 - network`],
    [
      'of a macvtap device that libvirt makes, on a VLAN',
      new VIFDirect({
        ...common,
        plugin: 'macvtap',
        devAddress: '0000:03:00.0',
        mode: 'bridge',
        vlanName: 'vlan7',
        network: new Network({ vlan: 7 }),
      }),
      `${GUEST} - a macvtap - vlan7 - 0000:03:00.0 - network`,
    ],
    ['of a TAP that is routed', tapVif(), `${GUEST} - tapdc065497-3c - the host`],
  ])('%s', async (_, vif, expected) => {
    expect(line(await graphFor(vif))).toBe(expected);
  });

  test('of a port on a bridge of its own, by the patch pair', async () => {
    const vif = new VIFOpenVSwitch({ ...common, vifName: 'tap0', portProfile });
    const graph = await graphFor(vif, [new OvsPlugin({ perPortBridge: true })]);
    expect(line(graph)).toBe(`${GUEST} - tap0 - pbdc065497-3c8 - pbp${VIF_ID} - ibp${VIF_ID} - br-int - private`);
    expect(graph.nodes.filter(({ group }) => group === 'shared').map(({ name }) => name)).toEqual(['br-int']);
  });

  test('of a shared bridge, by its VLAN device; the filter is beside, and all of it is shared', async () => {
    const vif = bridgeVif({
      hasTrafficFiltering: false,
      network: new Network({ shouldProvideBridge: true, shouldProvideVlan: true, vlan: 7, bridgeInterface: 'eth0' }),
    });
    const graph = await graphFor(vif);
    expect(joined(graph)).toEqual([
      `${GUEST} - tapdc065497-3c`,
      'tapdc065497-3c - brqb82c1929-05',
      'brqb82c1929-05 - vlan7',
      'brqb82c1929-05 ~ os-vif-brqb82c1929-05',
      'vlan7 - eth0',
      'eth0 - network',
    ]);
    expect(graph.groups.map(({ id }) => id)).toEqual(['shared']);
    expect(graph.nodes.filter(({ group }) => group === undefined).map(({ name }) => name)).toEqual([
      GUEST,
      'tapdc065497-3c',
      'eth0',
      'network',
    ]);
  });

  test('of a nested VIF that no plugin takes', () => {
    const graph = graphOf([], {
      vif: new VIFNestedDPDK({ id: VIF_ID, pciAddress: '0000:00:05.0', devDriver: 'virtio' }),
    });
    expect(line(graph)).toBe('pod - 0000:00:05.0 - network');
    expect(graph.nodes[1]?.facts).toEqual(['driver before: virtio']);
  });

  test('of a wiring of which nothing else is known', () => {
    const wiring: Wiring = [
      { kind: 'bridge', name: 'lab0', shared: true },
      { kind: 'tap', name: 'tap0', master: 'lab0' },
    ];
    expect(line(graphOf(wiring))).toBe('guest - tap0 - lab0');
  });

  test('of nothing at all: the guest alone', () => {
    expect(graphOf([]).nodes.map(({ kind }) => kind)).toEqual(['guest']);
  });
});

describe('what is wrong is marked where it is', () => {
  const hybrid = new VIFBridge({ ...common, vifName: 'vnet0', bridgeName: 'qbrdc065497-3c', portProfile });

  /** What is marked: its name, or the label of an edge; its state; its notes. */
  function marks({ nodes, edges }: Graph): unknown[] {
    const named = [...nodes, ...edges.map((edge) => ({ ...edge, name: edge.label }))];
    return named.filter(({ state }) => state !== undefined).map(({ name, state, notes }) => [name, state, notes]);
  }

  test('nothing after a plug', async () => {
    const osVif = await OsVif.open({ host: hostWithNic() });
    await osVif.plug(hybrid, instance());
    expect(marks(await osVif.graph(hybrid, instance()))).toEqual([]);
    expect(marks(await osVif.graph(hybrid, instance(), { show: 'plan' }))).toEqual([]);
  });

  test('an end of the veth pair that has another MTU, and no other thing', async () => {
    const host = hostWithNic();
    const osVif = await OsVif.open({ host });
    await osVif.plug(hybrid, instance());
    const end = await host.links.get('qvodc065497-3c');
    await host.links.change(end?.index ?? 0, { mtu: 1500 });

    expect(marks(await osVif.graph(hybrid, instance()))).toEqual([
      ['qvodc065497-3c', 'differs', ['mtu is 1500, should be 1450']],
    ]);
    expect(marks(await osVif.graph(hybrid, instance(), { show: 'plan' }))).toEqual([
      ['qvodc065497-3c', 'change', ['mtu will be 1450, is 1500']],
    ]);
  });

  test('a port that is gone, on the line to the switch and not on the device of that name', async () => {
    const host = hostWithNic();
    const osVif = await OsVif.open({ host });
    await osVif.plug(hybrid, instance());
    await host.ovsdb.change(() => [{ edit: 'remove-port', name: 'qvodc065497-3c' }]);
    expect(marks(await osVif.graph(hybrid, instance()))).toEqual([['port', 'missing', ['missing']]]);
  });

  test('all that a plug would make', async () => {
    const osVif = await OsVif.open({ host: hostWithNic() });
    const made = ['create', ['will be created']];
    expect(marks(await osVif.graph(hybrid, instance(), { show: 'plan' }))).toEqual([
      ['qbrdc065497-3c', ...made],
      ['qvbdc065497-3c', ...made],
      ['qvodc065497-3c', ...made],
      ['br-int', ...made],
      ['port', ...made],
    ]);
  });

  test('a device of the same name that others made', async () => {
    const host = hostWithNic();
    await host.links.create({ kind: 'bridge', name: 'tapdc065497-3c' });
    const osVif = await OsVif.open({ host });
    expect(marks(await osVif.graph(tapVif(), instance()))).toMatchObject([['tapdc065497-3c', 'conflict', [/bridge/]]]);
    expect(marks(await osVif.graph(tapVif(), instance(), { show: 'plan' }))).toMatchObject([
      ['tapdc065497-3c', 'refuse', [/cannot be plugged: .*bridge/]],
    ]);
  });

  test("an MTU of the hypervisor's TAP on the TAP, an interface id on its port", async () => {
    const host = hostWithNic();
    const vif = new VIFOpenVSwitch({
      ...common,
      vifName: 'tap0',
      portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: VIF_ID, createPort: true }),
    });
    const osVif = await OsVif.open({ host });
    await osVif.plug(vif, instance());
    await host.links.create({ kind: 'tap', name: 'tap0', mtu: 1500 });
    await host.ovsdb.change(() => [
      { edit: 'set-interface', name: 'tap0', externalIds: { 'attached-mac': 'fa:16:3e:00:00:01' } },
    ]);
    const marked = marks(await osVif.graph(vif, instance()));
    expect(marked).toContainEqual(['tap0', 'differs', ['mtu is 1500, should be 1450']]);
    expect(marked).toContainEqual([
      'port',
      'differs',
      ['externalIds.attached-mac is fa:16:3e:00:00:01, should be fa:16:3e:4a:5b:6c'],
    ]);
  });
});

test('a plugin that has no wiring can have no picture', async () => {
  const bare = { describe: () => new MacvtapPlugin().describe(), plug: async () => {}, unplug: async () => {} };
  const osVif = await OsVif.open({ host: new MemoryHost(), plugins: [bare] });
  await expect(osVif.graph(directVif(), instance())).rejects.toMatchObject({ code: 'ERR_OSVIF_PLUGIN' });
});

test('a graph is plain data', async () => {
  const graph = await graphFor(new VIFGeneric({ ...common, plugin: 'tap', vifName: 'tap0' }));
  expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
  expect(graph.title).toBe(`VIFGeneric ${VIF_ID} of ${GUEST}`);
});
