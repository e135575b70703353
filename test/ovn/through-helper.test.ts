/** Waits for a real ovn-controller in a process whose network devices a helper makes. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { RemoteHost } from '../../src/host/remote/remote-host.ts';
import { OsVif } from '../../src/os-vif.ts';
import { OvsPlugin } from '../../src/plugins/ovs/ovs-plugin.ts';
import { waitForOvn } from '../../src/plugins/ovs/wait-for-ovn.ts';
import { commandUnderTest } from '../cli/command.ts';
import { openOvsHost } from '../plugins/ovs/ovs-host.ts';
import { hybridVif, nativeVif, SHORT_ID, TAP, tapVif } from '../plugins/ovs/ovs-vifs.ts';
import { instance, VIF_ID } from '../plugins/vifs.ts';
import { OVN_UNAVAILABLE, startOvn } from './ovn-central.ts';

const command = commandUnderTest();

describe.skipIf(OVN_UNAVAILABLE)('a plug by way of a helper', { timeout: 60_000 }, () => {
  test.each([
    ['a TAP', tapVif(), TAP],
    ['a hybrid VIF', hybridVif(), `qvo${SHORT_ID}`],
  ])('of %s waits for OVN, and takes everything back after the timeout', async (_, vif, port) => {
    const ovn = await startOvn();
    const ovsHost = await openOvsHost();
    const { netns, server } = ovsHost;
    await ovn.addChassis('chassis-1', ovsHost);
    const host = await RemoteHost.connect({
      command: [process.execPath, command.script, 'helper', '--stdio', '--netns', netns.path],
      ovsdb: { connection: server.connection },
    });
    onTestFinished(() => host.close());
    const osVif = (ovnTimeout: number) =>
      OsVif.open({ host, plugins: [new OvsPlugin({ waitFor: 'ovn-installed', ovnTimeout })] });
    const devices = () => netns.links().map(({ ifname }) => ifname);
    // ovn-controller adds the bridge.
    await expect.poll(devices, { timeout: 20_000 }).toContain('br-int');
    const before = devices();

    await expect((await osVif(500)).plug(vif, instance())).rejects.toMatchObject({
      code: 'ERR_OSVIF_PLUG',
      left: [],
      cause: { code: 'ERR_OSVIF_OVN_NOT_INSTALLED', wait: { ifaceId: VIF_ID, port, bridge: 'br-int' } },
    });
    expect(server.vsctl('list-ports', 'br-int')).not.toContain(port);
    expect(devices()).toEqual(before);
    await expect(waitForOvn(host, nativeVif(), { timeout: 100 })).rejects.toThrow('no port has this iface-id');

    ovn.nbctl('ls-add', 'net', '--', 'lsp-add', 'net', VIF_ID);
    await (await osVif(20_000)).plug(vif, instance());
    expect(server.vsctl('get', 'Interface', port, 'external_ids')).toContain('ovn-installed="true"');
    await waitForOvn(host, nativeVif());
    await (await osVif(500)).unplug(vif, instance());
    expect(devices()).toEqual(before);
  });
});
