/** The mode of the switch in an SR-IOV NIC, on a host in memory. */
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { MacvtapPlugin } from '../../../src/plugins/macvtap-plugin.ts';
import { apply } from '../../../src/wiring/apply.ts';
import { check } from '../../../src/wiring/check.ts';
import type { EmbeddedSwitchElement } from '../../../src/wiring/elements/embedded-switch.ts';
import { remove } from '../../../src/wiring/remove.ts';
import type { Element } from '../../../src/wiring/wiring.ts';
import { directVif, instance } from '../../plugins/vifs.ts';

const PF = '0000:03:00.0';
const VF = '0000:03:10.1';
/** No such device: the plug fails here. */
const FAILS: Element = { kind: 'existing-link', name: 'missing0' };

describe.each<[string, EmbeddedSwitchElement['device']]>([
  ['by its name', 'eth0'],
  ['by the address of its function', { pciAddress: PF }],
  ['by the address of a virtual function', { pciAddress: VF }],
])('the switch of a NIC that is named %s', (_, device) => {
  const element = elementFor(device);

  test('gets the mode, is compared, and keeps the mode after an unplug', async () => {
    const { context, mode } = given();
    expect(await check([element], context)).toMatchObject([
      { type: 'differs', on: 'eth0', property: 'mode', want: 'vepa', have: 'veb' },
    ]);
    await apply([element], context);
    expect([await mode(), await check([element], context)]).toEqual(['vepa', []]);
    await remove([element], context);
    expect(await mode()).toBe('vepa');
  });

  test('keeps the mode after a plug that fails later, because another guest may use it', async () => {
    const { context, mode } = given();
    await expect(apply([element, FAILS], context)).rejects.toThrow('missing0');
    expect(await mode()).toBe('vepa');
  });
});

test('a NIC without such a switch is refused before any change, and is a conflict', async () => {
  const { context, host } = given();
  const wiring: Element[] = [{ kind: 'tap', name: 'tap0' }, elementFor('eth1')];
  await expect(apply(wiring, context)).rejects.toThrow('the driver of eth1 reports no embedded switch');
  expect(await host.links.get('tap0')).toBeUndefined();
  expect(await check([elementFor('eth1')], context)).toMatchObject([{ type: 'conflict', on: 'eth1' }]);
});

test('a missing NIC is missing', async () => {
  const { context } = given();
  expect(await check([elementFor('eth9')], context)).toMatchObject([{ type: 'missing', on: 'eth9' }]);
  await expect(apply([elementFor('eth9')], context)).rejects.toThrow('eth9');
});

test('another mode is refused', async () => {
  const { context } = given();
  const wrong = { ...elementFor('eth0'), mode: JSON.parse('"pepa"') };
  await expect(apply([wrong], context)).rejects.toThrow('none of');
});

test('the option of MacvtapPlugin sets the mode below the guest', async () => {
  const { context, host, mode } = given();
  const plugin = new MacvtapPlugin({ embeddedSwitchMode: 'vepa' });
  const vif = directVif({ devAddress: PF, mode: 'vepa' });
  await plugin.plug(vif, instance(), context);
  expect([await mode(), await plugin.check(vif, instance(), context)]).toEqual(['vepa', []]);
  await plugin.unplug(vif, instance(), context);
  expect([await mode(), await host.links.get('macvtap0')]).toEqual(['vepa', undefined]);
});

function elementFor(device: EmbeddedSwitchElement['device']): EmbeddedSwitchElement {
  const name = typeof device === 'string' ? device : device.pciAddress;
  return { kind: 'embedded-switch', name, device, mode: 'vepa', shared: true };
}

/** eth0 has virtual functions and a switch, and eth1 has none. */
function given() {
  const host = new MemoryHost();
  const index = host.links.addNic({ name: 'eth0', up: true, virtualFunctions: 2 });
  host.links.addNic({ name: 'eth1' });
  host.links.addNic({ name: 'vf1' });
  host.pci.add(PF, { interfaces: ['eth0'] });
  host.pci.add(VF, { interfaces: ['vf1'], physicalFunction: { address: PF, number: 1 } });
  return { host, context: { host, owner: 'vif-1' }, mode: () => host.links.embeddedSwitchMode(index) };
}
