/** VIFs on representors with the kernel's own port names and switch ids. */

import { expect, test } from 'vitest';
import { profile, vifId } from '../../plugins/ovs/ovs-vifs.ts';
import { instance } from '../../plugins/vifs.ts';
import { openEmbeddedSwitch, plugFunction } from './embedded-switch.ts';

test('each virtual function gets its representor as a port, and the unplug takes the port away', async () => {
  const nic = await openEmbeddedSwitch();
  for (const number of [3, 0, 1]) {
    await plugFunction(nic, number);
    expect(nic.ports()).toContain(`pf0vf${number}`);
    expect(nic.isUp(`pf0vf${number}`)).toBe(true);
    expect(await nic.osVif.check(nic.vif(number), instance())).toEqual([]);
  }
  expect(nic.ports().sort()).toEqual(['pf0vf0', 'pf0vf1', 'pf0vf3']);
  for (const number of [0, 1, 3]) await nic.osVif.unplug(nic.vif(number), instance());
  expect(nic.rows()).toEqual([]);
});

test('in legacy mode a plug is refused, and the error names switchdev mode', async () => {
  const nic = await openEmbeddedSwitch();
  await nic.setMode('legacy');
  await expect(nic.osVif.plug(nic.vif(1), instance())).rejects.toMatchObject({ message: /switchdev/ });
  expect(nic.rows()).toEqual([]);
});

test('a plug works again after the way to legacy mode and back', async () => {
  const nic = await openEmbeddedSwitch();
  await plugFunction(nic, 1);
  await nic.osVif.unplug(nic.vif(1), instance());
  await nic.setMode('legacy');
  await nic.setMode('switchdev');
  await plugFunction(nic, 1);
  expect(nic.ports()).toEqual(['pf0vf1']);
});

test('check of a VIF whose NIC went to legacy mode does not say that all is well', async () => {
  const nic = await openEmbeddedSwitch();
  await plugFunction(nic, 1);
  await nic.setMode('legacy');
  const drifts = await nic.osVif.check(nic.vif(1), instance()).catch((error: unknown) => [error]);
  expect(drifts).not.toEqual([]);
});

test('a collection removes the port of a VIF that is gone, also in legacy mode', async () => {
  const nic = await openEmbeddedSwitch();
  await plugFunction(nic, 1);
  await nic.setMode('legacy');
  await nic.osVif.collectGarbage([]);
  expect(nic.rows()).toEqual([]);
});

test('kvm-K4: an unplug after the NIC went to legacy mode removes the port', async () => {
  const nic = await openEmbeddedSwitch();
  await plugFunction(nic, 1);
  await nic.setMode('legacy');
  await nic.osVif.unplug(nic.vif(1), instance());
  expect(nic.rows()).toEqual([]);
});

test('bug-D10: an unplug after the virtual functions went away removes the port', async () => {
  const nic = await openEmbeddedSwitch();
  await plugFunction(nic, 1);
  await nic.setFunctions(0);
  await nic.osVif.unplug(nic.vif(1), instance());
  expect(nic.rows()).toEqual([]);
});

test('a VIF that stayed plugged over a change of modes has its new representor as its only port', async () => {
  const nic = await openEmbeddedSwitch();
  await plugFunction(nic, 1);
  await nic.setMode('legacy');
  await nic.setMode('switchdev');
  await plugFunction(nic, 1);
  expect(nic.ports()).toEqual(['pf0vf1']);
});

test('devlink tells uplink and representors apart', async () => {
  const nic = await openEmbeddedSwitch();
  expect(await nic.roleOf('p1')).toMatchObject({ flavour: 'uplink' });
  for (const number of [0, 3])
    expect(await nic.roleOf(`pf0vf${number}`)).toEqual({
      flavour: 'virtual-function',
      physicalFunction: 0,
      virtualFunction: number,
    });
});

test.each([
  [0, 1],
  [1, 0],
])('bug-D4: representors that swapped names converge when VIF %s is plugged first', async (first, second) => {
  const nic = await openEmbeddedSwitch();
  for (const number of [0, 1]) await plugFunction(nic, number);
  await nic.rebootWithSwappedNames('pf0vf0', 'pf0vf1');
  await plugFunction(nic, first);
  await plugFunction(nic, second);
  expect(nic.ports().sort()).toEqual(['pf0vf0', 'pf0vf1']);
  for (const number of [0, 1]) {
    expect(nic.isUp(`pf0vf${number}`)).toBe(true);
    expect(await nic.osVif.check(nic.vif(number), instance())).toEqual([]);
  }
  for (const number of [0, 1]) await nic.osVif.unplug(nic.vif(number), instance());
  expect(nic.rows()).toEqual([]);
});

test('bug-D2: a late unplug leaves the representor up for the VIF that has the function by now', async () => {
  const nic = await openEmbeddedSwitch();
  await plugFunction(nic, 1);
  await nic.osVif.unplug(nic.vif(1), instance());
  const other = nic.vif(1);
  other.id = vifId(7);
  other.portProfile = profile({ interfaceId: vifId(7), datapathType: 'system' });
  await nic.osVif.plug(other, instance());
  await nic.osVif.unplug(nic.vif(1), instance());
  expect(nic.isUp('pf0vf1')).toBe(true);
  expect(nic.ports()).toEqual(['pf0vf1']);
});
