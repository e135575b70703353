/** One VIF whose id comes in several forms: lower case, upper case, without dashes (RFC 9562, section 4). */
import { describe, expect, test } from 'vitest';
import { MemoryHost } from '../../src/host/memory/memory-host.ts';
import type { VIFBase } from '../../src/objects/vif.ts';
import { OsVif } from '../../src/os-vif.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import type { OvsPluginOptions } from '../../src/plugins/ovs/ovs-options.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import { onBothHosts } from './ovs/both-hosts.ts';
import { hybridVif, profile, tapVif as switchedTapVif, vhostUserVif } from './ovs/ovs-vifs.ts';
import { bridgeVif, directVif, instance, tapVif, VIF_ID } from './vifs.ts';

const FORMS: Readonly<Record<string, string>> = {
  'in lower case': VIF_ID,
  'in upper case': VIF_ID.toUpperCase(),
  'without dashes': VIF_ID.replaceAll('-', ''),
  'in both cases, without dashes': VIF_ID.replaceAll('-', '').replaceAll('dc', 'DC'),
};

const PAIRS = Object.keys(FORMS).flatMap((one) => Object.keys(FORMS).map((other) => [one, other] as const));

/** The same VIF, with its id in another form. */
const VIFS: Readonly<Record<string, (id: string) => VIFBase>> = {
  'a TAP device': (id) => tapVif({ id }),
  'a Linux bridge': (id) => bridgeVif({ id }),
  'a macvtap device': (id) => directVif({ id }),
};

const OVS_VIFS: Readonly<Record<string, readonly [(id: string) => VIFBase, OvsPluginOptions?]>> = {
  'a native VIF': [(id) => switchedTapVif(undefined, { id, portProfile: tapProfile(id) })],
  'a bridge per port': [
    (id) => switchedTapVif(undefined, { id, portProfile: tapProfile(id) }),
    { perPortBridge: true },
  ],
  'a hybrid VIF': [(id) => hybridVif({ id, portProfile: profile({ interfaceId: id }) })],
  'a vhost-user socket': [
    (id) => vhostUserVif({ id, portProfile: profile({ interfaceId: id, datapathType: 'netdev' }) }),
  ],
};

function tapProfile(interfaceId: string) {
  return profile({ interfaceId, createPort: true, createTap: true });
}

async function openMemory() {
  const host = new MemoryHost();
  for (const name of ['eth0', 'ens1f0']) host.links.addNic({ name, up: true });
  host.pci.add('0000:03:00.0', { interfaces: ['ens1f0'] });
  const plugins = [new TapPlugin(), new LinuxBridgePlugin(), new MacvtapPlugin()];
  return { host, osVif: await OsVif.open({ host, plugins }) };
}

describe.each(Object.entries(VIFS))('%s', (_, vif) => {
  test.each(PAIRS)('plugged with the id %s belongs to the VIF with the id %s', async (plugged, other) => {
    const { host, osVif } = await openMemory();
    await osVif.plug(vif(FORMS[plugged] ?? ''), instance());
    const same = vif(FORMS[other] ?? '');
    const before = await host.links.list();
    expect(await osVif.check(same, instance())).toEqual([]);
    await osVif.plug(same, instance());
    expect(await osVif.collectGarbage([same])).toEqual([]);
    expect(await host.links.list()).toEqual(before);
    await osVif.unplug(same, instance());
    await osVif.collectGarbage([]);
    expect((await host.links.list()).filter(({ alias }) => /^os-vif:(?!shared)/.test(alias))).toEqual([]);
    expect(same.id).toBe(FORMS[other]);
  });
});

describe.each(Object.entries(OVS_VIFS))('%s', (_, [vif, options]) => {
  onBothHosts((open) => {
    test('belongs to its VIF in each form of the id', async () => {
      for (const plugged of Object.values(FORMS)) {
        const host = await open();
        await host.plug(vif(plugged), options);
        const [ports, devices] = [await host.ports(), await host.devices()];
        for (const form of Object.values(FORMS)) {
          expect(await host.check(vif(form), options), form).toEqual([]);
          await host.plug(vif(form), options);
          expect(await host.collect(vif(form)), form).toEqual([]);
        }
        expect([await host.ports(), await host.devices()]).toEqual([ports, devices]);
        await host.unplug(vif(FORMS['in upper case'] ?? ''), options);
        expect(await host.ports()).toEqual([]);
      }
    });
  });
});

test('two calls for one VIF run one after the other in each form of the id', async () => {
  const { osVif } = await openMemory();
  const forms = Object.values(FORMS).map((id) => tapVif({ id }));
  await Promise.all(forms.map((vif) => osVif.plug(vif, instance())));
  await Promise.all(forms.map((vif) => osVif.unplug(vif, instance())));
  expect(await osVif.check(tapVif(), instance())).toMatchObject([{ type: 'missing' }]);
});

test('an error names the VIF as it was given', async () => {
  const { host, osVif } = await openMemory();
  await host.links.create({ kind: 'bridge', name: 'tapdc065497-3c' });
  const id = VIF_ID.toUpperCase();
  await expect(osVif.plug(tapVif({ id }), instance())).rejects.toThrow(`plugging VIF ${id} failed`);
});
