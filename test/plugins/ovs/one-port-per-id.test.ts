/** One port alone has the iface-id of a VIF, also after its wiring has changed. */

import { expect, test } from 'vitest';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { VIF_ID } from '../vifs.ts';
import { onBothHosts } from './both-hosts.ts';
import { hybridVif, nativeVif, profile, SHORT_ID, TAP, tapVif, vifId } from './ovs-vifs.ts';

const QVO = `qvo${SHORT_ID}`;
const PB = `pb${VIF_ID}`.slice(0, 14);
const PATCHES = [`ibp${VIF_ID}@br-int`, `pbp${VIF_ID}@${PB}`];
const HYBRID_DEVICES = [`qbr${SHORT_ID}`, `qvb${SHORT_ID}`, QVO];

const bridge = (name = 'br-int'): OvsdbEdit => ({ edit: 'add-bridge', name, datapathType: 'netdev' });

/** As libvirt and Python os-vif add it: the iface-id, and no tag of ours. */
function theirs(
  name: string,
  values: { readonly type?: string; readonly id?: string; readonly on?: string } = {},
): OvsdbEdit {
  const { type = '', id = VIF_ID, on = 'br-int' } = values;
  const options = type === 'patch' ? { peer: `peer-of-${name}` } : {};
  return { edit: 'add-port', bridge: on, name, interface: { type, options, externalIds: { 'iface-id': id } } };
}

onBothHosts((open) => {
  test('a native VIF that becomes hybrid loses its port and its TAP, and comes back', async () => {
    const { plug, check, ports, devices } = await open();
    await plug(tapVif());
    expect(await check(hybridVif())).toContain(`differs ${TAP} bridge`);

    await plug(hybridVif());

    expect([await ports(), await devices()]).toEqual([[`${QVO}@br-int`], HYBRID_DEVICES]);
    expect(await check(hybridVif())).toEqual([]);

    await plug(tapVif());

    expect([await ports(), await devices()]).toEqual([[`${TAP}@br-int`], [TAP]]);
    expect(await check(tapVif())).toEqual([]);
  });

  test('an unplug of the hybrid VIF takes what the native one left, and an unplug of the native VIF what the hybrid one left', async () => {
    const { plug, unplug, ports, devices } = await open();
    await plug(tapVif());
    await unplug(hybridVif());
    expect([await ports(), await devices()]).toEqual([[], []]);

    await plug(hybridVif());
    await unplug(tapVif());
    expect([await ports(), await devices()]).toEqual([[], []]);
  });

  test('another vif_name moves port and TAP to the new name', async () => {
    const { plug, unplug, check, ports, devices } = await open();
    await plug(tapVif());
    const renamed = tapVif(undefined, { vifName: 'tapother' });
    expect(await check(renamed)).toContain(`differs ${TAP} bridge`);

    await plug(renamed);

    expect([await ports(), await devices()]).toEqual([['tapother@br-int'], ['tapother']]);
    expect(await check(renamed)).toEqual([]);
    await unplug(tapVif());
    expect([await ports(), await devices()]).toEqual([[], []]);
  });

  test('perPortBridge is turned on and off between plugs', async () => {
    const { plug, check, ports } = await open();
    const [on, off] = [{ perPortBridge: true }, { perPortBridge: false }];
    await plug(tapVif(), off);
    await plug(tapVif(), on);
    expect(await ports()).toEqual([...PATCHES, `${TAP}@${PB}`].sort());
    expect(await check(tapVif(), on)).toEqual([]);
    expect(await check(tapVif(), off)).toContain(`differs ${PB} name`);

    await plug(tapVif(), off);

    expect(await ports()).toEqual([`${TAP}@br-int`]);
    expect(await check(tapVif(), off)).toEqual([]);
  });

  test.each([
    [true, false],
    [false, true],
  ])('perPortBridge %s at the plug and %s at the unplug leaves nothing', async (plugged, unplugged) => {
    const { plug, unplug, ports, devices, host } = await open();
    await plug(tapVif(), { perPortBridge: plugged });

    await unplug(tapVif(), { perPortBridge: unplugged });

    expect([await ports(), await devices()]).toEqual([[], []]);
    expect([...(await host.ovsdb.view()).bridges()].map(({ name }) => name)).toEqual(['br-int']);
  });

  test.each([
    ['a row that nobody made for it', tapVif(), 'stale0'],
    ['the port of a hybrid VIF of Python os-vif', tapVif(), QVO],
    ['a row beside the port that the hypervisor is to add', nativeVif(), 'stale0'],
    ['the native port of Python os-vif', hybridVif(), TAP],
  ])('%s is a conflict, and the plug fails with the same reason', async (_, vif, name) => {
    const { plug, check, ports, edit } = await open();
    await edit(bridge(), theirs(name));
    const reason = `interface ${name} has the iface-id "${VIF_ID}" of this VIF too`;

    expect((await check(vif)).filter((drift) => drift.startsWith('conflict'))).toEqual([
      expect.stringContaining(`conflict ${name}: ${reason}`),
    ]);
    await expect(plug(vif)).rejects.toThrow(reason);
    expect(await ports()).toEqual([`${name}@br-int`]);
  });

  test('a port of another VIF with the same iface-id is a conflict', async () => {
    const { plug, check } = await open();
    const other = tapVif(2, { portProfile: profile({ interfaceId: VIF_ID, createPort: true, createTap: true }) });
    await plug(other);

    expect(await check(tapVif())).toContainEqual(expect.stringMatching(/^conflict tap00000002-3c: .* of this VIF too/));
    await expect(plug(tapVif())).rejects.toThrow('of this VIF too');
  });

  test.each([
    ['that it adds alone', nativeVif()],
    ['in place of ours', nativeVif({ portProfile: profile({ createPort: true }) })],
  ])(
    'the port of the hypervisor under the name of the VIF %s is no conflict, and goes at the unplug',
    async (_, vif) => {
      const { plug, unplug, check, edit, ports, host } = await open();
      await plug(vif);
      const old: OvsdbEdit[] = (await ports()).length > 0 ? [{ edit: 'remove-port', name: TAP }] : [];
      const ids = { 'attached-mac': 'fa:16:3e:4a:5b:6c', 'iface-id': VIF_ID, 'iface-status': 'active' };
      const vm = { 'vm-uuid': 'd7a730ca-3c28-49c3-8f26-4662b909fe8a' };
      await edit(...old, {
        edit: 'add-port',
        bridge: 'br-int',
        name: TAP,
        interface: { externalIds: { ...ids, ...vm } },
      });

      expect(await check(vif)).toEqual([]);
      await plug(vif);
      expect((await host.ovsdb.view()).port(TAP)?.externalIds).toEqual({});
      await unplug(vif);
      expect(await ports()).toEqual([]);
    },
  );

  test('the patch ports of a trunk, which have the iface-id of its parent port, are no conflict', async () => {
    const { plug, check, edit, ports } = await open();
    const vif = tapVif();
    await edit(
      bridge(),
      theirs('tpi-1', { type: 'patch' }),
      bridge('tbr-1'),
      theirs('tpt-1', { type: 'patch', on: 'tbr-1' }),
    );

    await plug(vif);

    expect(await check(vif)).toEqual([]);
    expect(await ports()).toEqual(['tpi-1@br-int', 'tpt-1@tbr-1', `${TAP}@br-int`].sort());
  });

  test('an unplug that repeats, and one of a VIF whose name another VIF has by now, touch nothing and resolve', async () => {
    const { plug, unplug, check, ports } = await open();
    const [first, second] = [1, 2].map((n) =>
      nativeVif({
        id: vifId(n),
        vifName: 'tapsame',
        portProfile: profile({ interfaceId: vifId(n), createPort: true }),
      }),
    );
    if (!first || !second) throw new Error('two VIFs');
    await plug(first);
    await unplug(first);
    await plug(second);

    await unplug(first);

    expect(await ports()).toEqual(['tapsame@br-int']);
    expect(await check(second)).toEqual([]);
  });
});
