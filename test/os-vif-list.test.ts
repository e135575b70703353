import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../src/host/linux/linux-host.ts';
import { MemoryHost } from '../src/host/memory/memory-host.ts';
import type { Host } from '../src/host-contract/host.ts';
import { OsVif } from '../src/os-vif.ts';
import { LinuxBridgePlugin } from '../src/plugins/linux-bridge-plugin.ts';
import { OvsPlugin } from '../src/plugins/ovs/ovs-plugin.ts';
import { TapPlugin } from '../src/plugins/tap-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE } from './host/netns.ts';
import { OvsdbServer, ovsIsMissing } from './host/ovsdb/ovsdb-server.ts';
import { EVERYTHING, remoteOf } from './host/remote/helper-host.ts';
import { hybridVif, profile, vifId } from './plugins/ovs/ovs-vifs.ts';
import { bridgeVif, instance, tapVif } from './plugins/vifs.ts';

const PLUGINS = [new TapPlugin(), new LinuxBridgePlugin(), new OvsPlugin({ waitFor: 'none' })];
const [TAP, BRIDGED, HYBRID] = [vifId(1), vifId(2), vifId(3)];

describe('in memory', () => listSuite(async () => new MemoryHost()));

describe.skipIf(NETNS_UNAVAILABLE ?? ovsIsMissing())('on the kernel, with a real ovsdb-server', () =>
  listSuite(async () => {
    const server = await OvsdbServer.start();
    onTestFinished(() => server.stop());
    server.vsctl('init');
    const ovsdb = { connection: server.connection };
    const host = await LinuxHost.open({ netns: (await makeNetns()).path, ovsdb });
    onTestFinished(() => host.close());
    return host;
  }),
);

test.skipIf(NETNS_UNAVAILABLE)('a host without Open vSwitch, and one behind a helper, have lists', async () => {
  const ovsdb = { connection: 'unix:/nowhere/db.sock' };
  const host = await LinuxHost.open({ netns: (await makeNetns()).path, ovsdb });
  onTestFinished(() => host.close());
  for (const each of [host, await remoteOf(host, { policy: EVERYTHING })]) {
    await using osVif = await OsVif.open({ host: each, plugins: PLUGINS });
    await osVif.plug(tapVif({ id: TAP, vifName: 'tap1' }), instance());
    expect(await osVif.list()).toEqual([{ owner: TAP, resources: [{ kind: 'tap', name: 'tap1' }] }]);
  }
});

function listSuite(open: () => Promise<Host>): void {
  test('list has the resources of each VIF, then the shared ones, and nothing of other programs', async () => {
    const host = await open();
    await host.links.create({ kind: 'veth', name: 'eth0', up: true, peer: { name: 'far0', up: true } });
    await host.links.create({ kind: 'tap', name: 'theirs', alias: 'another program' });
    await host.ovsdb.change(() => [{ edit: 'add-bridge', name: 'br-int', datapathType: 'netdev' }]);
    await using osVif = await OsVif.open({ host, plugins: PLUGINS });
    expect(await osVif.list()).toEqual([]);

    const hybrid = hybridVif({
      id: HYBRID,
      vifName: 'tap3',
      bridgeName: 'qbr3',
      portProfile: profile({ interfaceId: HYBRID }),
    });
    await osVif.plug(hybrid, instance());
    await osVif.plug(tapVif({ id: TAP, vifName: 'tap1' }), instance());
    // The hypervisor makes the TAP of this VIF.
    const bridged = bridgeVif({ id: BRIDGED, vifName: 'tap2', bridgeName: 'brq2', hasTrafficFiltering: false });
    await osVif.plug(bridged, instance());
    const short = HYBRID.slice(0, 11);
    expect(sorted(await osVif.list())).toEqual([
      { owner: TAP, resources: ['tap tap1'] },
      {
        owner: HYBRID,
        resources: ['bridge qbr3', `ovs-port qvo${short}`, `veth qvb${short}`, `veth qvo${short}`],
      },
      { owner: undefined, resources: ['bridge brq2', 'forward-rule brq2'] },
    ]);

    await osVif.unplugAll([hybrid, bridged].map((vif) => ({ vif, instance: instance() })));
    expect(sorted(await osVif.list()).map(({ owner }) => owner)).toEqual([TAP, undefined]);
    await osVif.collectGarbage([]);
    // The NIC of the machine is a port of the bridge, so the bridge stays.
    expect(sorted(await osVif.list())).toEqual([{ owner: undefined, resources: ['bridge brq2', 'forward-rule brq2'] }]);
  });

  test('a list that is aborted fails with the reason of its signal', async () => {
    await using osVif = await OsVif.open({ host: await open(), plugins: PLUGINS });
    await expect(osVif.list({ signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
  });
}

function sorted(list: Awaited<ReturnType<OsVif['list']>>) {
  return list.map(({ owner, resources }) => ({
    owner,
    resources: resources.map(({ kind, name }) => `${kind} ${name}`).sort(),
  }));
}
