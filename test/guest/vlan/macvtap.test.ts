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

test('a device eth0.7 that has the VLAN id 8 is refused', async () => {
  const machine = await openMachine();
  machine.ip('link add link eth0 name eth0.7 type vlan id 8');
  const vif = macvtapVif(1, 'bridge');
  await expect(machine.osVif.plug(vif, instance())).rejects.toThrow('another VLAN id (found 8, expected 7)');
  expect(await machine.osVif.check(vif, instance())).toContainEqual(
    expect.objectContaining({ type: 'conflict', on: 'eth0.7' }),
  );
});

test('the right VLAN device of an administrator is set up if it is down', async () => {
  const machine = await openMachine();
  machine.ip('link add link eth0 name eth0.7 type vlan id 7');
  const vif = macvtapVif(1, 'bridge');
  expect(await machine.osVif.check(vif, instance())).toContainEqual(
    expect.objectContaining({ on: 'eth0.7', property: 'up', want: true, have: false }),
  );
  await machine.osVif.plug(vif, instance());
  expect(await machine.osVif.check(vif, instance())).toEqual([]);
  expect(await machine.host.links.get('eth0.7')).toMatchObject({ up: true, alias: '' });
});

test('a macvtap in mode passthrough stands on the VLAN device', async () => {
  const machine = await openMachine();
  const vif = macvtapVif(1, 'passthrough');
  await machine.osVif.plug(vif, instance());
  expect(vlanOf(machine, 'eth0.7')).toEqual({ id: 7, protocol: '802.1Q', lower: 'eth0' });
  expect(vlanOf(machine, 'mvt1')).toMatchObject({ lower: 'eth0.7' });
  expect(await machine.osVif.check(vif, instance())).toEqual([]);
});
