/** The MTU of devices that this library did not make, and the MTU 0, which means that none is set. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { Network } from '../../src/objects/network.ts';
import type { VIFBridge } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin, type LinuxBridgePluginOptions } from '../../src/plugins/linux-bridge-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { bridgeVif, directVif, instance, tapVif } from './vifs.ts';

describe('in memory', () => mtuSuite(async () => new MemoryHost()));
describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => mtuSuite(openLinux));

function mtuSuite(open: () => Promise<Host>): void {
  test.each<[string, number | undefined, LinuxBridgePluginOptions, { nic: number; bridge: number }]>([
    ['no MTU', undefined, {}, { nic: 9000, bridge: 9000 }],
    ['MTU 0', 0, {}, { nic: 9000, bridge: 9000 }],
    ['the MTU 1500', 1500, {}, { nic: 9000, bridge: 1500 }],
    ['a smaller MTU', 1450, {}, { nic: 9000, bridge: 1450 }],
    ['a larger MTU', 9100, {}, { nic: 9100, bridge: 9100 }],
    ['a smaller MTU as the default', undefined, { networkDeviceMtu: 1400 }, { nic: 9000, bridge: 1400 }],
  ])('a network with %s does not lower the MTU of its NIC', async (_, mtu, options, expected) => {
    const host = await open();
    await host.links.create({ kind: 'veth', name: 'eth0', mtu: 9000, peer: { name: 'far0', mtu: 9000 } });
    await using osVif = await OsVif.open({ host, plugins: [new LinuxBridgePlugin(options)] });
    const vif = flatVif(mtu);
    await osVif.plug(vif, instance());
    expect(await host.links.get('eth0')).toMatchObject({ mtu: expected.nic });
    expect(await host.links.get('brqb82c1929-05')).toMatchObject({ mtu: expected.bridge });
    expect(await osVif.check(vif, instance())).toEqual([]);
    await osVif.unplug(vif, instance());
    await osVif.collectGarbage([]);
    expect(await host.links.get('eth0')).toMatchObject({ mtu: expected.nic });
  });

  test('a NIC whose MTU is too small is a drift, and the plug raises it', async () => {
    const host = await open();
    await host.links.create({ kind: 'veth', name: 'eth0', mtu: 1400, peer: { name: 'far0' } });
    await using osVif = await OsVif.open({ host });
    expect(await osVif.check(flatVif(1450), instance())).toContainEqual(
      expect.objectContaining({ on: 'eth0', property: 'mtu', want: 1450, have: 1400 }),
    );
    await osVif.plug(flatVif(1450), instance());
    expect(await host.links.get('eth0')).toMatchObject({ mtu: 1450 });
  });

  test('a TAP of a network with MTU 0 has the default', async () => {
    const host = await open();
    await using osVif = await OsVif.open({ host });
    const vif = tapVif({ network: new Network({ mtu: 0 }) });
    await osVif.plug(vif, instance());
    expect(await host.links.get('tapdc065497-3c')).toMatchObject({ mtu: 1500 });
    expect(await osVif.check(vif, instance())).toEqual([]);
    await osVif.unplug(vif, instance());
    expect(await host.links.get('tapdc065497-3c')).toBeUndefined();
  });
}

test('a VLAN device of a network without an MTU has that of its NIC', async () => {
  const host = new MemoryHost();
  host.links.addNic({ name: 'eth0', mtu: 1400 });
  await using osVif = await OsVif.open({ host });
  const network = new Network({ shouldProvideBridge: true, shouldProvideVlan: true, vlan: 7, bridgeInterface: 'eth0' });
  await osVif.plug(bridgeVif({ network }), instance());
  expect(await host.links.get('vlan7')).toMatchObject({ mtu: 1400, up: true });
  expect(await osVif.check(bridgeVif({ network }), instance())).toEqual([]);
});

describe('an unplug does not fail by a value that it does not need:', () => {
  test.each([
    ['an MTU that no device has', tapVif({ network: new Network({ mtu: 70000 }) })],
    ['a VLAN network without a VLAN id', vlanVif(null)],
    ['a VLAN id that does not exist', vlanVif(4095)],
    ['a Linux bridge without a name', bridgeVif({ bridgeName: undefined })],
    ['a macvtap VIF without a mode', directVif({ mode: undefined })],
    ['a macvtap VIF with a VLAN and no VLAN device', directVif({ network: new Network({ vlan: 7 }) })],
    ['a macvtap VIF whose device is not known', directVif({ devAddress: undefined })],
  ])('%s', async (_, vif) => {
    await using osVif = await OsVif.open({ host: new MemoryHost() });
    await expect(osVif.plug(vif, instance())).rejects.toThrow();
    await osVif.unplug(vif, instance());
  });
});

test.each([null, undefined, 0])('a VLAN network with the VLAN id %s is refused with that value', async (vlan) => {
  await using osVif = await OsVif.open({ host: new MemoryHost() });
  await expect(osVif.plug(vlanVif(vlan), instance())).rejects.toThrow(
    `network.vlan is ${vlan === undefined ? 'not set' : vlan}, but the VIF needs a VLAN device`,
  );
});

function flatVif(mtu: number | undefined): VIFBridge {
  const network = new Network({
    bridge: 'brqb82c1929-05',
    shouldProvideBridge: true,
    bridgeInterface: 'eth0',
    ...(mtu !== undefined && { mtu }),
  });
  return bridgeVif({ network });
}

function vlanVif(vlan: number | null | undefined): VIFBridge {
  const network = new Network({
    shouldProvideBridge: true,
    shouldProvideVlan: true,
    bridgeInterface: 'eth0',
    ...(vlan !== undefined && { vlan }),
  });
  return bridgeVif({ network });
}

async function openLinux(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return host;
}
