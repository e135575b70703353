/** VIFs with a bridge of their own or in user space: hybrid, vhost-user, a bridge per port; on the in-memory host. */

import { describe, expect, test } from 'vitest';
import { VIFPortProfileOVSRepresentor } from '../../../src/objects/port-profile.ts';
import { VIF_ID } from '../vifs.ts';
import { EXTERNAL_IDS, given, links, portOf, portsOf } from './memory-ovs.ts';
import { hybridVif, nativeVif, network, profile, SHORT_ID, TAP, tapVif, vhostUserVif } from './ovs-vifs.ts';

describe('a hybrid VIF', () => {
  test('gets a bridge without ageing, filters and IP addresses, and a veth pair to Open vSwitch', async () => {
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

  test('that comes back as a native VIF leaves nothing when the native VIF is unplugged', async () => {
    const { host, plug, unplug } = given();
    await plug(hybridVif());

    await unplug(nativeVif());

    expect(await links(host)).toEqual([]);
    expect(await portsOf(host)).toEqual(['br-int']);
  });

  test('that comes back as a native VIF leaves nothing when the native VIF is plugged', async () => {
    const { host, plug } = given();
    await plug(hybridVif());

    await plug(tapVif());

    expect(await links(host)).toEqual([TAP]);
    expect(await portsOf(host)).toEqual(['br-int', TAP]);
  });

  test('that comes back as a native VIF loses its port at once, and keeps its devices while a guest uses them', async () => {
    const { host, plug, unplug } = given();
    await plug(hybridVif());
    const bridge = await host.links.get(`qbr${SHORT_ID}`);
    await host.links.create({ kind: 'tap', name: 'vnet0', master: bridge?.index ?? 0 });

    await plug(nativeVif());

    expect(await links(host)).toContain(`qbr${SHORT_ID}`);
    expect(await portsOf(host)).toEqual(['br-int']);

    await unplug(nativeVif());

    expect(await links(host)).toEqual(['vnet0']);
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

  test('gets a bridge in user space when its profile has no datapath type', async () => {
    const { host, plug } = given();

    await plug(vhostUserVif({ portProfile: new VIFPortProfileOVSRepresentor({ interfaceId: VIF_ID }) }));

    expect((await host.ovsdb.view()).bridge('br-int')?.datapathType).toBe('netdev');
    expect((await portOf(host, `vhu${SHORT_ID}`)).qos).toBeUndefined();
  });

  test('loses its port at the unplug', async () => {
    const { host, plug, unplug } = given();
    await plug(vhostUserVif());

    await unplug(vhostUserVif());

    expect(await portsOf(host)).toEqual(['br-int']);
  });
});

describe('a bridge per port', () => {
  test('has the port, and a patch port on the bridge of the network that names the VIF', async () => {
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

  test('is removed together with its VIF and the TAP, and the bridge of the network stays', async () => {
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
