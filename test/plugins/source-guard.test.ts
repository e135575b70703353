/** The options of plugins for source guards, on the in-memory host. */
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { FixedIP, FixedIPList } from '../../src/objects/fixed-ip.ts';
import { Network } from '../../src/objects/network.ts';
import { Subnet, SubnetList } from '../../src/objects/subnet.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import type { CheckNote } from '../../src/wiring/elements/verbs.ts';
import { bridgeVif, directVif, instance, tapVif, VIF_ID } from './vifs.ts';

const MAC = 'fa:16:3e:4a:5b:6c';

describe.each([
  ['TapPlugin', tapVif({ network: networkWith(['10.0.0.5', 'fd00::5']) }), 'tapdc065497-3c', 'ingress', undefined],
  [
    'LinuxBridgePlugin',
    bridgeVif({ network: networkWith(['10.0.0.5', 'fd00::5']) }),
    'tapdc065497-3c',
    'ingress',
    true,
  ],
  [
    'MacvtapPlugin',
    directVif({ devAddress: undefined, network: networkWith(['10.0.0.5', 'fd00::5']) }),
    'macvtap0',
    'egress',
    undefined,
  ],
] as const)('%s', (name, vif, device, hook, anyDevice) => {
  const plugins = { TapPlugin, LinuxBridgePlugin, MacvtapPlugin };
  const withOptions = async (options: ConstructorParameters<typeof TapPlugin>[0]) => {
    const host = new MemoryHost();
    host.links.addNic({ name: 'eth0', up: true });
    const open = (given = options) => OsVif.open({ host, plugins: [new plugins[name](given)] });
    return { host, osVif: await open(), open };
  };

  test('has no guard by default', async () => {
    const { host, osVif } = await withOptions({});
    await osVif.plug(vif, instance());
    expect(await host.guards.list()).toEqual([]);
  });

  test('guards the addresses of the VIF and the allowed addresses; an unplug removes the guard', async () => {
    const { host, osVif } = await withOptions({ sourceGuard: 'mac-and-ip', allowedAddresses: () => ['192.0.2.0/24'] });
    expect(await osVif.plan(vif, instance())).toContainEqual(
      expect.objectContaining({ element: `source-guard ${device}`, action: 'create' }),
    );
    await osVif.plug(vif, instance());
    expect(await host.guards.get(device)).toEqual({
      ...{ device, hook, mac: MAC, mode: 'mac-and-ip', owner: VIF_ID, drops: 0, bound: true, active: true },
      addresses: ['10.0.0.5', '192.0.2.0/24', 'fd00::5'],
      ...(anyDevice && { anyDevice }),
    });
    expect(await osVif.check(vif, instance())).toEqual([]);
    expect(await osVif.list()).toContainEqual({
      owner: VIF_ID,
      resources: expect.arrayContaining([{ kind: 'source-guard', name: device, mode: 'mac-and-ip', drops: 0 }]),
    });
    expect((await osVif.graph(vif, instance())).nodes).toContainEqual(
      expect.objectContaining({ name: `source guard of ${device}` }),
    );
    await osVif.unplug(vif, instance());
    expect(await host.guards.list()).toEqual([]);
  });

  test('asks a function for each VIF; an unplug with the option off removes an earlier guard', async () => {
    const { host, osVif, open } = await withOptions({ sourceGuard: ({ id }) => (id === VIF_ID ? 'mac' : 'off') });
    await osVif.plug(vif, instance());
    expect(await host.guards.list()).toMatchObject([{ device, mode: 'mac' }]);
    await (await open({ sourceGuard: 'off' })).unplug(vif, instance());
    expect(await host.guards.list()).toEqual([]);
  });

  test('refuses a value that is no mode, before any change', async () => {
    const { host, osVif } = await withOptions({ sourceGuard: (): 'mac' => JSON.parse('"ip"') });
    const before = await host.links.list();
    await expect(osVif.plug(vif, instance())).rejects.toThrow('sourceGuard returned "ip"');
    expect(await host.links.list()).toEqual(before);
  });
});

test('a VIF without IP addresses gets a guard of its MAC address, and a check says so', async () => {
  const host = new MemoryHost();
  await using osVif = await OsVif.open({ host, plugins: [new TapPlugin({ sourceGuard: 'mac-and-ip' })] });
  const [vif, notes] = [tapVif(), [] as CheckNote[]];
  await osVif.plug(vif, instance());
  expect(await host.guards.list()).toMatchObject([{ mode: 'mac' }]);

  expect(await osVif.check(vif, instance(), { onNote: (note) => notes.push(note) })).toEqual([]);
  const note = 'compares the MAC address only, because the VIF has no IP addresses';
  expect(notes).toEqual([{ vif: VIF_ID, element: 'source-guard tapdc065497-3c', note }]);
  const many = [{ vif, instance: instance() }];
  expect(await osVif.checkAll(many, { onNote: (each) => notes.push(each) })).toEqual([[]]);
  expect(notes).toHaveLength(2);
  expect(JSON.stringify(await osVif.graph(vif, instance()))).toContain('the VIF has no IP addresses');
});

test.each([
  ['a VIF with IP addresses', 'mac-and-ip', ['10.0.0.5']],
  ['a guard that the options limit to the MAC address', 'mac', []],
] as const)('a check has no note about %s', async (_, sourceGuard, addresses) => {
  await using osVif = await OsVif.open({ host: new MemoryHost(), plugins: [new TapPlugin({ sourceGuard })] });
  const notes: CheckNote[] = [];
  const vif = tapVif({ network: networkWith(addresses) });
  await osVif.check(vif, instance(), { onNote: (note) => notes.push(note) });
  expect(notes).toEqual([]);
});

test.each([
  ['mac-and-ip', ['10.0.0.5'], ['10.0.0.5', '10.0.0.9 00:00:5e:00:01:01', '192.0.2.1']],
  ['mac-and-ip', [], ['10.0.0.9 00:00:5e:00:01:01', '192.0.2.1']],
  ['mac', ['10.0.0.5'], ['10.0.0.9 00:00:5e:00:01:01']],
] as const)(
  'in mode %s with the fixed IPs %j, pairs of other MAC addresses are permitted',
  async (mode, fixed, found) => {
    const allowedAddresses = () => ['10.0.0.9 00:00:5E:00:01:01', `192.0.2.1 ${MAC.toUpperCase()}`];
    const host = new MemoryHost();
    await using osVif = await OsVif.open({ host, plugins: [new TapPlugin({ sourceGuard: mode, allowedAddresses })] });
    const vif = tapVif({ network: networkWith(fixed) });
    await osVif.plug(vif, instance());
    expect(await host.guards.get('tapdc065497-3c')).toMatchObject({ mode, addresses: found });
    expect(await osVif.check(vif, instance())).toEqual([]);
  },
);

test('a VIF whose only addresses are those of other MAC addresses gets a guard of its MAC address', async () => {
  const host = new MemoryHost();
  const allowedAddresses = () => ['10.0.0.9 00:00:5e:00:01:01'];
  const plugins = [new TapPlugin({ sourceGuard: 'mac-and-ip', allowedAddresses })];
  await using osVif = await OsVif.open({ host, plugins });
  await osVif.plug(tapVif(), instance());
  expect(await host.guards.get('tapdc065497-3c')).toMatchObject({ mode: 'mac', addresses: allowedAddresses() });
});

test('a VIF without a MAC address has no guard, and its plug fails', async () => {
  const plugins = [new TapPlugin({ sourceGuard: 'mac' })];
  await using osVif = await OsVif.open({ host: new MemoryHost(), plugins });
  const vif = tapVif({ address: undefined });
  await expect(osVif.plug(vif, instance())).rejects.toThrow('sourceGuard needs the MAC address');
  await osVif.unplug(vif, instance());
});

function networkWith(addresses: readonly string[]): Network {
  const ips = new FixedIPList({ objects: addresses.map((address) => new FixedIP({ address })) });
  const subnets = new SubnetList({ objects: [new Subnet({ ips })] });
  return new Network({
    id: VIF_ID,
    bridge: 'br0',
    bridgeInterface: 'eth0',
    shouldProvideBridge: true,
    mtu: 1450,
    subnets,
  });
}
