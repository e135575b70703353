/** Plugs against a real ovsdb-server and ovs-vswitchd, in good times and in bad. */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LinuxHost } from '../../../src/host/linux/linux-host.ts';
import { OvsdbClient } from '../../../src/host/ovsdb/ovsdb-client.ts';
import type { Host } from '../../../src/host-contract/host.ts';
import type { VIFBase } from '../../../src/objects/vif.ts';
import { OsVif } from '../../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { makeNetns } from '../../host/netns.ts';
import { greet, ScriptedServer } from '../../host/ovsdb/scripted-server.ts';
import { instance, VIF_ID } from '../vifs.ts';
import { hostState } from './host-state.ts';
import { OVS_UNAVAILABLE, type OvsHostOptions, openOvsHost } from './ovs-host.ts';
import { hybridVif, nativeVif, network, profile, SHORT_ID, TAP, tapVif, vifId } from './ovs-vifs.ts';

async function given(options: OvsHostOptions = {}, plugin: OvsPluginOptions = {}) {
  const ovs = await openOvsHost(options);
  const osVif = await OsVif.open({ host: ovs.host, plugins: [new OvsPlugin(plugin)] });
  return { ...ovs, osVif, state: () => hostState(ovs) };
}

/** The same host with another database. */
function withDatabase(host: LinuxHost, ovsdb: Host['ovsdb']): Host {
  const { links, addressing, sysctl, filter, ingress, guards, pci } = host;
  return { links, addressing, sysctl, filter, ingress, guards, pci, ovsdb, close: () => host.close() };
}

describe.skipIf(OVS_UNAVAILABLE)('plug', () => {
  test.each<[string, VIFBase, string]>([
    ['created TAP', tapVif(), TAP],
    ['hybrid VIF', hybridVif(), `qvo${SHORT_ID}`],
  ])('of a %s resolves when ovs-vswitchd has given its port an ofport', async (_, vif, port) => {
    const { osVif, server } = await given();

    await osVif.plug(vif, instance());

    expect(Number(server.vsctl('get', 'interface', port, 'ofport'))).toBeGreaterThan(0);
    expect(await osVif.check(vif, instance())).toEqual([]);
  });

  test.each(['br-int', 'tbr-1a2b3c4d-5'])(
    'of a VIF whose port the hypervisor adds resolves when the device of its new bridge %s exists',
    async (bridge) => {
      const { osVif, netns } = await given();

      await osVif.plug(nativeVif({ network: network({ bridge }) }), instance());

      expect(readFileSync(netns.path.replace('ns/net', 'net/dev'), 'utf8')).toContain(`${bridge}:`);
    },
  );

  test('that adds a bridge fails at its deadline when no ovs-vswitchd runs, and one on a bridge that exists does not wait', async () => {
    const { osVif, server, state } = await given({ withSwitch: false, timeout: 500 });
    const before = state();

    await expect(osVif.plug(nativeVif(), instance())).rejects.toThrow(/br-int did not end within 500 ms/);

    expect(state()).toEqual(before);
    server.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev');
    await osVif.plug(nativeVif(), instance());
  });

  test('does not wait for a port whose device the hypervisor is still to make', async () => {
    const { osVif, server } = await given();

    await osVif.plug(nativeVif({ portProfile: profile({ createPort: true }) }), instance());

    expect(server.vsctl('list-ports', 'br-int')).toBe(TAP);
  });

  test('fails at once with the words of ovs-vswitchd when it can not open the device, and leaves nothing behind', async () => {
    const { server, state } = await given();
    const before = state();
    // The device is in a network namespace that ovs-vswitchd does not see.
    const elsewhere = await makeNetns();
    const host = await LinuxHost.open({
      netns: elsewhere.path,
      ovsdb: { connection: server.connection, timeout: 10_000 },
    });
    onTestFinished(() => host.close());
    const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });

    const failing = osVif.plug(tapVif(), instance());

    await expect(failing).rejects.toMatchObject({ cause: { code: 'ERR_OSVIF_OVS_PORT', port: TAP } });
    await expect(failing).rejects.toThrow(
      `could not open network device ${TAP} (No such device); the host is as it was before`,
    );
    // ovs-vswitchd takes the device of a bridge away when it next looks.
    await expect.poll(state, { timeout: 5_000 }).toEqual(before);
    expect(elsewhere.links()).toEqual([]);
  });

  test('of a port that was there, and has not worked since, fails at its deadline with the words of ovs-vswitchd', async () => {
    const { server } = await given();
    server.vsctl(
      'add-br',
      'br-int',
      '--',
      'set',
      'bridge',
      'br-int',
      'datapath_type=netdev',
      '--',
      'add-port',
      'br-int',
      TAP,
      '--',
      'set',
      'interface',
      TAP,
      `external_ids:iface-id=${VIF_ID}`,
    );
    const elsewhere = await makeNetns();
    const host = await LinuxHost.open({
      netns: elsewhere.path,
      ovsdb: { connection: server.connection, timeout: 500 },
    });
    onTestFinished(() => host.close());
    const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });

    const failing = osVif.plug(tapVif(), instance());

    await expect(failing).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_OVS_PORT', cause: { code: 'ERR_OSVIF_OVSDB_TIMEOUT' } },
    });
    expect(server.vsctl('list-ports', 'br-int')).toBe(TAP);
    expect(server.vsctl('get', 'interface', TAP, 'external_ids')).toBe(`{iface-id="${VIF_ID}"}`);
    expect(elsewhere.links()).toEqual([]);
  });

  test('fails at its deadline when no ovs-vswitchd runs, says so, and leaves nothing behind', async () => {
    const { osVif, state } = await given({ withSwitch: false, timeout: 500 });
    const before = state();

    const failing = osVif.plug(tapVif(), instance());

    await expect(failing).rejects.toMatchObject({ cause: { code: 'ERR_OSVIF_OVSDB_TIMEOUT' } });
    await expect(failing).rejects.toThrow(
      /waiting for ovs-vswitchd to open port .* did not end within 500 ms; the host is as it was before/,
    );
    expect(state()).toEqual(before);
  });

  test('waits until ovs-vswitchd comes up', async () => {
    const { osVif, server, startSwitch } = await given({ withSwitch: false });
    const plug = osVif.plug(tapVif(), instance());
    await sleep(200);
    await startSwitch();

    await plug;

    expect(Number(server.vsctl('get', 'interface', TAP, 'ofport'))).toBeGreaterThan(0);
  });

  test('does not wait when it is told not to', async () => {
    const { osVif, server } = await given({ withSwitch: false, timeout: 2_000 }, { waitFor: 'none' });

    await osVif.plug(tapVif(), instance());

    expect(server.vsctl('get', 'interface', TAP, 'ofport')).toBe('[]');
  });

  test('onto a datapath that this ovs-vswitchd has not fails at once, and leaves nothing behind', async () => {
    const { osVif, state } = await given();
    const before = state();
    const system = profile({ datapathType: 'system', createPort: true, createTap: true });

    const failing = osVif.plug(tapVif(undefined, { portProfile: system }), instance());

    await expect(failing).rejects.toThrow(
      'bridge br-int has datapath type "system", but this ovs-vswitchd has only netdev; check that its kernel module is loaded',
    );
    expect(state()).toEqual(before);
  });

  test('of a datapath type that does not exist fails, and leaves nothing behind', async () => {
    const { osVif, state } = await given();
    const before = state();
    const odd = profile({ datapathType: 'nonsense', createPort: true, createTap: true });

    await expect(osVif.plug(tapVif(undefined, { portProfile: odd }), instance())).rejects.toThrow(
      'has no datapath type "nonsense"; it has netdev',
    );

    expect(state()).toEqual(before);
  });

  test('onto a bridge whose name a port has fails, and leaves nothing behind', async () => {
    const { osVif, server, state } = await given();
    server.vsctl(
      'add-br',
      'other',
      '--',
      'set',
      'bridge',
      'other',
      'datapath_type=netdev',
      '--',
      'add-port',
      'other',
      'br-int',
    );
    const before = state();

    await expect(osVif.plug(tapVif(), instance())).rejects.toThrow(
      /ovs-bridge br-int: there is a port of that name; .*; the host is as it was before/,
    );

    expect(state()).toEqual(before);
  });

  test('that is aborted while it waits ends with the reason, and leaves nothing behind', async () => {
    const { osVif, state } = await given({ withSwitch: false });
    const before = state();
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 300);

    const failing = osVif.plug(tapVif(), instance(), { signal: controller.signal });

    await expect(failing).rejects.toMatchObject({ cause: reason });
    expect(state()).toEqual(before);
  });
});

describe.skipIf(OVS_UNAVAILABLE)('a database in trouble', () => {
  test('that is read-only fails a plug in its own words, and leaves no device behind', async () => {
    const { osVif, server, host } = await given({}, { waitFor: 'none' });
    // A backup that follows another server is read-only, ovsdb(7), "Active-Backup Database Service Model".
    server.appctl('ovsdb-server/set-active-ovsdb-server', 'tcp:127.0.0.1:9');
    server.appctl('ovsdb-server/connect-active-ovsdb-server');

    await expect(osVif.plug(tapVif(), instance())).rejects.toThrow(
      /not allowed: .*read only.*; the host is as it was before/,
    );

    expect(await host.links.get(TAP)).toBeUndefined();
  });

  test('whose server accepts and never answers fails a plug at the deadline, and leaves no device behind', async () => {
    const { server, host, netns } = await given({ withSwitch: false });
    const silent = await ScriptedServer.start(() => {});
    const other = await LinuxHost.open({ netns: netns.path, ovsdb: { connection: silent.connection, timeout: 500 } });
    onTestFinished(async () => {
      await other.close();
      await silent.stop();
    });
    const osVif = await OsVif.open({ host: other, plugins: [new OvsPlugin()] });

    await expect(osVif.plug(tapVif(), instance())).rejects.toThrow(
      /the server has not answered.*; the host is as it was before/,
    );

    expect(await host.links.get(TAP)).toBeUndefined();
    expect(server.vsctl('list-br')).toBe('');
  });

  test('whose server stops answering once it has a transaction leaves no device behind, and names what it may still do', async () => {
    const { host, netns } = await given({ withSwitch: false });
    const sudden = await ScriptedServer.start(greet);
    const other = await LinuxHost.open({ netns: netns.path, ovsdb: { connection: sudden.connection, timeout: 500 } });
    onTestFinished(async () => {
      await other.close();
      await sudden.stop();
    });
    const osVif = await OsVif.open({ host: other, plugins: [new OvsPlugin()] });

    await expect(osVif.plug(tapVif(), instance())).rejects.toMatchObject({
      cause: { code: 'ERR_OSVIF_OVSDB_TIMEOUT' },
    });

    expect(await host.links.get(TAP)).toBeUndefined();
    expect(sudden.methods()).toContain('cancel');
  });

  test.each(['the old file', 'a new file'])(
    'whose server is killed in the middle of a plug and comes back with %s: the plug succeeds',
    async (file) => {
      const { osVif, server, host } = await given({}, { waitFor: 'none' });
      await host.ovsdb.view();
      server.signal('SIGSTOP');
      const plug = osVif.plug(tapVif(), instance());
      await sleep(200);
      await server.kill();
      if (file === 'a new file') server.createDatabase();
      await server.start();

      await plug;

      expect(server.vsctl('list-ports', 'br-int')).toBe(TAP);
      expect(await osVif.check(tapVif(), instance())).toEqual([]);
      await osVif.unplug(tapVif(), instance());
      expect(server.vsctl('list-ports', 'br-int')).toBe('');
    },
  );

  test('that loses the connection right after the transaction: the plug succeeds, and a failure later would take it back', async () => {
    const { server, host } = await given();
    let cuts = 0;
    const cutting = await ScriptedServer.inFrontOf(server.socket, {
      onServer: ({ result }, socket) => {
        if (cuts > 0 || !Array.isArray(result) || result.length < 5) return true;
        cuts++;
        socket.destroy();
        return false;
      },
    });
    const client = new OvsdbClient({ connection: cutting.connection, timeout: 5_000 });
    onTestFinished(async () => {
      await client.close();
      await cutting.stop();
    });
    const osVif = await OsVif.open({ host: withDatabase(host, client), plugins: [new OvsPlugin()] });

    await osVif.plug(tapVif(), instance());

    expect(cuts).toBe(1);
    expect(server.vsctl('list-ports', 'br-int')).toBe(TAP);
  });
});

describe.skipIf(OVS_UNAVAILABLE)('many at once', () => {
  test('300 VIFs beside a writer that adds and removes ports: none is lost, none is doubled, and unplugged all is as before', {
    timeout: 120_000,
  }, async () => {
    const { osVif, server, host, state } = await given({ withSwitch: false, timeout: 60_000 }, { waitFor: 'none' });
    server.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev');
    const before = state();
    let isOver = false;
    const noise = (async () => {
      let n = 0;
      for (; !isOver; n++) {
        await host.ovsdb.change(() => [{ edit: 'add-port', bridge: 'br-int', name: `noise${n}` }]);
        server.vsctl('del-port', `noise${n}`);
        await sleep(1);
      }
      return n;
    })();
    const attachments = Array.from({ length: 300 }, (_, n) => ({ vif: tapVif(n + 1), instance: instance() }));

    await Promise.all(attachments.map(({ vif }) => osVif.plug(vif, instance())));
    isOver = true;
    expect(await noise).toBeGreaterThan(5);

    const expected = attachments.map(({ vif }) => vif.vifName).sort();
    expect(server.vsctl('list-ports', 'br-int').split('\n').sort()).toEqual(expected);
    expect(
      (await host.links.list())
        .filter(({ kind }) => kind === 'tap')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(expected);
    const owners = server
      .vsctl('--bare', '--columns=external_ids', 'find', 'Interface', 'type=""')
      .split('\n')
      .filter((line) => line !== '');
    expect(new Set(owners.map((line) => /iface-id=(\S+)/.exec(line)?.[1])).size).toBe(300);
    expect(owners.some((line) => line.includes(vifId(300)))).toBe(true);

    await Promise.all(attachments.map(({ vif }) => osVif.unplug(vif, instance())));
    expect(state()).toEqual(before);
  });
});

describe.skipIf(OVS_UNAVAILABLE)('garbage collection', () => {
  test('takes a VIF that is no more out of the database and off the kernel, and leaves the others', async () => {
    const { osVif, server, netns } = await given();
    await osVif.plug(tapVif(1), instance());
    await osVif.plug(hybridVif(), instance());
    server.vsctl('add-port', 'br-int', 'vnet0', '--', 'set', 'interface', 'vnet0', 'external_ids:iface-id=of-libvirt');

    await osVif.collectGarbage([tapVif(1)]);

    const kept = `tap${vifId(1).slice(0, 11)}`;
    expect(server.vsctl('list-ports', 'br-int').split('\n').sort()).toEqual([kept, 'vnet0']);
    expect(
      netns
        .links()
        .filter(({ ifalias }) => ifalias !== undefined)
        .map(({ ifname }) => ifname),
    ).toEqual([kept]);
  });

  test('finds nothing on a host without Open vSwitch', async () => {
    const netns = await makeNetns();
    const host = await LinuxHost.open({ netns: netns.path, ovsdb: { connection: 'unix:/nonexistent/db.sock' } });
    onTestFinished(() => host.close());
    const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });

    expect(await osVif.collectGarbage([])).toEqual([]);
  });
});
