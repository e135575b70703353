/** Source guards of VIFs of Open vSwitch, on the in-memory host. */
import { expect, test } from 'vitest';
import { instance } from '../vifs.ts';
import { given } from './memory-ovs.ts';
import { hybridVif, nativeVif, profile, SHORT_ID, TAP, tapVif, vhostUserVif } from './ovs-vifs.ts';

test('a hybrid VIF is guarded where frames leave its Linux bridge, on every datapath', async () => {
  const { host, plug, unplug, check } = given({ sourceGuard: 'mac' });
  await plug(hybridVif());
  expect(await host.guards.list()).toMatchObject([{ device: `qvb${SHORT_ID}`, hook: 'egress', bound: true }]);
  expect(await check(hybridVif())).toEqual([]);
  await unplug(hybridVif());
  expect(await host.guards.list()).toEqual([]);
});

test('a native VIF on the datapath of the kernel is guarded on its TAP, before the port is added', async () => {
  const { host, plugin, plug, unplug } = given({ sourceGuard: 'mac' });
  const portProfile = profile({ datapathType: 'system', createPort: true, createTap: true });
  const vif = tapVif(undefined, { portProfile });
  const kinds = (await plugin.wiring(vif, instance(), { host })).map(({ kind }) => kind);
  expect(kinds.slice(0, 3)).toEqual(['tap', 'source-guard', 'ovs-bridge']);
  await plug(vif);
  expect(await host.guards.list()).toMatchObject([{ device: TAP, hook: 'ingress' }]);
  await unplug(vif);
  expect(await host.guards.list()).toEqual([]);
});

test('a native VIF on a userspace datapath is refused, with hybrid as the alternative', async () => {
  const { host, plug } = given({ sourceGuard: 'mac' });
  await expect(plug(tapVif())).rejects.toThrow(/netdev.*before a source guard; plug it hybrid/);
  // The port profile has no datapath type, and the bridge has one.
  await host.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' }]);
  const unknown = nativeVif({ portProfile: profile({ datapathType: undefined }) });
  await expect(plug(unknown)).rejects.toThrow('plug it hybrid');
  expect(await host.guards.list()).toEqual([]);
});

test('a vhost-user VIF is refused, and plugged with the guard off for it', async () => {
  await expect(given({ sourceGuard: 'mac' }).plug(vhostUserVif())).rejects.toThrow(
    'set sourceGuard to off for this VIF',
  );
  await given({ sourceGuard: ({ type }) => (type === 'VIFVHostUser' ? 'off' : 'mac') }).plug(vhostUserVif());
});
