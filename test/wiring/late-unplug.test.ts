/** An unplug that comes late, twice or without a plug, when the devices of its names belong to others by now. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { adopt } from '../../src/wiring/adopt.ts';
import { apply } from '../../src/wiring/apply.ts';
import { remove } from '../../src/wiring/remove.ts';
import type { Wiring } from '../../src/wiring/wiring.ts';
import { makeNetns, NETNS_UNAVAILABLE } from '../host/netns.ts';
import { snapshot } from './cases.ts';

const WIRINGS: Readonly<Record<string, Wiring>> = {
  'a TAP': [{ kind: 'tap', name: 'own0' }],
  'a bridge': [{ kind: 'bridge', name: 'own0' }],
  'a veth pair': [{ kind: 'veth', name: 'own0', peer: 'own1' }],
  'a macvtap device': [{ kind: 'macvtap', name: 'own0', lower: 'nic0', mode: 'bridge' }],
  'a port of a bridge': [
    { kind: 'bridge', name: 'own0' },
    { kind: 'port', name: 'nic0', bridge: 'own0' },
  ],
};

describe('in memory', () => lateUnplugs(async () => new MemoryHost()));
describe.skipIf(NETNS_UNAVAILABLE)('on the kernel', () => lateUnplugs(openLinux));

/** Names that no device can have. */
const NAMES = ['sixteen-bytes-ab', '', '..', 'a/b', 'a b'];

function lateUnplugs(open: () => Promise<Host>): void {
  test.each(NAMES)('devices with the name %j are no obstacle, because no host has them', async (name) => {
    const host = await given(open);
    const wirings: readonly Wiring[] = [
      [{ kind: 'tap', name }],
      [{ kind: 'bridge', name }],
      [{ kind: 'macvtap', name, lower: 'nic0', mode: 'bridge' }],
      [{ kind: 'tap', name: 'own0', master: name }],
      [
        { kind: 'tap', name: 'own0' },
        { kind: 'tap', name },
      ],
    ];
    const before = await snapshot(host);
    for (const wiring of wirings) await remove(wiring, { host, owner: 'vif-1' });
    expect(await snapshot(host)).toEqual(before);
  });

  test.each(Object.entries(WIRINGS))('%s of another VIF stays as it is', async (_, wiring) => {
    const host = await given(open);
    await apply(wiring, { host, owner: 'vif-1' });
    await remove(wiring, { host, owner: 'vif-1' });
    await apply(wiring, { host, owner: 'vif-2' });
    const before = await snapshot(host);
    for (let i = 0; i < 2; i++) await remove(wiring, { host, owner: 'vif-1' });
    expect(await snapshot(host)).toEqual(before);
  });

  test.each(Object.entries(WIRINGS).slice(0, 4))(
    '%s of another kind stays, if another VIF has it',
    async (_, wiring) => {
      const host = await given(open);
      const other: Wiring =
        wiring[0]?.kind === 'tap' ? [{ kind: 'bridge', name: 'own0' }] : [{ kind: 'tap', name: 'own0' }];
      await apply(other, { host, owner: 'vif-2' });
      const before = await snapshot(host);
      await remove(wiring, { host, owner: 'vif-1' });
      expect(await snapshot(host)).toEqual(before);
    },
  );

  test('a device without a tag stays, and the unplug says how to take it over', async () => {
    const host = await given(open);
    await host.links.create({ kind: 'tap', name: 'own0' });
    const before = await snapshot(host);
    await expect(remove([{ kind: 'tap', name: 'own0' }], { host, owner: 'vif-1' })).rejects.toMatchObject({
      left: ['tap own0'],
      cause: {
        code: 'ERR_OSVIF_FOREIGN_LINK',
        message: expect.stringContaining('take it over with adopt (`os-vif adopt FILE`)'),
      },
    });
    expect(await snapshot(host)).toEqual(before);
  });

  test.each([
    ['the first', ['own0']],
    ['the second', ['own1']],
    ['each', ['own0', 'own1']],
  ])('nothing is removed if %s of two devices has no tag, and all of it after adoption', async (_, untagged) => {
    const host = await given(open);
    const wiring: Wiring = [
      { kind: 'bridge', name: 'own0' },
      { kind: 'tap', name: 'own1', multiQueue: false, master: 'own0' },
    ];
    const context = { host, owner: 'vif-1' };
    await apply(wiring, context);
    for (const name of untagged) await host.links.change((await host.links.get(name))?.index ?? 0, { alias: '' });
    const before = await snapshot(host);
    await expect(remove(wiring, context)).rejects.toMatchObject({
      code: 'ERR_OSVIF_UNPLUG',
      message: expect.stringContaining(`nothing was removed: ${untagged.toReversed().join(', ')}`),
      left: ['tap own1', 'bridge own0'],
    });
    expect(await snapshot(host)).toEqual(before);
    await adopt(wiring, context);
    await remove(wiring, context);
    expect(await host.links.get('own0')).toBeUndefined();
    expect(await host.links.get('own1')).toBeUndefined();
  });
}

async function given(open: () => Promise<Host>): Promise<Host> {
  const host = await open();
  await host.links.create({ kind: 'veth', name: 'nic0', up: true, peer: { name: 'far0' } });
  return host;
}

async function openLinux(): Promise<Host> {
  const { path } = await makeNetns();
  const host = await LinuxHost.open({ netns: path });
  onTestFinished(() => host.close());
  return host;
}
