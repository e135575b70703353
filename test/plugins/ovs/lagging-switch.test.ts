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
});
