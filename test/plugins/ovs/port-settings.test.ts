/** The QoS, the VLAN and the trunk bridge of a new port, on the in-memory host. */

import { describe, expect, test } from 'vitest';
import { qosIdOf } from '../../../src/wiring/ovs/qos-id.ts';
import { VIF_ID } from '../vifs.ts';
import { EXTERNAL_IDS, given, portOf } from './memory-ovs.ts';
import { hybridVif, nativeVif, network, profile, TAP, tapVif, vhostUserVif } from './ovs-vifs.ts';

describe('the QoS type of new ports', () => {
  const system = profile({ datapathType: 'system', createPort: true, createTap: true });

  test('is set on the kernel datapath, in a row that has the name of the port', async () => {
    const { host, plug } = given({ defaultQosType: 'linux-htb' });

    await plug(tapVif(undefined, { portProfile: system }));

    const view = await host.ovsdb.view();
    expect(view.qos((await portOf(host, TAP)).qos ?? '')).toMatchObject({
      type: 'linux-htb',
      externalIds: { id: qosIdOf(TAP), _type: 'linux-htb' },
    });
  });

  test('is not set on the userspace datapath', async () => {
    const { host, plug } = given();

    await plug(tapVif());

    expect((await portOf(host, TAP)).qos).toBeUndefined();
  });

  test('of an existing port is not changed, and a second plug adds no second row', async () => {
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

  test('is removed together with the port', async () => {
    const { host, plug, unplug } = given();
    await plug(tapVif(undefined, { portProfile: system }));

    await unplug(tapVif(undefined, { portProfile: system }));

    expect([...(await host.ovsdb.view()).allQos()]).toEqual([]);
  });

  test('replaces a row that an earlier port left behind', async () => {
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

  test('does not change an existing port, because the agent has set its VLAN', async () => {
    const { host, plug, check } = given({ isolateVif: true });
    await plug(tapVif());
    await host.ovsdb.change(() => [{ edit: 'set-port', name: TAP, tag: 7 }]);

    await plug(tapVif());

    expect((await portOf(host, TAP)).tag).toBe(7);
    expect(await check(tapVif())).toEqual([]);
  });

  test('does not isolate ports of a trunk bridge', async () => {
    const { host, plug } = given({ isolateVif: true });

    await plug(tapVif(undefined, { network: network({ bridge: 'tbr-1a2b3c4d-5' }) }));

    expect(await portOf(host, TAP)).toMatchObject(OPEN);
  });

  test('of a bridge per port is set on its patch port on the bridge of the network, which the agent manages', async () => {
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
  ])('is removed together with its %s VIF, and the bridges of other owners stay', async (_, vif) => {
    const { host, plug, unplug } = given();
    await plug(vif);
    await plug(tapVif(1));

    await unplug(vif);

    expect([...(await host.ovsdb.view()).bridges()].map(({ name }) => name)).toEqual(['br-int']);
  });
});
