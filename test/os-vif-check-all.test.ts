import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../src/host/linux/linux-host.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import type { Host } from '../src/host-contract/host.ts';
import { interceptHost } from '../src/host-contract/intercept.ts';
import type { OvsdbEdit } from '../src/host-contract/ovsdb.ts';
import { HostPluginInfo } from '../src/objects/host-info.ts';
import { VIFVHostUser } from '../src/objects/vif.ts';
import { OsVif } from '../src/os-vif.ts';
import { LinuxBridgePlugin } from '../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin } from '../src/plugins/macvtap-plugin.ts';
import { NoopPlugin } from '../src/plugins/noop-plugin.ts';
import { OvsPlugin } from '../src/plugins/ovs/ovs-plugin.ts';
import { TapPlugin } from '../src/plugins/tap-plugin.ts';
import type { PluginContext, VIFPlugin } from '../src/plugins/vif-plugin.ts';
import type { ElementDrift } from '../src/wiring/elements/verbs.ts';
import { makeSysfs } from './host/fake-sysfs.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './host/netns.ts';
import { OvsdbServer, ovsIsMissing } from './host/ovsdb/ovsdb-server.ts';
import { EVERYTHING, remoteOf } from './host/remote/helper-host.ts';
import { hybridVif, tapVif as ovsTapVif, profile, vhostUserVif, vifId } from './plugins/ovs/ovs-vifs.ts';
import { bridgeVif, directVif, instance, tapVif } from './plugins/vifs.ts';
import { runs } from './property-runs.ts';
import { arbitraryMeddling, type Meddling, meddle } from './wiring/arbitrary-host.ts';

const PCI_ADDRESS = '0000:03:00.0';

/** A plugin of others. It reads the host by itself. */
class ReadingPlugin extends NoopPlugin implements VIFPlugin {
  override describe(): HostPluginInfo {
    return new HostPluginInfo({ pluginName: 'reading', vifInfo: [] });
  }

  override async check(vif: VIFVHostUser, _: unknown, { host }: PluginContext): Promise<ElementDrift[]> {
    const eth0 = await host.links.get('eth0');
    const found = {
      byIndex: await host.links.get(eth0?.index ?? 0),
      names: (await host.links.list()).map(({ name }) => name),
      addresses: await host.addressing.get(eth0?.index ?? 1),
      sysctls: [
        await host.sysctl.get('net/ipv4/conf/brq0/arp_ignore'),
        await host.sysctl.get('net/ipv4/conf/eth0/arp_ignore'),
        await host.sysctl.get('net/ipv4/conf/gone/arp_ignore'),
      ],
      tooLong: await host.links.get('a-name-of-17-byte').catch(({ code }) => code),
      functions: await host.pci.interfacesOf(PCI_ADDRESS),
      rules: await host.ingress.list(),
    };
    return [{ element: `reading ${vif.id}`, type: 'differs', on: 'host', property: 'all', want: '', have: found }];
  }
}

const PLUGINS = [
  new TapPlugin({ owner: 1000 }),
  new LinuxBridgePlugin(),
  new MacvtapPlugin(),
  new OvsPlugin({ waitFor: 'none' }),
  new NoopPlugin(),
  new ReadingPlugin(),
];

const hybridId = vifId(6);

/** VIFs of all plugins on one host. */
const WITHOUT_OVS = [
  tapVif({ id: vifId(1), vifName: 'tap1' }),
  tapVif({ id: vifId(2), vifName: 'tap2' }),
  bridgeVif({ id: vifId(3), vifName: 'tap3', bridgeName: 'brq0', hasTrafficFiltering: false }),
  directVif({ id: vifId(4), vifName: 'mvt4' }),
  new VIFVHostUser({ id: vifId(7), plugin: 'noop', path: '/run/vhu7' }),
  new VIFVHostUser({ id: vifId(8), plugin: 'reading', path: '/run/vhu8' }),
];
const ATTACHMENTS = [
  ...WITHOUT_OVS,
  ovsTapVif(5, { vifName: 'tap5' }),
  hybridVif({
    id: hybridId,
    vifName: 'tap6',
    bridgeName: 'qbr6',
    portProfile: profile({ interfaceId: hybridId }),
  }),
  vhostUserVif({ id: vifId(9), vifName: 'vhu9' }),
].map((vif) => ({ vif, instance: instance() }));

/** The devices of these VIFs. */
const DEVICES = ['tap1', 'tap2', 'tap3', 'brq0', 'eth0', 'eth1', 'mvt4', 'tap5', 'qbr6', `qvb${hybridId.slice(0, 11)}`];
const PORTS = ['tap5', `qvo${hybridId.slice(0, 11)}`];

/** What other programs do with ports of Open vSwitch. */
const arbitraryEdit = fc
  .constantFrom(...PORTS)
  .chain((name) =>
    fc.constantFrom<OvsdbEdit>(
      { edit: 'remove-port', name },
      { edit: 'set-port', name, tag: 7 },
      { edit: 'set-port', name, externalIds: { 'os-vif': 'another' } },
      { edit: 'set-interface', name, externalIds: { 'iface-id': vifId(1) } },
      { edit: 'set-interface', name, mtuRequest: 1300 },
    ),
  );

describe('in memory', () => {
  checkAllSuite(async () => {
    const host = new MemoryHost();
    host.pci.add(PCI_ADDRESS, { interfaces: ['eth1'] });
    return host;
  }, 60);
});

describe.skipIf(NETNS_UNAVAILABLE ?? ovsIsMissing())('on the kernel, with a real ovsdb-server', () => {
  checkAllSuite(async () => {
    const sysfsRoot = await makeSysfs({ address: PCI_ADDRESS, interfaces: ['eth1'] });
    const server = await OvsdbServer.start();
    onTestFinished(() => server.stop());
    server.vsctl('init');
    const { path } = await makeNetns();
    const host = await LinuxHost.open({ netns: path, sysfsRoot, ovsdb: { connection: server.connection } });
    onTestFinished(() => host.close());
    return host;
  }, 6);
});

test('a helper answers the check of all VIFs in a few requests', async () => {
  const memory = new MemoryHost();
  await prepare(memory);
  const asked: string[] = [];
  const counted = interceptHost(memory, async ({ port, method }, proceed) => {
    asked.push(`${port}.${method}`);
    return proceed();
  });
  const remote = await remoteOf(counted, { policy: EVERYTHING });
  await using osVif = await OsVif.open({ host: remote, plugins: PLUGINS });
  const attachments = Array.from({ length: 100 }, (_, i) => ({
    vif: tapVif({ id: vifId(i), vifName: `tap${i}` }),
    instance: instance(),
  }));
  await osVif.plugAll(attachments);
  asked.length = 0;
  expect(await osVif.checkAll(attachments)).toEqual(attachments.map(() => []));
  expect(asked).toEqual(['links.list']);
});

test('a helper answers as its host does', async () => {
  const memory = new MemoryHost();
  memory.pci.add(PCI_ADDRESS, { interfaces: ['eth1'] });
  await prepare(memory);
  await using osVif = await OsVif.open({ host: await remoteOf(memory, { policy: EVERYTHING }), plugins: PLUGINS });
  const attachments = WITHOUT_OVS.map((vif) => ({ vif, instance: instance() }));
  await osVif.plugAll(attachments);
  await meddle(memory, { name: 'tap1', settings: { mtu: 1300 }, master: 'brq0' });
  await meddle(memory, { name: 'brq0', settings: { up: false }, arpIgnore: '1' });
  await expectSame(osVif, attachments);
  await osVif.close();
});

function checkAllSuite(open: () => Promise<Host>, enough: number): void {
  test('checkAll and planAll find for each VIF what check and plan find', { timeout: 300_000 }, async () => {
    const drifts = fc.record({
      plugged: fc.subarray(ATTACHMENTS),
      meddling: fc.array(arbitraryMeddling(DEVICES, false), { maxLength: 4 }),
      edits: fc.array(arbitraryEdit, { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(drifts, async ({ plugged, meddling, edits }) => {
        const host = await open();
        await prepare(host);
        await using osVif = await OsVif.open({ host, plugins: PLUGINS });
        await osVif.plugAll(plugged);
        await disturb(host, meddling, edits);
        await expectSame(osVif, ATTACHMENTS);
      }),
      runs(enough),
    );
  });

  test('the sysctls of a bridge in a list are those in its files', async () => {
    const host = await open();
    await prepare(host);
    await host.links.create({ kind: 'bridge', name: 'br7' });
    const keys = ['ipv4/conf/br7/arp_announce', 'ipv4/conf/br7/arp_ignore', 'ipv6/conf/br7/disable_ipv6'];
    for (const [i, key] of keys.entries()) await host.sysctl.set(`net/${key}`, String(i % 2));
    const listed = (await host.links.list({ sysctls: true })).flatMap(({ sysctls = {} }) => Object.entries(sysctls));
    for (const [key, value] of listed) expect([key, value]).toEqual([key, await host.sysctl.get(key)]);
    for (const link of await host.links.list()) expect(link).not.toHaveProperty('sysctls');
  });

  test('a VIF that cannot be checked keeps none of the others', async () => {
    await using osVif = await OsVif.open({ host: await open(), plugins: [new TapPlugin()] });
    const [tap, missing] = [tapVif({ id: vifId(1), vifName: 'tap1' }), tapVif({ id: vifId(2), plugin: 'gone' })];
    const attachments = [missing, tap].map((vif) => ({ vif, instance: instance() }));
    await expect(osVif.checkAll(attachments)).rejects.toMatchObject({
      code: 'ERR_OSVIF_BATCH',
      message: expect.stringContaining('check failed for 1 of 2 VIFs'),
      failures: new Map([[missing.id, expect.objectContaining({ code: 'ERR_OSVIF_NO_MATCHING_PLUGIN' })]]),
      results: new Map([[tap.id, [{ element: 'tap tap1', type: 'missing', on: 'tap1' }]]]),
    });
    expect(await osVif.checkAll([])).toEqual([]);
  });

  test('checkAll reads the devices once, and waits for a plug that is under way', async () => {
    const lists: string[] = [];
    const host = interceptHost(await open(), async ({ port, method }, proceed) => {
      if (port === 'links' && method !== 'create') lists.push(method);
      return proceed();
    });
    await using osVif = await OsVif.open({ host, plugins: [new TapPlugin()] });
    const attachments = Array.from({ length: 70 }, (_, i) => ({
      vif: tapVif({ id: vifId(i), vifName: `tap${i}` }),
      instance: instance(),
    }));
    await osVif.plugAll(attachments.slice(1));
    lists.length = 0;
    const plug = osVif.plug(tapVif({ id: vifId(0), vifName: 'tap0' }), instance());
    const drifts = await osVif.checkAll(attachments);
    await plug;
    expect(drifts).toEqual(attachments.map(() => []));
    expect(lists.filter((method) => method === 'list')).toEqual(['list']);
  });

  test('an aborted checkAll fails with the reason of its signal', async () => {
    await using osVif = await OsVif.open({ host: await open(), plugins: [new TapPlugin()] });
    const attachments = [{ vif: tapVif(), instance: instance() }];
    const signal = AbortSignal.abort(new Error('not now'));
    await expect(osVif.checkAll(attachments, { signal })).rejects.toThrow('not now');
  });
}

/** The NICs of the machine, and the bridge of Open vSwitch. */
async function prepare(host: Host): Promise<void> {
  for (const name of ['eth0', 'eth1'])
    await host.links.create({ kind: 'veth', name, up: true, peer: { name: `far-${name}`, up: true } });
  await host.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' }]);
}

async function disturb(host: Host, meddling: readonly Meddling[], edits: readonly OvsdbEdit[]): Promise<void> {
  for (const each of meddling) await meddle(host, each);
  // The port may be missing.
  for (const edit of edits) await host.ovsdb.change(() => [edit]).catch(() => undefined);
}

async function expectSame(osVif: OsVif, attachments: typeof ATTACHMENTS): Promise<void> {
  const [checks, plans] = [[], []] as [unknown[], unknown[]];
  for (const { vif, instance: guest } of attachments) {
    checks.push(await osVif.check(vif, guest));
    plans.push(await osVif.plan(vif, guest));
  }
  expect(await osVif.checkAll(attachments)).toEqual(checks);
  expect(await osVif.planAll(attachments)).toEqual(plans);
}
