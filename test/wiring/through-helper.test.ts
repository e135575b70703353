/** The rules of ownership, with a helper that serves the host with its own policy. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { adopt } from '../../src/wiring/adopt.ts';
import { apply } from '../../src/wiring/apply.ts';
import { check } from '../../src/wiring/check.ts';
import { remove } from '../../src/wiring/remove.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { remoteOf } from '../host/remote/helper-host.ts';
import { snapshot } from './cases.ts';

const VLAN: Wiring = [{ kind: 'vlan', name: 'eth0.7', id: 7, lower: 'eth0', shared: true }];
const MACVTAP: Wiring = [{ kind: 'macvtap', name: 'mvt0', lower: 'eth0', mode: 'bridge', lowerUp: true }];

const BRIDGE: Wiring = [{ kind: 'bridge', name: 'br0' }];

/** A host whose NIC eth0 is down, and the same host by way of a helper. */
async function given(devices: readonly string[] = ['eth0']) {
  const host = new MemoryHost();
  const eth0 = host.links.addNic({ name: 'eth0', up: false, virtualFunctions: 1 });
  host.pci.add('0000:03:00.0', { interfaces: ['eth0'] });
  host.pci.add('0000:03:10.0', { interfaces: [], physicalFunction: { address: '0000:03:00.0', number: 0 } });
  return { host, eth0, remote: await remoteOf(host, { devices }) };
}

const owned = (host: Host, owner = 'vif-1') => ({ host, owner });

test.each([
  ['a VLAN device', VLAN],
  ['a macvtap device', MACVTAP],
])('%s on a NIC that is down sets the NIC up, if the helper may', async (_, wiring) => {
  const { host, remote } = await given();
  await apply(wiring, owned(remote));
  expect(await host.links.get('eth0')).toMatchObject({ up: true });
  expect(await check(wiring, owned(remote))).toEqual([]);
});

test.each<[string, Wiring]>([
  ['a VLAN device', VLAN],
  ['a macvtap device', MACVTAP],
  ['a port', [...BRIDGE, { kind: 'port', name: 'eth0', bridge: 'br0', mtu: 9000 }]],
  ['a virtual function', [{ kind: 'virtual-function', name: '0000:03:10.0', vlan: 5, spoofCheck: false }]],
  ['a change of the MTU', [...BRIDGE, { kind: 'existing-link', name: 'eth0', mtu: 1400 }]],
])('%s of a NIC that the helper may not use is refused, and nothing is left', async (_, wiring) => {
  const { host, remote } = await given([]);
  const before = await snapshot(host);
  await expect(apply(wiring, owned(remote))).rejects.toMatchObject({ left: [], cause: { message: /eth0/ } });
  expect(await snapshot(host)).toEqual(before);
});

test('a VLAN device with another id is a conflict, and plug fails with the same reason', async () => {
  const { host, eth0, remote } = await given();
  await host.links.create({ kind: 'vlan', name: 'eth0.7', lower: eth0, vlan: { id: 8, protocol: '802.1ad' } });
  const conflict = (await check(VLAN, owned(remote))).find((drift) => drift.type === 'conflict');
  expect(conflict?.reason).toContain('another VLAN id (found 8, expected 7) and another VLAN protocol');
  await expect(apply(VLAN, owned(remote))).rejects.toThrow(conflict?.reason);
});

test('a late unplug leaves the device of another VIF', async () => {
  const { host, remote } = await given();
  await apply(MACVTAP, owned(remote));
  await remove(MACVTAP, owned(remote));
  await apply(MACVTAP, owned(remote, 'vif-2'));
  const before = await snapshot(host);
  for (let i = 0; i < 2; i++) await remove(MACVTAP, owned(remote));
  expect(await snapshot(host)).toEqual(before);
});

const FUNCTION: Wiring = [{ kind: 'virtual-function', name: '0000:03:10.0', vlan: 5, mac: 'fa:16:3e:00:00:01' }];

test('a virtual function has an owner by way of the helper too, and the unplug restores it', async () => {
  const { host, eth0, remote } = await given();
  const before = [await host.links.get('eth0'), await host.links.virtualFunctions(eth0)];
  await apply(FUNCTION, owned(remote));
  expect(await check(FUNCTION, owned(remote))).toEqual([]);
  expect(await check(FUNCTION, owned(remote, 'vif-2'))).toMatchObject([{ type: 'conflict' }]);
  await expect(apply(FUNCTION, owned(remote, 'vif-2'))).rejects.toThrow('it belongs to VIF vif-1');
  await remove(FUNCTION, owned(remote, 'vif-2'));
  expect(await check(FUNCTION, owned(remote))).toEqual([]);
  await remove(FUNCTION, owned(remote));
  expect([await host.links.get('eth0'), await host.links.virtualFunctions(eth0)]).toEqual(before);
});

test.each(['enp3s0', 'os-vif', 'os-vif.other.1', `os-vif.nic.1.${'x'.repeat(127)}`, 'os-vif.vf.1/2'])(
  'a client cannot give a device the name "%s"',
  async (name) => {
    const { host, eth0, remote } = await given();
    await host.links.addAlternativeName(eth0, 'of-others');
    const before = await host.links.get('eth0');
    await expect(remote.links.addAlternativeName(eth0, name)).rejects.toMatchObject({
      code: 'ERR_OSVIF_HELPER_PROTOCOL',
    });
    await expect(remote.links.removeAlternativeName(eth0, 'of-others')).rejects.toMatchObject({
      code: 'ERR_OSVIF_HELPER_PROTOCOL',
    });
    expect(await host.links.get('eth0')).toEqual(before);
  },
);

test('the helper adopts no device: a client would get devices of others that way', async () => {
  const { host, remote } = await given();
  await host.links.create({ kind: 'tap', name: 'tap0' });
  const before = await snapshot(host);
  const wiring: Wiring = [{ kind: 'tap', name: 'tap0' }];
  expect((await adopt(wiring, owned(remote), { dryRun: true })).adopted).toMatchObject([{ on: 'tap0' }]);
  await expect(adopt(wiring, owned(remote))).rejects.toMatchObject({ code: 'ERR_OSVIF_HELPER_REFUSAL' });
  expect(await snapshot(host)).toEqual(before);
});
