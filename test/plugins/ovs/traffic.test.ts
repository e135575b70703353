/** Frames between guests through ovs-vswitchd's datapath in user space. */

import { describe, expect, test } from 'vitest';
import { OsVif } from '../../../src/os-vif.ts';
import type { OvsPluginOptions } from '../../../src/plugins/ovs/ovs-options.ts';
import { OvsPlugin } from '../../../src/plugins/ovs/ovs-plugin.ts';
import { instance } from '../vifs.ts';
import { attachGuest, type Guest, reachedFrom } from './guest.ts';
import { OVS_UNAVAILABLE, type OvsHost, openOvsHost } from './ovs-host.ts';
import { hybridVif, network, SHORT_ID, tapVif, vifId } from './ovs-vifs.ts';

function macOf(n: number): string {
  return `02:00:00:00:00:0${n}`;
}

async function plugTap(ovs: OvsHost, n: number, options: OvsPluginOptions = {}, bridge = 'br-int'): Promise<Guest> {
  await using osVif = await OsVif.open({ host: ovs.host, plugins: [new OvsPlugin(options)] });
  const vif = tapVif(n, { network: network({ bridge }) });
  await osVif.plug(vif, instance());
  return attachGuest(ovs.netns, `tap${vifId(n).slice(0, 11)}`, macOf(n));
}

/** Plugs a hybrid VIF, and its guest's TAP onto the bridge as a hypervisor does. */
async function plugHybrid(ovs: OvsHost): Promise<Guest> {
  await using osVif = await OsVif.open({ host: ovs.host, plugins: [new OvsPlugin()] });
  await osVif.plug(hybridVif(), instance());
  ovs.netns.run('ip', 'tuntap', 'add', 'vnet0', 'mode', 'tap');
  ovs.netns.run('ip', 'link', 'set', 'vnet0', 'up', 'master', `qbr${SHORT_ID}`);
  return attachGuest(ovs.netns, 'vnet0', macOf(9));
}

describe.skipIf(OVS_UNAVAILABLE)('traffic', () => {
  test('passes between a created TAP and a hybrid VIF, both ways', async () => {
    const ovs = await openOvsHost();
    const tap = await plugTap(ovs, 1);
    const hybrid = await plugHybrid(ovs);

    expect(await reachedFrom(tap, { hybrid }, ['hybrid'])).toEqual(['hybrid']);
    expect(await reachedFrom(hybrid, { tap }, ['tap'])).toEqual(['tap']);
  });

  test('of an isolated VIF reaches nobody, and nobody reaches it', async () => {
    const ovs = await openOvsHost();
    const isolated = await plugTap(ovs, 1, { isolateVif: true });
    const [a, b] = [await plugTap(ovs, 2), await plugTap(ovs, 3)];

    expect(await reachedFrom(a, { b, isolated }, ['b'])).toEqual(['b']);
    expect(await reachedFrom(isolated, { a, b }, [])).toEqual([]);
  });

  test('of an isolated VIF passes once the agent has given it its VLAN', async () => {
    const ovs = await openOvsHost();
    const isolated = await plugTap(ovs, 1, { isolateVif: true });
    const other = await plugTap(ovs, 2);
    expect(await reachedFrom(isolated, { other }, [])).toEqual([]);

    const port = `tap${vifId(1).slice(0, 11)}`;
    ovs.server.vsctl('clear', 'port', port, 'vlan_mode', 'trunks', 'tag');

    expect(await reachedFrom(isolated, { other }, ['other'])).toEqual(['other']);
  });

  test('passes through a bridge per port, both ways', async () => {
    const ovs = await openOvsHost();
    const own = await plugTap(ovs, 1, { perPortBridge: true });
    const other = await plugTap(ovs, 2);

    expect(await reachedFrom(own, { other }, ['other'])).toEqual(['other']);
    expect(await reachedFrom(other, { own }, ['own'])).toEqual(['own']);
  });

  test('passes through a trunk bridge that Neutron patched to the integration bridge', async () => {
    const ovs = await openOvsHost();
    const trunk = await plugTap(ovs, 1, {}, 'tbr-1a2b3c4d-5');
    const other = await plugTap(ovs, 2);
    const patch = (bridge: string, name: string, peer: string) => [
      'add-port',
      bridge,
      name,
      '--',
      'set',
      'interface',
      name,
      'type=patch',
      `options:peer=${peer}`,
    ];
    ovs.server.vsctl(...patch('tbr-1a2b3c4d-5', 'tpt-1', 'tpi-1'), '--', ...patch('br-int', 'tpi-1', 'tpt-1'));

    expect(await reachedFrom(trunk, { other }, ['other'])).toEqual(['other']);
    expect(await reachedFrom(other, { trunk }, ['trunk'])).toEqual(['trunk']);
  });
});
