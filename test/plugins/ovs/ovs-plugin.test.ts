/** Every case of OpenStack's plugin, on a host in memory. What the kernel and ovs-vswitchd make of it, conformance.test.ts shows. */

import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import type { OvsPort } from '../../../src/host-contract/ovsdb.ts';
import { InstanceInfo } from '../../../src/objects/instance-info.ts';
import { Network } from '../../../src/objects/network.ts';
import {
  VIFPortProfileFPBridge,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
} from '../../../src/objects/port-profile.ts';
import { VIFDirect, VIFOpenVSwitch } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import { qosIdOf } from '../../../src/plugins/ovs/names.ts';
import { OvsPlugin, type OvsPluginOptions } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { hybridVif, nativeVif, network, profile, SHORT_ID, TAP, tapVif, vhostUserVif } from './ovs-vifs.ts';

const EXTERNAL_IDS = {
  'iface-id': VIF_ID,
  'iface-status': 'active',
  'attached-mac': 'fa:16:3e:4a:5b:6c',
  'vm-uuid': instance().uuid,
};

function given(options: OvsPluginOptions = {}) {
  const host = new MemoryHost();
  const plugin = new OvsPlugin(options);
  const context = { host };
  return {
    host,
    plugin,
    plug: (vif: Parameters<OvsPlugin['plug']>[0]) => plugin.plug(vif, instance(), context),
    unplug: (vif: Parameters<OvsPlugin['plug']>[0]) => plugin.unplug(vif, instance(), context),
    check: (vif: Parameters<OvsPlugin['plug']>[0]) => plugin.check(vif, instance(), context),
  };
}

async function portsOf(host: MemoryHost, bridge = 'br-int'): Promise<string[]> {
  return [...(await host.ovsdb.view()).ports(bridge)].map(({ name }) => name).sort();
}

async function portOf(host: MemoryHost, name: string): Promise<OvsPort> {
  const port = (await host.ovsdb.view()).port(name);
  if (!port) throw new Error(`there is no port ${name}`);
  return port;
}

async function links(host: MemoryHost): Promise<string[]> {
  return (await host.links.list()).map(({ name }) => name).filter((name) => name !== 'lo');
}

describe('what the plugin says of itself', () => {
  test('it takes the VIFs that OpenStack gives it, with their port profiles', () => {
    const { pluginName, vifInfo } = new OvsPlugin().describe();

    expect(pluginName).toBe('ovs');
    expect(
      vifInfo?.map(({ vifObjectName, supportedPortProfiles }) => [
        vifObjectName,
        supportedPortProfiles?.map((p) => p.profileObjectName),
      ]),
    ).toEqual([
      ['VIFBridge', ['VIFPortProfileOpenVSwitch']],
      ['VIFOpenVSwitch', ['VIFPortProfileOpenVSwitch']],
      ['VIFVHostUser', ['VIFPortProfileOpenVSwitch', 'VIFPortProfileOVSRepresentor']],
      ['VIFHostDevice', ['VIFPortProfileOpenVSwitch', 'VIFPortProfileOVSRepresentor']],
    ]);
  });
});

describe('what it refuses', () => {
  test.each([
    [
      'no port profile',
      new VIFOpenVSwitch({ id: VIF_ID, vifName: TAP, network: network() }),
      'ERR_OSVIF_PORT_PROFILE',
      'the VIF has no port profile',
    ],
    [
      'a port profile of others',
      nativeVif({ portProfile: new VIFPortProfileFPBridge() }),
      'ERR_OSVIF_PORT_PROFILE',
      'VIFPortProfileFPBridge',
    ],
    [
      'a VIF of others',
      new VIFDirect({ id: VIF_ID, address: 'fa:16:3e:4a:5b:6c', network: network(), portProfile: profile() }),
      'ERR_OSVIF_UNSUPPORTED_VIF',
      'VIFDirect',
    ],
    ['no network', nativeVif({ network: null }), 'ERR_OSVIF_FIELD_VALUE', 'a network'],
    [
      'an unset network',
      new VIFOpenVSwitch({ id: VIF_ID, vifName: TAP, portProfile: profile() }),
      'ERR_OSVIF_UNSET_FIELD',
      'network',
    ],
    ['no address on a port', tapVif(undefined, { address: null }), 'ERR_OSVIF_FIELD_VALUE', 'a MAC address'],
    [
      'a TAP for a vhost-user VIF',
      vhostUserVif({ portProfile: profile({ createTap: true }) }),
      'ERR_OSVIF_UNSUPPORTED_VIF',
      'createTap',
    ],
    [
      'a TAP for a hybrid VIF',
      hybridVif({ portProfile: profile({ createTap: true }) }),
      'ERR_OSVIF_UNSUPPORTED_VIF',
      'createTap',
    ],
  ])('%s', async (_, vif, code, text) => {
    const { host, plug } = given();

    await expect(plug(vif)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });

    expect(await links(host)).toEqual([]);
    expect([...(await host.ovsdb.view()).bridges()]).toEqual([]);
  });

  test('a bridge of another datapath type: its ports stay on the datapath that they are on', async () => {
    const { host, plug } = given();
    await host.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br-int', datapathType: 'system' }]);

    await expect(plug(tapVif())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_OVS_DATAPATH' },
      message: expect.stringContaining('bridge br-int has datapath type "system", the VIF asks for "netdev"'),
    });

    expect(await links(host)).toEqual([]);
    expect((await host.ovsdb.view()).bridge('br-int')?.datapathType).toBe('system');
  });

  test('a datapath type that this Open vSwitch has not', async () => {
    const { host, plug } = given();

    await expect(
      plug(
        tapVif(undefined, { portProfile: profile({ datapathType: 'nonsense', createPort: true, createTap: true }) }),
      ),
    ).rejects.toThrow('this Open vSwitch has no datapath type "nonsense"; it has netdev, system');

    expect(await links(host)).toEqual([]);
  });

  test("a port that is another VIF's", async () => {
    const { host, plug, unplug } = given();
    const theirs = { 'iface-id': 'another' };
    await host.ovsdb.change(() => [
      { edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' },
      { edit: 'add-port', bridge: 'br-int', name: TAP, interface: { externalIds: theirs } },
    ]);

    await expect(plug(tapVif())).rejects.toThrow('is that of another VIF (iface-id "another")');
    await expect(unplug(nativeVif())).rejects.toThrow('is that of another VIF (iface-id "another")');

    expect((await host.ovsdb.view()).interface(TAP)?.externalIds).toEqual(theirs);
    expect(await links(host)).toEqual([]);
  });
});

describe('a native VIF', () => {
  test('gets its bridge alone, since the hypervisor adds the port; it needs no address for that', async () => {
    const { host, plug } = given();

    await plug(nativeVif({ address: null }));

    expect(await portsOf(host)).toEqual(['br-int']);
    expect(await links(host)).toEqual([]);
  });

  test('that comes back from a hypervisor that left its port loses the port, and the bridge stays', async () => {
    const { host, plug, unplug } = given();
    await plug(nativeVif());
    await host.ovsdb.change(() => [
      { edit: 'add-port', bridge: 'br-int', name: TAP, interface: { externalIds: { 'iface-id': VIF_ID } } },
    ]);

    await unplug(nativeVif({ address: null }));

    expect(await portsOf(host)).toEqual(['br-int']);
  });

  test('with createPort gets a port whose interface says whose it is', async () => {
    const { host, plug } = given();

    await plug(nativeVif({ portProfile: profile({ createPort: true }) }));

    expect((await host.ovsdb.view()).interface(TAP)).toMatchObject({ type: '', externalIds: EXTERNAL_IDS });
    expect(await links(host)).toEqual([]);
  });

  test('with createPort whose device the hypervisor has made by now gets the MTU of its network on it', async () => {
    const { host, plug } = given();
    await host.links.create({ kind: 'tap', name: TAP });

    await plug(nativeVif({ portProfile: profile({ createPort: true }) }));

    expect(await host.links.get(TAP)).toMatchObject({ mtu: 1450, alias: '' });
  });

  test('with createTap gets a TAP with its address and the MTU of its network', async () => {
    const { host, plug, check } = given();

    await plug(tapVif());

    expect(await host.links.get(TAP)).toMatchObject({
      kind: 'tap',
      mac: 'fa:16:3e:4a:5b:6c',
      mtu: 1450,
      up: true,
      tap: { multiQueue: false },
    });
    expect(await check(tapVif())).toEqual([]);
  });

  test('with multiqueue gets a TAP with several queues', async () => {
    const { host, plug } = given();

    await plug(tapVif(undefined, { portProfile: profile({ createPort: true, createTap: true, multiqueue: true }) }));

    expect((await host.links.get(TAP))?.tap).toMatchObject({ multiQueue: true });
  });

  test('with createTap and without createPort gets neither', async () => {
    const { host, plug } = given();

    await plug(nativeVif({ portProfile: profile({ createTap: true }) }));

    expect(await links(host)).toEqual([]);
    expect(await portsOf(host)).toEqual(['br-int']);
  });

  test.each([
    ['of its network', network({ mtu: 9000 }), 9000],
    ['of the option where the network says nothing', network({ mtu: null }), 1400],
    [
      'of the option for a network of version 1.0, which can say nothing',
      new Network({ id: VIF_ID, bridge: 'br-int' }),
      1400,
    ],
  ])('has the MTU %s', async (_, net, mtu) => {
    const { host, plug } = given({ networkDeviceMtu: 1400 });

    await plug(tapVif(undefined, { network: net }));

    expect((await host.links.get(TAP))?.mtu).toBe(mtu);
  });

  test('whose profile leaves the datapath open gets a bridge on that of the kernel, or takes the bridge that is there', async () => {
    const open = tapVif(undefined, { portProfile: profile({ datapathType: null, createPort: true, createTap: true }) });
    const fresh = given();
    const used = given();
    await used.host.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' }]);

    await fresh.plug(open);
    await used.plug(open);

    expect((await fresh.host.ovsdb.view()).bridge('br-int')?.datapathType).toBe('system');
    expect((await used.host.ovsdb.view()).bridge('br-int')?.datapathType).toBe('netdev');
  });

  test('of an old profile without the newer fields is one without port', async () => {
    const { host, plug } = given();

    await plug(nativeVif({ portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: VIF_ID }) }));

    expect(await portsOf(host)).toEqual(['br-int']);
  });

  test('whose TAP the datapath of the kernel has taken is right as it is', async () => {
    const { host, plug, check } = given();
    await plug(tapVif());
    // To the kernel a port of its datapath has the master ovs-system; any master will do here.
    await host.links.create({ kind: 'bridge', name: 'ovs-system' });
    const [master, tap] = [await host.links.get('ovs-system'), await host.links.get(TAP)];
    await host.links.change(tap?.index ?? 0, { master: master?.index ?? 0 });

    await plug(tapVif());

    expect((await host.links.get(TAP))?.master).toBe(master?.index);
    expect(await check(tapVif())).toEqual([]);
  });

  test('that is unplugged takes its TAP and port along, twice without complaint', async () => {
    const { host, plug, unplug } = given();
    await plug(tapVif());

    await unplug(tapVif());
    await unplug(tapVif());

    expect(await links(host)).toEqual([]);
    expect(await portsOf(host)).toEqual(['br-int']);
  });
});

describe('the QoS type of new ports', () => {
  const system = profile({ datapathType: 'system', createPort: true, createTap: true });

  test('is set on the datapath of the kernel, in a row that is found by the name of the port', async () => {
    const { host, plug } = given({ defaultQosType: 'linux-htb' });

    await plug(tapVif(undefined, { portProfile: system }));

    const view = await host.ovsdb.view();
    expect(view.qos((await portOf(host, TAP)).qos ?? '')).toMatchObject({
      type: 'linux-htb',
      externalIds: { id: qosIdOf(TAP), _type: 'linux-htb' },
    });
  });

  test('is not set on the datapath in user space', async () => {
    const { host, plug } = given();

    await plug(tapVif());

    expect((await portOf(host, TAP)).qos).toBeUndefined();
  });

  test('of a port that is there is left to others, and a second plug adds no second row', async () => {
    const { host, plug } = given();
    const vif = tapVif(undefined, { portProfile: system });
    await plug(vif);
    const { qos: first = '' } = await portOf(host, TAP);
    await host.ovsdb.change(() => [
      { edit: 'add-qos', port: TAP, type: 'linux-hfsc', externalIds: { id: 'of Neutron' } },
    ]);
    const { qos: neutrons } = await portOf(host, TAP);

    await plug(vif);

    expect((await portOf(host, TAP)).qos).toBe(neutrons);
    expect([...(await host.ovsdb.view()).allQos()].map(({ uuid }) => uuid).sort()).toEqual([first, neutrons].sort());
  });

  test('goes with the port', async () => {
    const { host, plug, unplug } = given();
    await plug(tapVif(undefined, { portProfile: system }));

    await unplug(tapVif(undefined, { portProfile: system }));

    expect([...(await host.ovsdb.view()).allQos()]).toEqual([]);
  });

  test('replaces a row that a port left behind', async () => {
    const { host, plug, unplug } = given();
    await plug(tapVif(undefined, { portProfile: system }));
    await host.ovsdb.change(() => [{ edit: 'remove-port', name: TAP }]);

    await plug(tapVif(undefined, { portProfile: system }));

    expect([...(await host.ovsdb.view()).allQos()]).toHaveLength(1);
    await unplug(tapVif(undefined, { portProfile: system }));
    expect([...(await host.ovsdb.view()).allQos()]).toEqual([]);
  });
});

describe('isolation', () => {
  const DEAD = { tag: 4095, vlanMode: 'trunk', trunks: [4095] };
  const OPEN = { tag: undefined, vlanMode: undefined, trunks: [] };

  test('puts new ports into the dead VLAN', async () => {
    const { host, plug } = given({ isolateVif: true });

    await plug(tapVif());

    expect(await portOf(host, TAP)).toMatchObject(DEAD);
  });

  test('is off by default', async () => {
    const { host, plug } = given();

    await plug(tapVif());

    expect(await portOf(host, TAP)).toMatchObject(OPEN);
  });

  test('leaves a port alone that is there: the agent has given it its VLAN', async () => {
    const { host, plug, check } = given({ isolateVif: true });
    await plug(tapVif());
    await host.ovsdb.change(() => [{ edit: 'set-port', name: TAP, tag: 7 }]);

    await plug(tapVif());

    expect((await portOf(host, TAP)).tag).toBe(7);
    expect(await check(tapVif())).toEqual([]);
  });

  test('leaves ports of a trunk bridge open', async () => {
    const { host, plug } = given({ isolateVif: true });

    await plug(tapVif(undefined, { network: network({ bridge: 'tbr-1a2b3c4d-5' }) }));

    expect(await portOf(host, TAP)).toMatchObject(OPEN);
  });

  test('of a per-port bridge is that of its patch port on the bridge of the network, which the agent looks after', async () => {
    const { host, plug } = given({ isolateVif: true, perPortBridge: true });

    await plug(tapVif());

    expect(await portOf(host, `ibp${VIF_ID}`)).toMatchObject({ tag: 4095, vlanMode: undefined, trunks: [] });
    expect(await portOf(host, TAP)).toMatchObject(OPEN);
  });
});

describe('a trunk bridge', () => {
  const trunk = network({ bridge: 'tbr-1a2b3c4d-5' });

  test('is named in the external_ids of its port, and other bridges are not', async () => {
    const { host, plug } = given();

    await plug(tapVif(undefined, { network: trunk }));
    await plug(tapVif(1));

    const view = await host.ovsdb.view();
    expect(view.interface(TAP)?.externalIds).toEqual({ ...EXTERNAL_IDS, bridge_name: 'tbr-1a2b3c4d-5' });
    expect(view.interface('tap00000001-3c')?.externalIds).not.toHaveProperty('bridge_name');
  });

  test.each([
    ['native', tapVif(undefined, { network: trunk })],
    ['native without port', nativeVif({ network: trunk })],
    ['hybrid', hybridVif({ network: trunk })],
    ['vhost-user', vhostUserVif({ network: trunk })],
  ])('goes with its %s VIF, and the bridges of others stay', async (_, vif) => {
    const { host, plug, unplug } = given();
    await plug(vif);
    await plug(tapVif(1));

    await unplug(vif);

    expect([...(await host.ovsdb.view()).bridges()].map(({ name }) => name)).toEqual(['br-int']);
  });
});

describe('a hybrid VIF', () => {
  test('gets a bridge that forgets addresses, filters nothing and stays out of IP, and a veth pair into Open vSwitch', async () => {
    const { host, plug, check } = given();

    await plug(hybridVif());

    expect(await host.links.get(`qbr${SHORT_ID}`)).toMatchObject({
      kind: 'bridge',
      up: true,
      bridge: { ageingTime: 0, stp: false, forwardDelay: 0, multicastSnooping: false },
    });
    expect(await host.sysctl.get(`net/ipv6/conf/qbr${SHORT_ID}/disable_ipv6`)).toBe('1');
    expect(await host.links.get(`qvo${SHORT_ID}`)).toMatchObject({
      kind: 'veth',
      mtu: 1450,
      promiscuous: true,
      up: true,
    });
    expect((await host.ovsdb.view()).interface(`qvo${SHORT_ID}`)?.externalIds).toEqual(EXTERNAL_IDS);
    expect(await check(hybridVif())).toEqual([]);
  });

  test('that is plugged again gets the new MTU of its network', async () => {
    const { host, plug } = given();
    await plug(hybridVif());

    await plug(hybridVif({ network: network({ mtu: 1300 }) }));

    expect([(await host.links.get(`qvb${SHORT_ID}`))?.mtu, (await host.links.get(`qvo${SHORT_ID}`))?.mtu]).toEqual([
      1300, 1300,
    ]);
  });

  test('leaves nothing when it is unplugged', async () => {
    const { host, plug, unplug } = given();
    await plug(hybridVif());

    await unplug(hybridVif());

    expect(await links(host)).toEqual([]);
    expect(await portsOf(host)).toEqual(['br-int']);
  });

  test('that comes back as a native one leaves nothing when that is unplugged', async () => {
    const { host, plug, unplug } = given();
    await plug(hybridVif());

    await unplug(nativeVif());

    expect(await links(host)).toEqual([]);
    expect(await portsOf(host)).toEqual(['br-int']);
  });

  test('that comes back as a native one leaves nothing once that is plugged', async () => {
    const { host, plug } = given();
    await plug(hybridVif());

    await plug(tapVif());

    expect(await links(host)).toEqual([TAP]);
    expect(await portsOf(host)).toEqual(['br-int', TAP]);
  });

  test('whose guest still runs on it is left alone when it comes back as a native one', async () => {
    const { host, plug } = given();
    await plug(hybridVif());
    const bridge = await host.links.get(`qbr${SHORT_ID}`);
    await host.links.create({ kind: 'tap', name: 'vnet0', master: bridge?.index ?? 0 });

    await plug(nativeVif());

    expect(await links(host)).toContain(`qbr${SHORT_ID}`);
    expect(await portsOf(host)).toContain(`qvo${SHORT_ID}`);
  });
});

describe('a vhost-user VIF', () => {
  test.each([
    ['client', { type: 'dpdkvhostuser', options: {} }],
    [
      'server',
      { type: 'dpdkvhostuserclient', options: { 'vhost-server-path': `/var/run/openvswitch/vhu${SHORT_ID}` } },
    ],
  ] as const)('whose guest is the %s gets a port of the other side, with the MTU requested', async (mode, expected) => {
    const { host, plug, check } = given();

    await plug(vhostUserVif({ mode }));

    expect((await host.ovsdb.view()).interface(`vhu${SHORT_ID}`)).toMatchObject({
      ...expected,
      mtuRequest: 1450,
      externalIds: EXTERNAL_IDS,
    });
    expect(await check(vhostUserVif({ mode }))).toEqual([]);
  });

  test('gets a bridge in user space where its profile leaves that open', async () => {
    const { host, plug } = given();

    await plug(vhostUserVif({ portProfile: new VIFPortProfileOVSRepresentor({ interfaceId: VIF_ID }) }));

    expect((await host.ovsdb.view()).bridge('br-int')?.datapathType).toBe('netdev');
    expect((await portOf(host, `vhu${SHORT_ID}`)).qos).toBeUndefined();
  });

  test('is unplugged', async () => {
    const { host, plug, unplug } = given();
    await plug(vhostUserVif());

    await unplug(vhostUserVif());

    expect(await portsOf(host)).toEqual(['br-int']);
  });
});

describe('a bridge per port', () => {
  test('holds the port, and is patched to the bridge of the network, where the patch says whose it is', async () => {
    const { host, plug, check } = given({ perPortBridge: true });

    await plug(tapVif());

    const view = await host.ovsdb.view();
    expect(await portsOf(host)).toEqual(['br-int', `ibp${VIF_ID}`]);
    expect(await portsOf(host, 'pbdc065497-3c8')).toEqual(['pbdc065497-3c8', `pbp${VIF_ID}`, TAP].sort());
    expect(view.interface(`ibp${VIF_ID}`)).toMatchObject({
      type: 'patch',
      options: { peer: `pbp${VIF_ID}` },
      externalIds: EXTERNAL_IDS,
    });
    expect(view.interface(`pbp${VIF_ID}`)).toMatchObject({
      type: 'patch',
      options: { peer: `ibp${VIF_ID}` },
      externalIds: {},
    });
    expect(view.interface(TAP)?.externalIds).toEqual({});
    expect(await check(tapVif())).toEqual([]);
  });

  test('goes with its VIF, the TAP too, and the bridge of the network stays', async () => {
    const { host, plug, unplug } = given({ perPortBridge: true });
    await plug(tapVif());

    await unplug(tapVif());

    const view = await host.ovsdb.view();
    expect([...view.bridges()].map(({ name }) => name)).toEqual(['br-int']);
    expect(await portsOf(host)).toEqual(['br-int']);
    expect(await links(host)).toEqual([]);
  });

  test('has one QoS row for its port after two plugs', async () => {
    const { host, plug, unplug } = given({ perPortBridge: true });
    const vif = tapVif(undefined, {
      portProfile: profile({ datapathType: 'system', createPort: true, createTap: true }),
    });

    await plug(vif);
    await plug(vif);

    expect([...(await host.ovsdb.view()).allQos()]).toHaveLength(1);
    await unplug(vif);
    expect([...(await host.ovsdb.view()).allQos()]).toEqual([]);
  });
});

describe('check', () => {
  test('lists what differs from what plug makes', async () => {
    const { host, plug, check } = given();
    await plug(tapVif());
    await host.ovsdb.change(() => [{ edit: 'set-interface', name: TAP, externalIds: { 'vm-uuid': 'another' } }]);

    expect(await check(tapVif())).toMatchObject([
      { type: 'differs', on: TAP, property: 'externalIds.vm-uuid', want: instance().uuid, have: 'another' },
    ]);
  });

  test('lists what is missing, and a plug brings it back', async () => {
    const { host, plug, check } = given();
    await plug(tapVif());
    await host.ovsdb.change(() => [{ edit: 'remove-bridge', name: 'br-int' }]);

    expect((await check(tapVif())).map(({ type, on }) => `${type} ${on}`)).toEqual([
      'missing br-int',
      `missing ${TAP}`,
    ]);

    await plug(tapVif());
    expect(await check(tapVif())).toEqual([]);
  });

  test('finds a port on another bridge, and a plug moves it', async () => {
    const { host, plug, check } = given();
    await plug(tapVif());
    await host.ovsdb.change(() => [
      { edit: 'add-bridge', name: 'br-b', datapathType: 'netdev' },
      { edit: 'remove-port', name: TAP },
      {
        edit: 'add-port',
        bridge: 'br-b',
        name: TAP,
        interface: { externalIds: EXTERNAL_IDS as Record<string, string> },
      },
    ]);

    expect(await check(tapVif())).toMatchObject([{ property: 'bridge', want: 'br-int', have: 'br-b' }]);

    await plug(tapVif());
    expect(await portsOf(host)).toContain(TAP);
  });

  test('refuses an instance without its UUID, since the port has to name it', async () => {
    const { plugin, host } = given();

    await expect(plugin.check(tapVif(), new InstanceInfo({ name: 'i' }), { host })).rejects.toMatchObject({
      code: 'ERR_OSVIF_UNSET_FIELD',
    });
  });
});

describe('garbage collection', () => {
  async function plugged() {
    const { host, plugin } = given();
    const osVif = await OsVif.open({ host, plugins: [plugin] });
    const kept = tapVif(1);
    const gone = tapVif(2, { portProfile: profile({ interfaceId: VIF_ID, createPort: true, createTap: true }) });
    await osVif.plug(kept, instance());
    await osVif.plug(gone, instance());
    return { host, osVif, kept, gone };
  }

  test('removes the port and the device of a VIF that is no more, and nothing of the others', async () => {
    const { host, osVif, kept, gone } = await plugged();

    const garbage = await osVif.collectGarbage([kept]);

    expect(garbage.map(({ kind, name, owner }) => [kind, name, owner])).toEqual([
      ['ovs-port', gone.vifName, gone.id],
      ['tap', gone.vifName, gone.id],
    ]);
    expect(await portsOf(host)).toEqual(['br-int', kept.vifName]);
    expect(await links(host)).toEqual([kept.vifName]);
  });

  test('only tells when it is a dry run', async () => {
    const { host, osVif, kept, gone } = await plugged();

    const garbage = await osVif.collectGarbage([kept], { dryRun: true });

    expect(garbage).toHaveLength(2);
    expect(await portsOf(host)).toEqual(['br-int', kept.vifName, gone.vifName]);
  });

  test("leaves a hypervisor's port alone, though it has the iface-id of a VIF", async () => {
    const { host, osVif } = await plugged();
    await host.ovsdb.change(() => [
      {
        edit: 'add-port',
        bridge: 'br-int',
        name: 'vnet0',
        interface: { externalIds: EXTERNAL_IDS as Record<string, string> },
      },
    ]);

    await osVif.collectGarbage([]);

    expect(await portsOf(host)).toEqual(['br-int', 'vnet0']);
  });

  test('removes bridges per port with all that is on them, and QoS rows that ports were made with', async () => {
    const { host, plugin } = given({ perPortBridge: true });
    const osVif = await OsVif.open({ host, plugins: [plugin] });
    await osVif.plug(
      tapVif(undefined, { portProfile: profile({ datapathType: 'system', createPort: true, createTap: true }) }),
      instance(),
    );

    await osVif.collectGarbage([]);

    const view = await host.ovsdb.view();
    expect([...view.bridges()].map(({ name }) => name)).toEqual(['br-int']);
    expect(await portsOf(host)).toEqual(['br-int']);
    expect([...view.allQos()]).toEqual([]);
    expect(await links(host)).toEqual([]);
  });
});
