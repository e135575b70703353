/** Adoption of rows of Open vSwitch that another program added for a VIF. */
import { describe, expect, test } from 'vitest';
import type { OvsdbEdit } from '../../../src/host-contract/ovsdb.ts';
import { OWNER_KEY, ownerOfRow } from '../../../src/host-contract/ownership.ts';
import type { VIFBase } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { onBothHosts, type PluggedHost } from './both-hosts.ts';
import { hybridVif, nativeVif, profile, TAP, tapVif, vhostUserVif, vifId } from './ovs-vifs.ts';

const KINDS: Readonly<
  Record<string, readonly [vif: () => VIFBase, rows: readonly string[], options?: OvsPluginOptions]>
> = {
  'a native VIF with a TAP device': [tapVif, [TAP]],
  'a native VIF whose device the hypervisor makes': [
    () => nativeVif({ portProfile: profile({ createPort: true }) }),
    [TAP],
  ],
  'a hybrid VIF': [hybridVif, ['qvodc065497-3c']],
  'a vhost-user socket': [() => vhostUserVif({ portProfile: profile({ datapathType: 'netdev' }) }), ['vhudc065497-3c']],
  'a bridge per port': [tapVif, [`ibp${VIF_ID}`, 'pbdc065497-3c8', `pbp${VIF_ID}`, TAP], { perPortBridge: true }],
};

onBothHosts((open) => {
  describe.each(Object.entries(KINDS))('%s', (_, [vif, rows, options]) => {
    test('gets its tags, and no other row and no device changes', async () => {
      const host = await open();
      const osVif = await openPlugin(host, options);
      await host.plug(vif(), options);
      const plugged = await rowsOf(host);
      await stripTags(host);
      const stripped = await rowsOf(host);
      const tried = await osVif.adopt(vif(), instance(), { dryRun: true });
      expect(await rowsOf(host)).toEqual(stripped);
      const adoption = await osVif.adopt(vif(), instance());
      expect(tried.adopted).toEqual(adoption.adopted);
      expect(rowNames(adoption.adopted).filter((name) => rows.includes(name))).toEqual([...rows].sort());
      expect(await rowsOf(host)).toEqual(plugged);
      expect(await host.check(vif(), options)).toEqual([]);
      expect((await osVif.adopt(vif(), instance())).adopted).toEqual([]);
      await host.unplug(vif(), options);
      expect(await host.ports()).toEqual([]);
    });

    test('of another VIF stays with that VIF', async () => {
      const host = await open();
      const osVif = await openPlugin(host, options);
      await host.plug(vif(), options);
      await tagAs(host, vifId(9));
      const before = await rowsOf(host);
      const { adopted, drifts } = await osVif.adopt(vif(), instance());
      expect(rowNames(adopted).filter((name) => rows.includes(name))).toEqual([]);
      expect(drifts.map(({ type }) => type)).toContain('conflict');
      expect(await rowsOf(host)).toEqual(before);
    });
  });

  test("a hypervisor's port gets no tag", async () => {
    const host = await open();
    const osVif = await openPlugin(host);
    await host.plug(nativeVif());
    await host.edit({
      edit: 'add-port',
      bridge: 'br-int',
      name: TAP,
      interface: { externalIds: { 'iface-id': VIF_ID } },
    });
    const { adopted, drifts } = await osVif.adopt(nativeVif(), instance());
    expect([adopted, drifts.filter(({ type }) => type === 'conflict')]).toEqual([[], []]);
  });

  test('a bridge under the name of the own bridge stays, if another VIF has a port on it', async () => {
    const host = await open();
    const options = { perPortBridge: true };
    const osVif = await openPlugin(host, options);
    await host.edit(
      { edit: 'add-bridge', name: 'pbdc065497-3c8', datapathType: 'system' },
      {
        edit: 'add-port',
        bridge: 'pbdc065497-3c8',
        name: 'other0',
        interface: { externalIds: { 'iface-id': vifId(9) } },
      },
    );
    const before = await rowsOf(host);
    const { adopted, drifts } = await osVif.adopt(tapVif(), instance());
    expect(adopted).toEqual([]);
    expect(drifts).toContainEqual(expect.objectContaining({ type: 'conflict', on: 'pbdc065497-3c8' }));
    expect(await rowsOf(host)).toEqual(before);
  });
});

function openPlugin({ host }: PluggedHost, options: OvsPluginOptions = {}) {
  return OsVif.open({ host, plugins: [new OvsPlugin({ waitFor: 'none', ...options })] });
}

function rowNames(adopted: readonly { readonly on: string }[]): string[] {
  return [...new Set(adopted.map(({ on }) => on))].sort();
}

/** Names, owners and external_ids of all rows, and the aliases of all devices. */
async function rowsOf({ host }: PluggedHost) {
  const view = await host.ovsdb.view();
  const bridges = [...view.bridges()];
  const ports = bridges.flatMap(({ name }) => [...view.ports(name)]);
  return {
    bridges: bridges.map(({ uuid, name, externalIds }) => ({ uuid, name, externalIds })),
    ports: ports.map(({ uuid, name, externalIds, qos, bridge }) => ({ uuid, name, externalIds, qos, bridge })),
    interfaces: [...view.interfaces()].map(({ uuid, name, type, options, externalIds }) => ({
      uuid,
      name,
      type,
      options,
      externalIds,
    })),
    devices: (await host.links.list()).map(({ name, alias, mtu, up, master }) => ({ name, alias, mtu, up, master })),
  };
}

/** The rows and devices as Python os-vif makes them: without tags. */
async function stripTags(plugged: PluggedHost): Promise<void> {
  const { links } = plugged.host;
  await retag(plugged, null);
  for (const { index, alias } of await links.list()) if (alias !== '') await links.change(index, { alias: '' });
}

async function tagAs(plugged: PluggedHost, owner: string): Promise<void> {
  const { links } = plugged.host;
  await retag(plugged, owner);
  for (const { index, alias } of await links.list())
    if (alias !== '') await links.change(index, { alias: `os-vif:${owner}` });
}

async function retag(plugged: PluggedHost, owner: string | null): Promise<void> {
  const view = await plugged.host.ovsdb.view();
  const isOwn = (row: Parameters<typeof ownerOfRow>[0]) => !['shared', undefined].includes(ownerOfRow(row));
  const externalIds = { [OWNER_KEY]: owner };
  const bridges = [...view.bridges()];
  const edits: OvsdbEdit[] = bridges
    .filter(isOwn)
    .map(({ name }) => ({ edit: 'set-bridge' as const, name, externalIds }));
  for (const port of bridges.flatMap(({ name }) => [...view.ports(name)]))
    if (isOwn(port)) edits.push({ edit: 'set-port', name: port.name, externalIds });
  await plugged.edit(...edits);
}
