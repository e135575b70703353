/** The operations that calls publish on the kernel, with a real Open vSwitch. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { OvsdbClient } from '../src/host/ovsdb/ovsdb-client.ts';
import { RemoteHost } from '../src/host/remote/remote-host.ts';
import type { Operation } from '../src/host-contract/diagnostics/messages.ts';
import { subscribeOperations } from '../src/host-contract/diagnostics/subscribe.ts';
import type { Host } from '../src/host-contract/host.ts';
import { OsVif } from '../src/os-vif.ts';
import { helperOf } from './host/remote/helper-host.ts';
import { recordOperations, treeOf } from './host-contract/diagnostics/record.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './plugins/ovs/ovs-host.ts';
import { hybridVif, tapVif, vifId } from './plugins/ovs/ovs-vifs.ts';
import { instance, VIF_ID } from './plugins/vifs.ts';

const NUMBERS = Array.from({ length: 20 }, (_, i) => i + 1);
const ATTACHMENTS = NUMBERS.map((n) => ({ vif: tapVif(n), instance: instance() }));

describe.skipIf(OVS_UNAVAILABLE)('on the kernel and Open vSwitch', () => {
  test('a plug and an unplug have elements, and elements have requests and transactions', async () => {
    const { host, server } = await openOvsHost();
    await using osVif = await OsVif.open({ host });
    const operations = recordOperations();
    await osVif.plug(hybridVif(), instance());
    await osVif.unplug(hybridVif(), instance());
    expect(treeOf(operations).map((line) => line.replace(server.connection, 'SERVER'))).toEqual([
      'plug ovs',
      '  ensure bridge qbrdc065497-3c',
      '    netlink creation of bridge qbrdc065497-3c true',
      '    netlink configuration of qbrdc065497-3c true',
      expect.stringMatching(/^ {4}netlink change of link \d+ \(up\) true$/),
      '  ensure veth qvbdc065497-3c',
      '    netlink look-up of qbrdc065497-3c false',
      '    netlink creation of veth qvbdc065497-3c true',
      '    netlink configuration of qvbdc065497-3c true',
      '  ensure ovs-bridge br-int, ovs-port qvodc065497-3c',
      '    ovsdb change a transaction',
      '      connect ovsdb SERVER false',
      '      transaction 8',
      '    ovsdb waitFor waiting for ovs-vswitchd to open port br-int',
      '    ovsdb waitFor waiting for ovs-vswitchd to open port qvodc065497-3c',
      '    netlink look-up of qvodc065497-3c false',
      'unplug ovs',
      '  netlink look-up of qvbdc065497-3c false',
      '  netlink look-up of qvodc065497-3c false',
      '  netlink look-up of qbrdc065497-3c false',
      '  remove ovs-bridge br-int, ovs-port qvodc065497-3c',
      '    ovsdb change a transaction',
      '      transaction 4',
      '  remove veth qvbdc065497-3c',
      '    netlink look-up of qvbdc065497-3c false',
      '    netlink look-up of qvodc065497-3c false',
      '  remove bridge qbrdc065497-3c',
      '    netlink look-up of qbrdc065497-3c false',
      expect.stringMatching(/^ {4}netlink change of link \d+ \(group\) true$/),
      '    netlink deletion of 2 links true',
    ]);
    expect(new Set(operations.map(({ vif }) => vif))).toEqual(new Set([VIF_ID]));
  });

  test('a garbage collection has requests, programs and transactions', async () => {
    const { host } = await openOvsHost();
    await using osVif = await OsVif.open({ host });
    await osVif.plug(tapVif(), instance());
    const operations = recordOperations();
    await osVif.collectGarbage([]);
    const collection = operations.filter(({ channel }) => channel === 'os-vif:gc');
    expect(collection).toHaveLength(1);
    expect(new Set(operations.map(rootOf))).toEqual(new Set(collection));
    expect(new Set(operations.map(({ channel }) => channel))).toEqual(
      new Set(['os-vif:gc', 'os-vif:ovsdb', 'os-vif:transaction', 'os-vif:netlink', 'os-vif:program']),
    );
  });

  test('a plug through a helper has calls of the helper', async () => {
    const { host, server } = await openOvsHost();
    await using remote = await remoteOf(host, server.connection);
    await using osVif = await OsVif.open({ host: remote });
    const operations = recordOperations();
    await osVif.plug(tapVif(), instance());
    expect(treeOf(operations).map((line) => line.replace(server.connection, 'SERVER'))).toEqual([
      'plug ovs',
      '  ensure tap tapdc065497-3c',
      '    helper sysctl.get false',
      '    helper links.create true',
      '  ensure ovs-bridge br-int, ovs-port tapdc065497-3c',
      '    ovsdb change a transaction',
      '      connect ovsdb SERVER false',
      '      transaction 8',
      '    ovsdb waitFor waiting for ovs-vswitchd to open port br-int',
      '    ovsdb waitFor waiting for ovs-vswitchd to open port tapdc065497-3c',
      '    helper links.get false',
      'serve sysctl.get',
      'serve links.create',
      '  netlink configuration of tapdc065497-3c true',
      'serve links.get',
      '  netlink look-up of tapdc065497-3c false',
    ]);
  });

  test.each<[string, (host: Host, connection: string) => Promise<Host>]>([
    ['directly', async (host) => host],
    ['through a helper', remoteOf],
  ])('20 VIFs at the same time, %s: each operation has its own parents', async (_, open) => {
    const { host, server } = await openOvsHost();
    await using osVif = await OsVif.open({ host: await open(host, server.connection) });
    const operations = recordOperations();
    await osVif.plugAll(ATTACHMENTS);
    const roots = operations.filter(({ channel }) => channel === 'os-vif:plug');
    expect(roots.map(({ vif }) => vif)).toEqual(NUMBERS.map(vifId));
    for (const root of roots) {
      const name = `tap${root.vif?.slice(0, 11)}`;
      const elements = operations.filter((operation) => operation.parent === root);
      expect(elements.map(textOf)).toEqual([`tap ${name}`, `ovs-bridge br-int, ovs-port ${name}`]);
      for (const operation of partsOf(root, operations)) {
        expect(operation.vif).toBe(root.vif);
        if ('what' in operation && operation.what.includes('tap')) expect(operation.what).toContain(name);
      }
    }
  });

  test('a request that deletes the devices of 20 VIFs is a part of all 20 unplugs', async () => {
    const { host } = await openOvsHost();
    await using osVif = await OsVif.open({ host });
    await osVif.plugAll(ATTACHMENTS);
    const operations = recordOperations();
    await osVif.unplugAll(ATTACHMENTS);
    const deletions = operations.filter((operation) => 'what' in operation && operation.what.startsWith('deletion'));
    const owners = deletions.flatMap(({ parent, otherParents = [] }) => [parent, ...otherParents]);
    expect(owners.map((owner) => owner?.vif).sort()).toEqual(NUMBERS.map(vifId));
    expect(new Set(owners.map((owner) => owner?.channel))).toEqual(new Set(['os-vif:remove']));
    for (const { vif, otherParents } of deletions) if (otherParents !== undefined) expect(vif).toBeUndefined();
  });

  test('a failed plug has its roll-back, and the error at each level', async () => {
    const { host, netns } = await openOvsHost();
    netns.run('ip', 'link', 'add', 'qvbdc065497-3c', 'type', 'bridge');
    await using osVif = await OsVif.open({ host });
    const operations = recordOperations();
    await osVif.plug(hybridVif(), instance()).catch(() => {});
    expect(treeOf(operations).filter((line) => !/ true$| false$/.test(line))).toEqual([
      'plug ovs failed: ERR_OSVIF_PLUG',
      '  ensure bridge qbrdc065497-3c',
      '  ensure veth qvbdc065497-3c failed: ERR_OSVIF_FOREIGN_LINK',
      '  undo bridge qbrdc065497-3c',
    ]);
  });

  test('a refused request of the kernel and a refused transaction have their errors', async () => {
    const { host, server } = await openOvsHost({ withSwitch: false });
    await host.links.create({ kind: 'bridge', name: 'br0' });
    const client = new OvsdbClient({ connection: server.connection });
    onTestFinished(() => client.close());
    await client.view();
    const operations = recordOperations();
    await host.links.create({ kind: 'bridge', name: 'br0' }).catch(() => {});
    await client.transact([{ op: 'delete', table: 'Missing', where: [] }]).catch(() => {});
    expect(treeOf(operations)).toEqual([
      'netlink creation of bridge br0 true failed: ERR_OSVIF_NETLINK',
      'ovsdb transact a transaction failed: ERR_OSVIF_OVSDB_SERVER',
      '  transaction 1 failed: ERR_OSVIF_OVSDB_SERVER',
    ]);
  });

  test('a lost connection is published with its reason, and so is the next connection', async () => {
    const { host, server } = await openOvsHost({ withSwitch: false });
    await host.ovsdb.view();
    const operations = recordOperations();
    await server.kill();
    await server.start();
    await host.ovsdb.view();
    await host.close();
    const lines = treeOf(operations).map((line) => line.replace(server.connection, 'SERVER'));
    expect(
      lines.filter((line) => !line.includes('failed: ERR_OSVIF_OVSDB_CONNECTION') || !/ connect /.test(line)),
    ).toEqual([
      'disconnect ovsdb SERVER failed: ERR_OSVIF_OVSDB_CONNECTION',
      'ovsdb view reading',
      '  connect ovsdb SERVER true',
      'disconnect ovsdb SERVER',
    ]);
  });
});

test('a lost helper is published with the reason, and a closed one without', async () => {
  const operations = recordOperations();
  const disconnected = new Promise((resolve) => {
    onTestFinished(subscribeOperations(['os-vif:disconnect'], { asyncEnd: resolve }));
  });
  const script = 'read greeting; echo \'{"protocol":"os-vif-helper","version":1}\'';
  await using _lost = await RemoteHost.connect({ command: ['sh', '-c', script] });
  await disconnected;
  const closed = await RemoteHost.connect({ command: ['sh', '-c', `${script}; read end`] });
  await closed.close();
  expect(treeOf(operations).map((line) => line.replace(/ sh -c .*}'/, ''))).toEqual([
    'connect helper false',
    'disconnect helper failed: ERR_OSVIF_HELPER_CONNECTION',
    'connect helper; read end false',
    'disconnect helper; read end',
  ]);
});

/** The host through a helper with all permissions for its own devices. */
async function remoteOf(host: Host, connection: string): Promise<RemoteHost> {
  return RemoteHost.connect({ socket: await helperOf(host), ovsdb: { connection } });
}

function rootOf(operation: Operation): Operation {
  return operation.parent === undefined ? operation : rootOf(operation.parent);
}

function partsOf(root: Operation, operations: readonly Operation[]): Operation[] {
  return operations.filter((operation) => operation !== root && rootOf(operation) === root);
}

function textOf(operation: Operation): string {
  return 'element' in operation ? operation.element : operation.channel;
}
