/** VIFs that are plugged into Open vSwitch directly, on the in-memory host. */

import { describe, expect, test } from 'vitest';
import { Network } from '../../../src/objects/network.ts';
import { VIFPortProfileOpenVSwitch } from '../../../src/objects/port-profile.ts';
import { VIF_ID } from '../vifs.ts';
import { EXTERNAL_IDS, given, links, portsOf } from './memory-ovs.ts';
import { nativeVif, network, profile, TAP, tapVif } from './ovs-vifs.ts';

describe('a native VIF', () => {
  test('gets only its bridge and needs no address, because the hypervisor adds the port', async () => {
    const { host, plug } = given();

    await plug(nativeVif({ address: null }));

    expect(await portsOf(host)).toEqual(['br-int']);
    expect(await links(host)).toEqual([]);
  });

  test('whose port a hypervisor left behind loses the port at the unplug, and the bridge stays', async () => {
    const { host, plug, unplug } = given();
    await plug(nativeVif());
    await host.ovsdb.change(() => [
      { edit: 'add-port', bridge: 'br-int', name: TAP, interface: { externalIds: { 'iface-id': VIF_ID } } },
    ]);

    await unplug(nativeVif({ address: null }));

    expect(await portsOf(host)).toEqual(['br-int']);
  });

  test('with createPort gets a port whose interface names the VIF', async () => {
    const { host, plug } = given();

    await plug(nativeVif({ portProfile: profile({ createPort: true }) }));

    expect((await host.ovsdb.view()).interface(TAP)).toMatchObject({ type: '', externalIds: EXTERNAL_IDS });
    expect(await links(host)).toEqual([]);
  });

  test('with createPort sets the MTU of its network on a device that the hypervisor created meanwhile', async () => {
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

  test('whose profile has no datapath type gets a bridge on the kernel datapath, or uses the existing bridge', async () => {
    const open = tapVif(undefined, { portProfile: profile({ datapathType: null, createPort: true, createTap: true }) });
    const fresh = given();
    const used = given();
    await used.host.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' }]);

    await fresh.plug(open);
    await used.plug(open);

    expect((await fresh.host.ovsdb.view()).bridge('br-int')?.datapathType).toBe('system');
    expect((await used.host.ovsdb.view()).bridge('br-int')?.datapathType).toBe('netdev');
  });

  test('of an old profile without the newer fields gets no port', async () => {
    const { host, plug } = given();

    await plug(nativeVif({ portProfile: new VIFPortProfileOpenVSwitch({ interfaceId: VIF_ID }) }));

    expect(await portsOf(host)).toEqual(['br-int']);
  });

  test('whose TAP belongs to the kernel datapath has no drift', async () => {
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

  test('loses its TAP and port at the unplug, and a second unplug succeeds', async () => {
    const { host, plug, unplug } = given();
    await plug(tapVif());

    await unplug(tapVif());
    await unplug(tapVif());

    expect(await links(host)).toEqual([]);
    expect(await portsOf(host)).toEqual(['br-int']);
  });
});
