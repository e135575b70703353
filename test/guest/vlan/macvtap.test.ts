/** VIFs of the plugin macvtap on a VLAN device. */

import { expect, test } from 'vitest';
import { attachMacvtap, untilCarried } from '../../host/frames.ts';
import { instance } from '../../plugins/vifs.ts';
import { ipBatch, openMachine, vlanOf } from '../machine.ts';
import { macOf, macvtapVif } from './vlan-vifs.ts';

test.each(['bridge', 'vepa'] as const)('a macvtap in mode %s stands on the VLAN device', async (mode) => {
  const machine = await openMachine();
  const vif = macvtapVif(1, mode);
  await machine.osVif.plug(vif, instance());
  expect(vlanOf(machine, 'eth0.7')).toEqual({ id: 7, protocol: '802.1Q', lower: 'eth0' });
  expect(vlanOf(machine, 'mvt1')).toMatchObject({ lower: 'eth0.7' });
  expect(await machine.osVif.check(vif, instance())).toEqual([]);
  await machine.osVif.unplug(vif, instance());
  expect(await machine.host.links.get('mvt1')).toBeUndefined();
});

test('frames of the guest leave with the tag of its VLAN, and those of the VLAN alone arrive', async () => {
  const machine = await openMachine();
  await machine.osVif.plug(macvtapVif(1, 'bridge'), instance());
  ipBatch(
    machine.neighbour,
    [7, 8].flatMap((id) => [
      `link add link far0 name far0.${id} type vlan id ${id}`,
      `link add link far0.${id} name station${id} type macvtap mode bridge`,
      `link set far0.${id} up`,
      `link set station${id} up`,
    ]),
  );
  const guest = await attachMacvtap(machine.netns, 'mvt1');
  const station = await attachMacvtap(machine.neighbour, 'station7');
  const stranger = await attachMacvtap(machine.neighbour, 'station8');
  await untilCarried(guest, macOf(1), station);
  expect(await stranger.receives('is it up')).toBe(false);
  stranger.send(macOf(8), macOf(1), 'from another VLAN');
  expect(await guest.receives('from another VLAN')).toBe(false);
  await untilCarried(station, macOf(7), guest);
});

test.fails('kvm-K1: a device eth0.7 that has the VLAN id 8 is refused', async () => {
  const machine = await openMachine();
  machine.ip('link add link eth0 name eth0.7 type vlan id 8');
  await expect(machine.osVif.plug(macvtapVif(1, 'bridge'), instance())).rejects.toThrow();
});

test.fails('kvm-K2: a macvtap in mode passthrough stands on the VLAN device, or the plug is refused', async () => {
  const machine = await openMachine();
  const plugged = await machine.osVif.plug(macvtapVif(1, 'passthrough'), instance()).then(
    () => true,
    () => false,
  );
  if (plugged) expect(vlanOf(machine, 'mvt1')).toMatchObject({ lower: 'eth0.7' });
});
