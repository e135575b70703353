/** Virtual functions of a real driver: what a plug sets, finds again, mends and clears. */

import { expect, test } from 'vitest';
import { instance } from '../../plugins/vifs.ts';
import {
  bareFunctionVif,
  functionVif,
  ip,
  macOf,
  macOfDevice,
  openSriovHost,
  type PhysicalFunction,
} from './functions.ts';

test('a plug sets MAC address and VLAN of the function, and the unplug clears them', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  const vif = functionVif(1, pf.address(1));
  await osVif.plug(vif, instance());
  expect(settingsOf(pf, 1)).toMatchObject({ mac: macOf(1), vlan: 7 });
  expect(await osVif.check(vif, instance())).toEqual([]);
  await osVif.plug(vif, instance());
  expect(settingsOf(pf, 1)).toMatchObject({ mac: macOf(1), vlan: 7 });
  await osVif.unplug(vif, instance());
  expect(settingsOf(pf, 1)).toMatchObject({ mac: '00:00:00:00:00:00', vlan: 0 });
});

test('a function goes from guest to guest, with the device of the first one still up', async () => {
  const {
    osVif,
    host,
    physical: [pf],
  } = await openSriovHost();
  const device = pf.device(1);
  for (const n of [1, 2, 3]) {
    const vif = functionVif(n, pf.address(1), { vlan: 10 + n });
    await osVif.plug(vif, instance());
    expect(settingsOf(pf, 1)).toMatchObject({ mac: macOf(n), vlan: 10 + n });
    expect([macOfDevice(device), macOfDevice(`mvt${n}`)]).toEqual([macOf(n), macOf(n)]);
    expect(await host.links.get(device)).toMatchObject({ up: true });
    expect(await osVif.check(vif, instance())).toEqual([]);
    await osVif.unplug(vif, instance());
  }
});

test('a function whose device was set down by hand after the first guest goes to the next one', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  await osVif.plug(functionVif(1, pf.address(1)), instance());
  await osVif.unplug(functionVif(1, pf.address(1)), instance());
  ip(`link set ${pf.device(1)} down`);
  await osVif.plug(functionVif(2, pf.address(1)), instance());
  expect(macOfDevice(pf.device(1))).toBe(macOf(2));
});

test('drift of MAC address and VLAN is found and mended', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  const vif = bareFunctionVif(2, pf.address(2));
  await osVif.plug(vif, instance());
  ip(`link set ${pf.name} vf 2 vlan 9 mac fa:16:3e:99:99:99`);
  const drifts = await osVif.check(vif, instance());
  expect(drifts).toEqual([
    expect.objectContaining({ property: 'mac', want: macOf(2), have: 'fa:16:3e:99:99:99' }),
    expect.objectContaining({ property: 'vlan', want: 7, have: 9 }),
  ]);
  await osVif.plug(vif, instance());
  expect(await osVif.check(vif, instance())).toEqual([]);
});

test('a function without a driver, as for vfio-pci, is plugged and unplugged', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  pf.unbind(3);
  const vif = bareFunctionVif(3, pf.address(3));
  await osVif.plug(vif, instance());
  expect(settingsOf(pf, 3)).toMatchObject({ mac: macOf(3), vlan: 7 });
  expect(await osVif.check(vif, instance())).toEqual([]);
  await osVif.unplug(vif, instance());
  expect(settingsOf(pf, 3)).toMatchObject({ mac: '00:00:00:00:00:00', vlan: 0 });
});

test('a macvtap on a function without a driver is refused with the PCI address', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  pf.unbind(3);
  await expect(osVif.plug(functionVif(3, pf.address(3)), instance())).rejects.toMatchObject({
    message: expect.stringContaining(pf.address(3)),
    left: [],
  });
});

test('a failed plug puts MAC address and VLAN back', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  ip('link add mvt8 type dummy');
  ip(`link set ${pf.name} vf 1 vlan 55 mac fa:16:3e:55:55:55`);
  const plugged = osVif.plug(functionVif(8, pf.address(1)), instance());
  await expect(plugged).rejects.toMatchObject({ left: [] });
  ip('link delete mvt8');
  expect(settingsOf(pf, 1)).toMatchObject({ mac: 'fa:16:3e:55:55:55', vlan: 55 });
});

test('functions that are taken away while they are plugged can be unplugged', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  const vifs = [functionVif(1, pf.address(1)), bareFunctionVif(2, pf.address(2))];
  for (const vif of vifs) await osVif.plug(vif, instance());
  await pf.setCount(0);
  for (const vif of vifs) await osVif.unplug(vif, instance());
});

test('functions of two physical functions with the same numbers are told apart', async () => {
  const {
    osVif,
    physical: [first, second],
  } = await openSriovHost();
  await second.setCount(1);
  await osVif.plug(bareFunctionVif(1, first.address(0), 11), instance());
  await osVif.plug(bareFunctionVif(2, second.address(0), 12), instance());
  expect(settingsOf(first, 0)).toMatchObject({ mac: macOf(1), vlan: 11 });
  expect(settingsOf(second, 0)).toMatchObject({ mac: macOf(2), vlan: 12 });
  await osVif.unplug(bareFunctionVif(1, first.address(0), 11), instance());
  expect(settingsOf(first, 0)).toMatchObject({ mac: '00:00:00:00:00:00', vlan: 0 });
  expect(settingsOf(second, 0)).toMatchObject({ mac: macOf(2), vlan: 12 });
});

test('a physical function that is down still gives its functions their settings', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  ip(`link set ${pf.name} down`);
  await osVif.plug(bareFunctionVif(1, pf.address(1)), instance());
  expect(settingsOf(pf, 1)).toMatchObject({ mac: macOf(1), vlan: 7 });
});

test('a function that a program of the host has renamed is found by its PCI address', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  ip(`link set ${pf.device(1)} name renamed1`);
  await osVif.plug(functionVif(1, pf.address(1)), instance());
  expect(macOfDevice('renamed1')).toBe(macOf(1));
  expect(await osVif.check(functionVif(1, pf.address(1)), instance())).toEqual([]);
});

test('bug-D1: a late unplug leaves a function alone that another guest has by now', async () => {
  const {
    osVif,
    physical: [pf],
  } = await openSriovHost();
  await osVif.plug(bareFunctionVif(1, pf.address(1), 101), instance());
  await osVif.plug(bareFunctionVif(2, pf.address(1), 102), instance()).catch(() => undefined);
  ip(`link set ${pf.name} vf 1 vlan 102 mac ${macOf(2)}`);
  await osVif.unplug(bareFunctionVif(1, pf.address(1), 101), instance()).catch(() => undefined);
  expect(settingsOf(pf, 1)).toMatchObject({ mac: macOf(2), vlan: 102 });
});

interface Settings {
  readonly mac: string | undefined;
  readonly vlan: number;
}

/** As iproute2 tells them. */
function settingsOf(pf: PhysicalFunction, number: number): Settings {
  const text = pf.state(number);
  return { mac: /link\/ether (\S+)/.exec(text)?.[1], vlan: Number(/vlan (\d+)/.exec(text)?.[1] ?? 0) };
}
