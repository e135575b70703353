/** Watches of the kernel and of a real ovsdb-server, also through a helper. Others break the VIFs. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../src/host/linux/linux-host.ts';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import type { Host } from '../../src/host-contract/host.ts';
import { LinuxBridgePlugin } from '../../src/plugins/linux-bridge-plugin.ts';
import { MacvtapPlugin } from '../../src/plugins/macvtap-plugin.ts';
import { OvsPlugin } from '../../src/plugins/ovs/ovs-plugin.ts';
import { TapPlugin } from '../../src/plugins/tap-plugin.ts';
import type { VIFPlugin } from '../../src/plugins/vif-plugin.ts';
import { makeNetns, NETNS_UNAVAILABLE, type Netns } from '../host/netns.ts';
import { OvsdbServer, ovsIsMissing } from '../host/ovsdb/ovsdb-server.ts';
import { EVERYTHING, helperOf } from '../host/remote/helper-host.ts';
import { hybridVif, tapVif as ovsTapVif } from '../plugins/ovs/ovs-vifs.ts';
import { bridgeVif, instance } from '../plugins/vifs.ts';
import { tapOf, type Watched, watching } from './watched.ts';

const PLUGINS: VIFPlugin[] = [
  new TapPlugin(),
  new LinuxBridgePlugin(),
  new MacvtapPlugin(),
  new OvsPlugin({ waitFor: 'none' }),
];

interface Place {
  readonly host: Host;
  readonly netns: Netns;
  readonly server: OvsdbServer;
}

async function makePlace(isRemote: boolean): Promise<Place> {
  const netns = await makeNetns();
  const server = await OvsdbServer.start();
  onTestFinished(() => server.stop());
  server.vsctl('init');
  server.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  const ovsdb = { connection: server.connection };
  const local = await LinuxHost.open({ netns: netns.path, ovsdb });
  onTestFinished(() => local.close());
  if (!isRemote) return { host: local, netns, server };
  const socket = await helperOf(local, { policy: EVERYTHING });
  const remote = await RemoteHost.connect({ socket, ovsdb });
  onTestFinished(() => remote.close());
  return { host: remote, netns, server };
}

/** Reads events until this one. */
async function until({ next }: Watched, event: string): Promise<void> {
  while ((await next(1))[0] !== event);
}

describe.skipIf(NETNS_UNAVAILABLE ?? ovsIsMissing()).each([false, true])('through a helper: %s', (isRemote) => {
  test('a TAP that others delete, change and rename is repaired', async () => {
    const { host, netns } = await makePlace(isRemote);
    const watched = await watching(host, [tapOf(1), tapOf(2)], { repair: true }, PLUGINS);
    await until(watched, 'all start');
    for (const command of ['link del tap1', 'link set tap1 mtu 1300', 'link set tap1 down name lost']) {
      netns.run('ip', ...command.split(' '));
      await until(watched, 'repaired tap1');
    }
    expect(await host.links.get('tap1')).toMatchObject({ mtu: 1450 });
  });

  test('the devices and rules of a bridge that others change are repaired', async () => {
    const { host, netns } = await makePlace(isRemote);
    netns.run('ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'wire');
    const vif = bridgeVif();
    const watched = await watching(host, [{ vif, instance: instance() }], { repair: true, interval: 300 }, PLUGINS);
    await until(watched, 'all start');
    const bridge = vif.bridgeName ?? '';
    const repaired = `repaired ${vif.vifName}`;
    for (const command of [`link set ${bridge} down`, 'link set eth0 nomaster', `link del ${bridge}`]) {
      netns.run('ip', ...command.split(' '));
      await until(watched, repaired);
    }
    // The kernel tells nothing of a sysctl. The check of all VIFs finds it.
    netns.run('sh', '-c', `echo 0 > /proc/sys/net/ipv6/conf/${bridge}/disable_ipv6`);
    await until(watched, repaired);
  });

  test('rows of Open vSwitch that others remove and change are repaired', async () => {
    const { host, netns, server } = await makePlace(isRemote);
    const vif = ovsTapVif(1);
    const watched = await watching(host, [{ vif, instance: instance() }], { repair: true }, PLUGINS);
    await until(watched, 'all start');
    const tap = vif.vifName ?? '';
    const repaired = `repaired ${tap}`;
    server.vsctl('--', 'del-port', 'br-int', tap);
    await until(watched, repaired);
    server.vsctl('remove', 'Interface', tap, 'external_ids', 'iface-id');
    await until(watched, repaired);
    netns.run('ip', 'link', 'del', tap);
    await until(watched, repaired);
  });

  test('what is broken while the database is away is repaired when it is back', async () => {
    const { host, server } = await makePlace(isRemote);
    const vif = hybridVif();
    const watched = await watching(host, [{ vif, instance: instance() }], { repair: true }, PLUGINS);
    await until(watched, 'all start');
    await server.kill();
    server.createDatabase();
    await server.start();
    server.vsctl('init');
    server.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
    await until(watched, `repaired ${vif.vifName}`);
    expect((await host.ovsdb.view()).port(`qvo${vif.id?.slice(0, 11)}`)).toMatchObject({ bridge: 'br-int' });
  });
});

test.skipIf(NETNS_UNAVAILABLE)('a host without Open vSwitch is watched, and its database when it comes', async () => {
  const netns = await makeNetns();
  const server = await OvsdbServer.start();
  onTestFinished(() => server.stop());
  await server.kill();
  await using host = await LinuxHost.open({ netns: netns.path, ovsdb: { connection: server.connection } });
  const watched = await watching(host, [tapOf(1)], {}, PLUGINS);
  await until(watched, 'all start');
  netns.run('ip', 'link', 'del', 'tap1');
  await until(watched, 'drift tap1');
  await server.start();
  await until(watched, 'all events lost');
});
