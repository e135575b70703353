import { expect, test } from 'vitest';
import { OsVif, TapPlugin } from '../../../src/entries/host.ts';
import { InstanceInfo } from '../../../src/entries/index.ts';
import { MemoryHost } from '../../../src/host/memory/memory-host.ts';
import { tapVif } from '../vifs.ts';

const SMALL = new InstanceInfo({ uuid: 'd7a730ca-3c28-49c3-8f26-4662b909fe8a', name: 'one-vcpu' });
const LARGE = new InstanceInfo({ uuid: '2d9ad0a5-32f7-4a06-a3cc-1e7c3c0e1d7e', name: 'four-vcpus' });
const single = tapVif({ vifName: 'tap-single' });
const multi = tapVif({ id: '6a4f1c5e-90ea-4b6e-8c1f-6b0f2a2c7d11', vifName: 'tap-multi' });

test('one OsVif plugs guests with one queue and guests with several', async () => {
  const host = new MemoryHost();
  const plugin = new TapPlugin({ multiQueue: (_, instance) => instance.name === 'four-vcpus' });
  await using osVif = await OsVif.open({ host, plugins: [plugin] });
  await osVif.plug(single, SMALL);
  await osVif.plug(multi, LARGE);
  expect(await host.links.get('tap-single')).toMatchObject({ tap: { multiQueue: false } });
  expect(await host.links.get('tap-multi')).toMatchObject({ tap: { multiQueue: true } });
  expect([await osVif.check(single, SMALL), await osVif.check(multi, LARGE)]).toEqual([[], []]);
});

test('the function gets the VIF too', async () => {
  const host = new MemoryHost();
  const plugin = new TapPlugin({ multiQueue: ({ id }) => id === multi.id });
  await using osVif = await OsVif.open({ host, plugins: [plugin] });
  for (const vif of [single, multi]) await osVif.plug(vif, SMALL);
  const queuesOf = async (name: string) => (await host.links.get(name))?.tap?.multiQueue;
  expect([await queuesOf('tap-single'), await queuesOf('tap-multi')]).toEqual([false, true]);
});

test('a boolean holds for all VIFs', async () => {
  for (const multiQueue of [true, false]) {
    const host = new MemoryHost();
    await using osVif = await OsVif.open({ host, plugins: [new TapPlugin({ multiQueue })] });
    await osVif.plug(single, SMALL);
    expect(await host.links.get('tap-single')).toMatchObject({ tap: { multiQueue } });
  }
});
