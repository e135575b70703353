/** A plan on a host that lacks what the plug needs: the plan says that the plug fails, and why. */
import { expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import { Network } from '../../src/objects/network.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { bridgeVif, directVif, instance } from './vifs.ts';

const network = new Network({
  vlan: 7,
  bridgeInterface: 'eth0',
  shouldProvideBridge: true,
  shouldProvideVlan: true,
});

test.each<[string, VIFBase, string]>([
  ['the NIC of a VLAN device', directVif({ devAddress: undefined, vlanName: 'eth0.7', network }), 'vlan eth0.7'],
  [
    'the NIC of a macvtap device',
    directVif({ devAddress: undefined, network: new Network({ bridgeInterface: 'eth0' }) }),
    'macvtap macvtap0',
  ],
  ['the NIC of a VLAN network', bridgeVif({ network }), 'vlan vlan7'],
])('without %s', async (_, vif, element) => {
  const host = new MemoryHost();
  await using osVif = await OsVif.open({ host });
  const reason = `${element} needs the device eth0, which does not exist`;
  const refusals = (await osVif.plan(vif, instance())).filter(({ action }) => action === 'refuse');
  expect(refusals).toEqual([{ element, on: 'eth0', action: 'refuse', reason }]);
  await expect(osVif.plug(vif, instance())).rejects.toThrow(reason);
  host.links.addNic({ name: 'eth0' });
  expect((await osVif.plan(vif, instance())).filter(({ action }) => action === 'refuse')).toEqual([]);
  await osVif.plug(vif, instance());
  expect(await osVif.plan(vif, instance())).toEqual([]);
});
