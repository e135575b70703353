/** An ovs-vswitchd that comes late, and works on what it believes to be there. */

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { OsVif } from '../../../src/os-vif.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance } from '../vifs.ts';
import { OVS_UNAVAILABLE, openOvsHost } from './ovs-host.ts';
import { hybridVif, SHORT_ID, TAP, tapVif } from './ovs-vifs.ts';

describe.skipIf(OVS_UNAVAILABLE)('plug', () => {
  // Found by the soak: `down` stands for what ovs-vswitchd does with the flags of an earlier device of that name.
  test.each([
    ['a TAP', tapVif(), TAP],
    ['a hybrid VIF', hybridVif(), `qvo${SHORT_ID}`],
  ])('of %s leaves the device up that ovs-vswitchd takes down before it opens the port', async (_, vif, device) => {
    const { host, netns, server, startSwitch } = await openOvsHost({ withSwitch: false });
    const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });

    const plug = osVif.plug(vif, instance());
    while (!server.vsctl('--bare', '--columns=name', 'list', 'Port').includes(device)) await sleep(10);
    netns.run('ip', 'link', 'set', device, 'down');
    await startSwitch();
    await plug;

    expect(netns.links().find(({ ifname }) => ifname === device)?.flags).toContain('UP');
    expect(await osVif.check(vif, instance())).toEqual([]);
  });

  // Found by the soak of the agent: the plug waited for its whole time, and the watch of the VIF with it.
  test('fails at once when another program removes the port before ovs-vswitchd has opened it', async () => {
    const { host, server } = await openOvsHost({ withSwitch: false });
    server.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
    const osVif = await OsVif.open({ host, plugins: [new OvsPlugin()] });

    const failing = osVif.plug(tapVif(), instance());
    const outcome = expect(failing).rejects.toMatchObject({ cause: { code: 'ERR_OSVIF_OVS_PORT', port: TAP } });
    while (!server.vsctl('--bare', '--columns=name', 'list', 'Port').includes(TAP)) await sleep(10);
    server.vsctl('del-port', TAP);

    await outcome;
    await expect(failing).rejects.toThrow('another program has removed the port');
  });
});
