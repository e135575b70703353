/** Which VIFs the plugin takes, what it refuses, and what check finds, on the in-memory host. */

import { describe, expect, test } from 'vitest';
import { InstanceInfo } from '../../../src/objects/instance-info.ts';
import { VIFPortProfileFPBridge } from '../../../src/objects/port-profile.ts';
import { VIFDirect, VIFOpenVSwitch } from '../../../src/objects/vif.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { EXTERNAL_IDS, given, links, portsOf } from './memory-ovs.ts';
import { hybridVif, nativeVif, network, profile, TAP, tapVif, vhostUserVif } from './ovs-vifs.ts';

describe('the description of the plugin', () => {
  test('lists the VIFs that OpenStack passes to it, with their port profiles', () => {
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

describe('a plug is refused for', () => {
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

  test('a bridge of another datapath type, whose ports stay on their datapath', async () => {
    const { host, plug } = given();
    await host.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br-int', datapathType: 'system' }]);

    await expect(plug(tapVif())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_OVS_DATAPATH' },
      message: expect.stringContaining('bridge br-int has datapath type "system", the VIF asks for "netdev"'),
    });

    expect(await links(host)).toEqual([]);
    expect((await host.ovsdb.view()).bridge('br-int')?.datapathType).toBe('system');
  });

  test('a datapath type that this Open vSwitch does not support', async () => {
    const { host, plug } = given();

    await expect(
      plug(
        tapVif(undefined, { portProfile: profile({ datapathType: 'nonsense', createPort: true, createTap: true }) }),
      ),
    ).rejects.toThrow('this Open vSwitch has no datapath type "nonsense"; it has netdev, system');

    expect(await links(host)).toEqual([]);
  });

  test('a port of another VIF', async () => {
    const { host, plug, unplug } = given();
    const theirs = { 'iface-id': 'another' };
    await host.ovsdb.change(() => [
      { edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' },
      { edit: 'add-port', bridge: 'br-int', name: TAP, interface: { externalIds: theirs } },
    ]);

    await expect(plug(tapVif())).rejects.toThrow('belongs to another VIF (iface-id "another")');
    await unplug(nativeVif());

    expect((await host.ovsdb.view()).interface(TAP)?.externalIds).toEqual(theirs);
    expect(await links(host)).toEqual([]);
  });
});

describe('check', () => {
  test('lists the differences between the host and the wiring', async () => {
    const { host, plug, check } = given();
    await plug(tapVif());
    await host.ovsdb.change(() => [{ edit: 'set-interface', name: TAP, externalIds: { 'vm-uuid': 'another' } }]);

    expect(await check(tapVif())).toMatchObject([
      { type: 'differs', on: TAP, property: 'externalIds.vm-uuid', want: instance().uuid, have: 'another' },
    ]);
  });

  test('lists missing elements, and a plug creates them again', async () => {
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

  test('refuses an instance without a UUID, because the port must name it', async () => {
    const { plugin, host } = given();

    await expect(plugin.check(tapVif(), new InstanceInfo({ name: 'i' }), { host })).rejects.toMatchObject({
      code: 'ERR_OSVIF_UNSET_FIELD',
    });
  });
});
