/** Alternative names of devices, in memory and on the kernel, and what os-vif records in them. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import {
  deviceRecordOf,
  functionRecords,
  nameOfDeviceRecord,
  nameOfFunctionRecord,
} from '../../src/host-contract/device-records.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { apply } from '../../src/wiring/apply.ts';
import { remove } from '../../src/wiring/remove.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './netns.ts';

const OWNER = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
const BEFORE = { mac: '00:00:00:00:00:00', vlan: 4095, trust: false, spoofCheck: true };

describe('in memory', () => suite(async () => new MemoryHost()));
describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => suite(openLinux));

function suite(open: () => Promise<Host>): void {
  test('are added, listed and removed; a device without any has none', async () => {
    const { host, nic } = await given(open);
    const { index } = await nic();
    const names = ['os-vif.nic.1.up-0', 'x'.repeat(127)];
    for (const name of names) await host.links.addAlternativeName(index, name);
    expect((await nic()).alternativeNames).toEqual(names);
    for (const name of names) await host.links.removeAlternativeName(index, name);
    expect(await nic()).not.toHaveProperty('alternativeNames');
  });

  test('two devices cannot have one name, and a name that is missing is an error', async () => {
    const { host, nic } = await given(open);
    const { index } = await nic();
    const other = (await host.links.get('out0'))?.index ?? 0;
    await host.links.addAlternativeName(index, 'one');
    await expect(host.links.addAlternativeName(other, 'one')).rejects.toMatchObject({ errno: 'EEXIST' });
    await expect(host.links.addAlternativeName(other, 'nic0')).rejects.toMatchObject({ errno: 'EEXIST' });
    await expect(host.links.removeAlternativeName(index, 'two')).rejects.toMatchObject({
      errno: expect.stringMatching(/ENOENT|EINVAL/),
    });
    await expect(host.links.addAlternativeName(999, 'three')).rejects.toMatchObject({ errno: 'ENODEV' });
    await expect(host.links.addAlternativeName(index, 'three', [{ index, name: 'other' }])).rejects.toMatchObject({
      errno: 'ESTALE',
    });
  });

  test.each(['', 'x'.repeat(128), 'a b', 'a/b'])('"%s" is refused', async (name) => {
    const { host, nic } = await given(open);
    await expect(host.links.addAlternativeName((await nic()).index, name)).rejects.toMatchObject({
      code: 'ERR_OSVIF_LINK_VALUE',
    });
  });

  test('hold the longest record of a virtual function', async () => {
    const { host, nic } = await given(open);
    const link = await nic();
    const record = { number: 999, owner: OWNER, setMac: 'fa:16:3e:00:00:01', before: BEFORE };
    const name = nameOfFunctionRecord({ ...link, index: 2_000_000_000 }, record);
    await host.links.addAlternativeName(link.index, name);
    expect(functionRecords(await nic())).toEqual([{ ...record, name }]);
  });

  const WIRINGS: Readonly<Record<string, Wiring>> = {
    'a macvtap device': [{ kind: 'macvtap', name: 'own0', lower: 'nic0', mode: 'bridge', lowerUp: true }],
    'a representor': [{ kind: 'existing-link', name: 'nic0', mtu: 1400, up: true }],
  };

  test.each(Object.entries(WIRINGS))('after the unplug of %s, its NIC is as before', async (_, wiring) => {
    const { host, nic } = await given(open);
    const before = await nic();
    await apply(wiring, { host, owner: OWNER });
    expect(await nic()).toMatchObject({ up: true });
    expect(deviceRecordOf(await nic())).toMatchObject({ up: false });
    await remove(wiring, { host, owner: OWNER });
    expect(await nic()).toEqual(before);
  });

  test('a NIC that was up stays up, and gets no record', async () => {
    const { host, nic } = await given(open);
    await host.links.change((await nic()).index, { up: true });
    const before = await nic();
    const wiring = WIRINGS['a macvtap device'] ?? [];
    await apply(wiring, { host, owner: OWNER });
    expect(await nic()).not.toHaveProperty('alternativeNames');
    await remove(wiring, { host, owner: OWNER });
    expect(await nic()).toEqual(before);
  });

  test('the NIC stays up while another device stands on it, and goes down with the last one', async () => {
    const { host, nic } = await given(open);
    const on = (name: string): Wiring => [{ kind: 'macvtap', name, lower: 'nic0', mode: 'bridge', lowerUp: true }];
    for (const name of ['own0', 'own1']) await apply(on(name), { host, owner: OWNER });
    await remove(on('own0'), { host, owner: OWNER });
    expect(await nic()).toMatchObject({ up: true });
    await remove(on('own1'), { host, owner: OWNER });
    expect(await nic()).toMatchObject({ up: false });
  });
}

test('the record of a device is read back', () => {
  const link = { index: 7 };
  for (const record of [{ mtu: 1500 }, { up: false }, { mtu: 9000, up: true }]) {
    const name = Reflect.apply(nameOfDeviceRecord, undefined, [link, record]);
    expect(Reflect.apply(deviceRecordOf, undefined, [{ alternativeNames: ['eth0-other', name] }])).toEqual({
      ...record,
      name,
    });
  }
  expect(Reflect.apply(deviceRecordOf, undefined, [{ alternativeNames: ['os-vif.nic.x', 'enp3s0'] }])).toBeUndefined();
});

async function given(open: () => Promise<Host>) {
  const host = await open();
  await host.links.create({ kind: 'veth', name: 'nic0', peer: { name: 'out0' } });
  const nic = async () => {
    const link = await host.links.get('nic0');
    if (link === undefined) throw new Error('there is no nic0');
    return link;
  };
  return { host, nic };
}

async function openLinux(): Promise<Host> {
  const netns = await makeNetns();
  const host = await LinuxHost.open({ netns: netns.path });
  onTestFinished(() => host.close());
  return host;
}
