/** Whose a representor is: after a late unplug, after its function is gone, and after the kernel named it anew. */

import { expect, test } from 'vitest';
import { functionVif, onBothNics, VFS } from './switchdev-nic.ts';

onBothNics((open) => {
  test('a late unplug leaves the representor to the VIF that has it by now, and resolves', async () => {
    const nic = await open();
    await nic.name('rep0');
    const [first, second] = [functionVif(1, 0), functionVif(2, 0)];
    await nic.plug(first);
    await nic.unplug(first);
    expect(await nic.isUp('rep0')).toBe(false);
    await nic.plug(second);

    await nic.unplug(first);

    expect(await nic.isUp('rep0')).toBe(true);
    expect(await nic.check(second)).toEqual([]);
    expect([await nic.ports(), await nic.qos()]).toEqual([['rep0@br-int'], ['linux-noop']]);
  });

  test('an unplug leaves a representor up that an operator uses without Open vSwitch', async () => {
    const nic = await open();
    await nic.name('rep0');
    await nic.plug(functionVif(1, 0));
    await nic.unplug(functionVif(1, 0));
    const { index } = (await nic.host.links.get('rep0')) ?? { index: 0 };
    await nic.host.links.change(index, { up: true });

    await nic.unplug(functionVif(1, 0));

    expect(await nic.isUp('rep0')).toBe(true);
  });

  test('a virtual function that another VIF has is a conflict, and nothing of it is changed', async () => {
    const nic = await open();
    await nic.name('rep0');
    await nic.plug(functionVif(1, 0));
    const reason = `port rep0 was made for VIF ${functionVif(1, 0).id}`;

    expect(await nic.check(functionVif(2, 0))).toEqual([`conflict rep0: ${reason}`]);
    await expect(nic.plug(functionVif(2, 0))).rejects.toThrow(reason);
    expect(await nic.check(functionVif(1, 0))).toEqual([]);
  });

  test.each([
    ['the virtual function', (nic: Awaited<ReturnType<typeof open>>) => nic.removeFunction(0)],
    ['the representor', (nic: Awaited<ReturnType<typeof open>>) => nic.name('other0')],
    ['switchdev mode', (nic: Awaited<ReturnType<typeof open>>) => nic.leaveSwitchdev()],
  ])('an unplug without %s removes port and QoS row, and check reports the representor', async (what, vanish) => {
    const nic = await open();
    await nic.name('rep0');
    await nic.plug(functionVif(1, 0));
    await vanish(nic);
    const renamed = what === 'the representor';

    expect(await nic.check(functionVif(1, 0))).toContain(
      renamed ? 'missing other0' : `missing representor of ${VFS[0]}`,
    );
    await nic.unplug(functionVif(1, 0));

    expect([await nic.ports(), await nic.qos()]).toEqual([[], []]);
    await nic.unplug(functionVif(1, 0));
  });

  test('a plug without the virtual function fails', async () => {
    const nic = await open();
    await nic.name('rep0');
    await nic.removeFunction(0);
    await expect(nic.plug(functionVif(1, 0))).rejects.toThrow('it is not a virtual function of this machine');
    expect(await nic.ports()).toEqual([]);
  });

  const orders = [
    [0, 1],
    [1, 0],
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
  ];
  test.each(orders.map((order) => [order.join(), order] as const))(
    'representors that changed names converge when VIFs are plugged in the order %s',
    async (_, order) => {
      const nic = await open();
      const vifs = order.map((_, number) => functionVif(number + 1, number));
      const names = ['swA', 'swB', 'swC'].slice(0, order.length);
      const rotated = [...names.slice(1), names[0] ?? ''];
      await nic.name(...names);
      for (const vif of vifs) await nic.plug(vif);
      await nic.name(...rotated);

      for (const number of order) {
        expect(await nic.check(vifs[number] ?? functionVif(1, 0))).not.toEqual([]);
        await nic.plug(vifs[number] ?? functionVif(1, 0));
      }

      expect(await nic.ports()).toEqual(names.map((name) => `${name}@br-int`));
      expect(await nic.qos()).toEqual(names.map(() => 'linux-noop'));
      for (const vif of vifs) expect(await nic.check(vif)).toEqual([]);
      for (const [number, vif] of vifs.entries()) {
        const view = await nic.host.ovsdb.view();
        expect(view.interface(rotated[number] ?? '')?.externalIds['iface-id']).toBe(vif.id);
      }
      expect(await nic.collect(...vifs)).toEqual([]);
      for (const vif of vifs) await nic.unplug(vif);
      expect([await nic.ports(), await nic.qos()]).toEqual([[], []]);
    },
  );

  test('after names were swapped, unplug and collection take the rows of their VIF, and nothing of the other', async () => {
    const nic = await open();
    const [a, b] = [functionVif(1, 0), functionVif(2, 1)];
    await nic.name('swA', 'swB');
    await nic.plug(a);
    await nic.plug(b);
    await nic.name('swB', 'swA');

    expect(await nic.collect(a, b)).toEqual([]);
    await nic.unplug(a);
    expect([await nic.ports(), await nic.isUp('swA'), await nic.isUp('swB')]).toEqual([['swB@br-int'], true, true]);
    expect(await nic.collect()).toEqual(['ovs-port swB']);
    expect(await nic.qos()).toEqual([]);
  });

  test('a plug that fails after it replaced a stale port puts the port back', async () => {
    const nic = await open();
    const [a, b] = [functionVif(1, 0), functionVif(2, 1)];
    await nic.name('swA', 'swB');
    await nic.plug(a);
    await nic.plug(b);
    await nic.name('swB', 'swA');
    const { change } = nic.host.links;
    const { index } = (await nic.host.links.get('swB')) ?? { index: 0 };
    await nic.host.links.change(index, { up: false });
    nic.host.links.change = async () => {
      nic.host.links.change = change;
      throw new Error('no change');
    };

    await expect(nic.plug(a)).rejects.toThrow('no change; the host is as it was before');

    const view = await nic.host.ovsdb.view();
    expect(view.port('swA')?.externalIds['os-vif']).toBe(a.id);
    expect(view.port('swB')?.externalIds['os-vif']).toBe(b.id);
    expect(await nic.qos()).toEqual(['linux-noop', 'linux-noop']);
  });
});
